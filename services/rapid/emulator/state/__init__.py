"""Durable state: whatever was answered with 2xx survives `kill -9` of the emulator.

S3 keeps objects as plain files with their metadata in a journal; SQS and CloudWatch Logs journal each message and log
event; every other service's stores are pickled after each request that may have changed them, before its response.
Left out: fsync, so a power cut may lose the last second.

Other parts call `mark_dirty(service)` after a change that no request made (a job that ended in a thread),
`save(service)` where it must be on disk on return, `when_saved(service, then)` to go on once it is, and
`s3.local.local_path(bucket, key)` to read an object in place.
Start reading at `plugin` (when), then `containers` (what), then `journal` (where).
"""

from rapid.emulator.state.snapshots import mark_dirty, save, when_saved

__all__ = ["mark_dirty", "save", "when_saved"]
