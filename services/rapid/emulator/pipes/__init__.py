"""EventBridge Pipes: queues and streams as sources, filters, enrichment, targets.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html (read 2026-11). Sources are read by LocalStack's
pollers, which Lambda's event sources use as well. Left out: Kafka and MQ sources, targets other than in `targets`, HTTP
targets and enrichments, logs; a stream's pipe begins at its starting position again after a restart. Start reading at
`provider`, then `running`.
"""
