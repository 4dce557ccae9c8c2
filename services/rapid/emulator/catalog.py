"""LocalStack's index of AWS's operations, made once for a machine instead of once for each home.

Making it takes LocalStack 4 to 6 seconds of a processor and 330 MiB that the process never gives back, since it reads
the models of all of AWS's services; it does so at the first request that reaches a new home. Here a process of its own
does it: `python -m rapid.emulator.catalog`.
"""

import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from localstack.runtime import hooks

from rapid.core.config import Config, load

LOG = logging.getLogger(__name__)


def folder(config: Config) -> Path:
    """Where the indexes are, one for each version of LocalStack and botocore."""
    return config.cache / "catalog"


def shared(config: Config) -> Path:
    """The index of the versions that are installed; makes it where it is missing."""
    from localstack.aws import spec

    file = folder(config) / str(spec._get_catalog_filename())  # noqa: SLF001 - LocalStack looks for this name
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as work:
            spec.build_service_index_cache(str(Path(work, file.name)))
            Path(work, file.name).replace(file)  # whole or not at all, whoever else makes it meanwhile
    return file


def _made(config: Config) -> Path:
    """As `shared`, with another process to make it."""
    from localstack.aws import spec

    file = folder(config) / str(spec._get_catalog_filename())  # noqa: SLF001 - as above
    if not file.is_file():
        subprocess.run([sys.executable, "-m", "rapid.emulator.catalog"], check=True)
    return file


@hooks.on_infra_start()
def share_service_catalog() -> None:
    """Puts the index where LocalStack looks for it, before its first request."""
    from localstack import config as localstack_config
    from localstack.aws import spec

    own = Path(localstack_config.dirs.cache, spec._get_catalog_filename())  # noqa: SLF001
    if own.is_file():
        return
    try:
        partial = own.with_suffix(".partial")
        shutil.copyfile(_made(load()), partial)
        partial.replace(own)
    except (OSError, subprocess.CalledProcessError) as error:
        LOG.warning("The index of AWS's operations cannot be shared (%s); the first request makes one.", error)


if __name__ == "__main__":
    shared(load())
