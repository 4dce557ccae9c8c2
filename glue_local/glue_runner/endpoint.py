"""The AWS endpoint as Java's SDK needs it."""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit


def by_address(environ: Mapping[str, str]) -> dict[str, str]:
    """AWS_ENDPOINT_URL and its like, with a host's address for its name.

    The SDK (Iceberg's S3 client) writes `bucket.host` unless the host is an address, and nobody knows that name.
    Names of https endpoints stay: a certificate is made out to them.
    """
    return {n: _by_address(v) for n, v in environ.items() if n.startswith("AWS_ENDPOINT_URL") and v.startswith("http:")}


def _by_address(url: str) -> str:
    parts = urlsplit(url)
    try:
        address = ipaddress.ip_address(socket.gethostbyname(parts.hostname or ""))
    except (OSError, ValueError):  # not known here: the SDK says so where it is used
        return url
    return urlunsplit(parts._replace(netloc=f"{address}:{parts.port}" if parts.port else str(address)))
