"""What botocore and Moto would hold many times over, or for nothing: 300 MiB of an emulator that made one stack.

LocalStack and Moto make a boto3 session wherever they need one, and each session parses botocore's data files anew
(measured 2026-11: `endpoints.json` 21 times, 7 MiB each, a service's model three times). And Moto's SSM imports all of
Moto's EC2, 100 MiB of instance types and offerings, for commands that are sent to instances by their tags.
"""

import gzip
import json
import sys
import types
from functools import lru_cache
from pathlib import Path
from typing import Any

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider

_FILES = 256


@lru_cache(_FILES)
def _parsed(path: str) -> Any:
    """A data file of botocore, as plain dicts, which keep their order too; None if there is none."""
    file = Path(path)
    if file.with_name(file.name + ".json").is_file():
        return json.loads(file.with_name(file.name + ".json").read_bytes())
    packed = file.with_name(file.name + ".json.gz")
    return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


@hooks.on_infra_start(priority=100)  # before anything makes a session
def share_data_files() -> None:
    """Has all of botocore's loaders share what they parse. They never change it."""
    from botocore.loaders import JSONFileLoader

    JSONFileLoader.load_file = lambda _loader, path: _parsed(path)


class _LaterBackends:
    """Stands for Moto's `ec2_backends` until an account's is asked for."""

    def __getitem__(self, account: str) -> Any:
        from moto.ec2 import ec2_backends

        return ec2_backends[account]


def import_ssm() -> None:
    """Imports Moto's SSM without Moto's EC2, unless that is there already."""
    if "moto.ec2" in sys.modules or "moto.ssm.models" in sys.modules:
        return
    stand_in: Any = types.ModuleType("moto.ec2")
    stand_in.ec2_backends = _LaterBackends()
    sys.modules["moto.ec2"] = stand_in
    try:
        import moto.ssm.models  # noqa: F401 - it binds the stand-in
    finally:
        del sys.modules["moto.ec2"]


@aws_provider(api="ssm", name="rapid")
def ssm() -> Service:
    """LocalStack's SSM, on that."""
    import_ssm()
    from localstack.services.moto import MotoFallbackDispatcher
    from localstack.services.ssm.provider import SsmProvider

    return Service.for_provider(SsmProvider(), dispatch_table_factory=MotoFallbackDispatcher)
