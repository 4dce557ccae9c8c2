"""Names of AWS's program `crawler_undo`, which cannot run here: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(
    __name__, frozenset({"crawler_backup", "crawler_undo", "crawler_undo_options", "main"})
)
