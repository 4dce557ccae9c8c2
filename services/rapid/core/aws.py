"""boto3 clients for the local endpoint.

Only the command line, the deployer and our own services use this: code that runs on AWS calls `boto3.client` itself.
"""

from functools import lru_cache
from typing import Any

from rapid.core.config import Config

ACCESS_KEY = "test"
SECRET_KEY = "test"


@lru_cache(maxsize=64)
def client(config: Config, service: str) -> Any:
    """A thread-safe client of `service` at the emulator, in the configured region."""
    import boto3
    from botocore.config import Config as BotoConfig

    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=config.region).client(
        service,
        endpoint_url=config.emulator_url,
        config=BotoConfig(s3={"addressing_style": "path"}, max_pool_connections=32, tcp_keepalive=True),
    )


def environment(config: Config) -> dict[str, str]:
    """Environment variables that point any AWS client of a child process at the emulator."""
    return {
        "AWS_ENDPOINT_URL": config.emulator_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": config.region,
        "AWS_DEFAULT_REGION": config.region,
    }


def local_api_url(config: Config, api_url: str) -> str:
    """Where a REST API answers here: its AWS address names a host that only DNS on AWS knows.

    Args:
        api_url: as in a stack's outputs, `https://<api>.execute-api.<region>.<suffix>/<stage>`.

    Returns:
        The same API and stage at the emulator, without a slash at the end.
    """
    host, _, path = api_url.removeprefix("https://").partition("/")
    return f"{config.emulator_url}/_aws/execute-api/{host.split('.', 1)[0]}/{path.rstrip('/')}"
