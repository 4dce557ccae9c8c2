"""Names of AWS's `awsglue.dataframe_transforms`, which is not written yet: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(__name__, frozenset({"ApplyMapping", "ALL_TRANSFORMS"}))
