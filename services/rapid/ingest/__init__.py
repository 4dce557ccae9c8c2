"""The Lambda functions: `handler` takes records over HTTP, `cleanup` empties the bucket when a stack is deleted.

Zipped and deployed as they are, so they import the standard library and boto3 only. Left out: everything after `raw/`.
Start reading at `handler`; then `body` (bytes to records), `check` (is a record good), `store` (to S3).
"""
