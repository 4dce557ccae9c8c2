"""Amazon Data Firehose on LocalStack's provider: delivery to S3 as AWS does it, and Kinesis streams as sources.

Prefix expressions, compression, Parquet and ORC by a table of Glue, Lambda's verdicts and errors below the error prefix
are ours. Left out: buffering (each call's records are an object at once), dynamic partitions, Snappy. Start: provider.
"""
