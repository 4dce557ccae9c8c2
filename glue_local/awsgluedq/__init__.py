"""AWS Glue Data Quality for scripts: `from awsgluedq.transforms import EvaluateDataQuality`.

The rules are read by AWS's own DQDL parser and evaluated by Deequ (https://github.com/awslabs/dqdl,
https://github.com/awslabs/deequ; both Apache-2.0). Start reading at `transforms`; `evaluation` talks to Deequ,
`history` answers `last(k)` of dynamic rules, `publishing` hands results to S3, CloudWatch and the Glue API.
"""
