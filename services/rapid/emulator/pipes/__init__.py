"""EventBridge Pipes: queues and streams as sources, filters, enrichment, targets.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html (read 2026-11). Queues are read by LocalStack's
poller, streams by `lambda_.shards`, as Lambda's event sources are. Left out: Kafka and MQ sources, targets other than
in `targets`, HTTP targets and enrichments, logs. Start reading at `provider`, then `running`.
"""
