"""Streaming jobs: what records of a stream hold (`payload`), and running a script's function on each micro-batch
(`batches`).

https://docs.aws.amazon.com/glue/latest/dg/add-job-streaming.html
"""
