"""boto3 clients for the local endpoint.

Only the command line, the deployer and our own services use this: code that runs on AWS calls `boto3.client` itself.
"""

import os
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from rapid.core.config import Config

ACCESS_KEY = "test"
SECRET_KEY = "test"
_NOBODYS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""botocore's settings without the user's profile and files: those are for AWS."""


@lru_cache(maxsize=64)
def client(config: Config, service: str) -> Any:
    """A thread-safe client of `service` at the emulator, in the configured region."""
    import boto3
    import botocore.session
    from botocore.config import Config as BotoConfig

    core = botocore.session.Session(session_vars=_NOBODYS)
    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=config.region, botocore_session=core).client(
        service,
        endpoint_url=config.emulator_url,
        config=BotoConfig(s3={"addressing_style": "path"}, max_pool_connections=32, tcp_keepalive=True),
    )


def environment(config: Config) -> dict[str, str]:
    """Environment variables that point any AWS client of a child process at the emulator."""
    return {
        "AWS_ENDPOINT_URL": config.emulator_url,
        # An address of an IP has no subdomains: without this StartSyncExecution goes to sync-127.0.0.1.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": config.region,
        "AWS_DEFAULT_REGION": config.region,
    }


def local_api_url(config: Config, api_url: str) -> str:
    """A stack's ApiUrl as this process reaches it: a container knows the emulator by another name than its host does.

    Args:
        api_url: as in the stack's outputs, which name the API's path at the emulator.

    Returns:
        The same path at the emulator's address, without a slash at the end.
    """
    return config.emulator_url + urlsplit(api_url).path.rstrip("/")
