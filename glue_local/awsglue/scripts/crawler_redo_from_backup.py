"""Names of AWS's program `crawler_redo_from_backup`, which cannot run here: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(
    __name__, frozenset({"crawler_redo_from_backup", "crawler_redo_from_backup_options", "main"})
)
