"""Names of AWS's `awsglue.functions`, which is not written yet: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(__name__, frozenset({"replaceArrayElement", "namedStruct", "explodeWithIndex"}))
