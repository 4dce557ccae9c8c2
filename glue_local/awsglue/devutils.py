"""Names of AWS's `awsglue.devutils`, which is not written yet: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(
    __name__, frozenset({"ExecutionProperty", "Command", "Connections", "Job", "GlueJobUtils"})
)
