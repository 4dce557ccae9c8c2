"""Step Functions: LocalStack's, with JSONata, Athena as an optimized integration and executions that end on disk.

Left out: the optimized integrations of services that are not here. Start reading at `provider`.
"""
