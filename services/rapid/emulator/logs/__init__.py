"""CloudWatch Logs: LocalStack's, with filter patterns, subscriptions that hold up nobody, and metric filters per group.

Left out: metric filters with dimensions, Live Tail, anomaly detection. Start reading at `provider`, then `patterns`.
"""
