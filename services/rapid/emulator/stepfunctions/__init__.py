"""Step Functions: LocalStack's, with Athena as an optimized integration and executions that end on disk.

Left out: JSONata, and the optimized integrations of services that are not here. Start reading at `provider`.
"""
