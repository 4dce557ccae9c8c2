"""S3 on disk: each object's bytes are one plain file, its metadata one journal entry; both are there before the 2xx.

Files are never changed after they are written: an overwrite makes a new file, so a reader (GET, DuckDB) keeps seeing
the object it opened. What no metadata points at is deleted, after a grace period for readers.
Left out: encryption at rest (headers are honoured, bytes are plain, as in LocalStack).
Start reading at `storage` (bytes), then `metadata` (journal), then `local` (path of an object for local readers).
"""
