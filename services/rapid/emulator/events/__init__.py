"""Amazon EventBridge: LocalStack's provider with what it lacks.

Added: Glue workflows as targets, retry policies and dead-letter queues, events that survive a kill, schedules that
fire when AWS's would, disabled rules that stay silent, patterns that match as AWS's do. Left out: schema registry,
partner sources, cross-account.
Start reading at `provider`, then `deliveries`.
"""
