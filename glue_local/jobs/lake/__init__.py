"""The data lake's bookkeeping and reading, shared by the two ETL jobs; needs only what AWS Glue 5.x has.

Knows nothing of where it runs: boto3 and Spark find S3 and the Glue catalog as they do on any machine.
Start reading at `raw_to_curated.py` one folder up; then `batches` (what makes a crash harmless), `sniff`,
`reading`, `values` and `shape`.
"""
