"""Names of AWS's program `connector_activation_util`, which cannot run here: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(__name__, frozenset({"boto_client_error"}))
