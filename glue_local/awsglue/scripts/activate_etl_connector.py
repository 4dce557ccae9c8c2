"""Names of AWS's program `activate_etl_connector`, which cannot run here: using one says so."""

from awsglue.errors import unsupported_getattr

__getattr__ = unsupported_getattr(
    __name__,
    frozenset(
        {
            "add_stream_handler",
            "collect_files_by_suffix",
            "download_and_unpack_docker_layer",
            "download_custom_jars",
            "download_jars_per_connection",
            "extract_ecr_region",
            "extract_registry_id",
            "get_connection",
            "get_docker_manifest",
            "get_ecr_authorization_token",
            "id_generator",
            "main",
            "parse_args",
            "parse_ecr_url",
            "parse_url",
            "run_commands",
            "send_get_request",
        }
    ),
)
