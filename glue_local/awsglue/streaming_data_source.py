"""Names of AWS's `awsglue.streaming_data_source`, which is not written yet: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(__name__, frozenset({"StreamingDataSource"}))
