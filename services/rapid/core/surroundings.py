"""What of the terminal's environment reaches our processes: the way to the registries, nothing that changes results."""

import os
from collections.abc import Mapping

from rapid.core.config import Config

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_UNPROXIED = ("NO_PROXY", "no_proxy")
PROXIES = (*_PROXIES, *(name.lower() for name in _PROXIES))
INHERITED = ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", *PROXIES, *_UNPROXIED)
"""What a service gets of its caller's environment; everything else is its own."""

OWN = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What services and jobs have instead of this machine's: time and text as on AWS, no way to anyone's account."""

_OTHERS = ("AWS_", "SPARK_", "PYSPARK_", "HADOOP_", "JAVA_", "JDK_", "_JAVA_")


def as_on_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """A terminal's environment for code that runs as it does on AWS: without its own clouds, Javas and Sparks."""
    return {name: value for name, value in environ.items() if not name.startswith(_OTHERS)} | OWN


def past_proxies(config: Config, environ: Mapping[str, str]) -> dict[str, str]:
    """Variables by which clients reach our services past the proxy that `environ` names; none where it names none."""
    if not any(environ.get(name) for name in PROXIES):
        return {}
    ours = ["127.0.0.1", "localhost", config.host, config.emulator_host, config.runner_host, config.superset_host]
    given = [part.strip() for name in _UNPROXIED for part in environ.get(name, "").split(",")]
    hosts = ",".join(dict.fromkeys(host for host in (*given, *ours) if host))
    return dict.fromkeys(_UNPROXIED, hosts)
