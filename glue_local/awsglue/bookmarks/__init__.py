"""Job bookmarks: what earlier runs of a job have read already.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html (read 2026-11)
State is kept per job and `transformation_ctx`, read at `job.init` and saved, whole or not at all, at `job.commit`, by
the Glue API (`service`). `files` says which objects are new, `keys` which rows of a database are. Start at `job`.
"""
