"""Names of AWS's program `scripts_utils`, which cannot run here: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(
    __name__,
    frozenset(
        {
            "catalog_dict",
            "nest_data_frame",
            "read_from_catalog",
            "read_from_s3",
            "write_backup",
            "write_df_to_catalog",
            "write_df_to_s3",
        }
    ),
)
