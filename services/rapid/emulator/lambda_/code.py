"""A function version on disk: its code as LocalStack's store extracted it, made read-only, and its merged layers."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from rapid.emulator.lambda_.host import Host


def set_writable(folder: Path, writable: bool) -> None:
    """Gives or takes the right to write, on everything in a folder and on itself."""
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(root, name)
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o200 if writable else mode & ~0o222)
    mode = folder.stat().st_mode
    folder.chmod(mode | 0o200 if writable else mode & ~0o222)


def prepare(config: Any, host: Host) -> None:
    """Extracts code and layers of a function version, once each.

    Args:
        config: LocalStack's VersionFunctionConfiguration.
    """
    for code in [config.code, *(layer.code for layer in config.layers)]:
        code.prepare_for_execution()
        if not code.is_hot_reloading():
            set_writable(code.get_unzipped_code_location(), writable=False)
    opt(config.layers, host)


def opt(layers: list[Any], host: Host) -> Path:
    """The folder that stands for /opt: all layers, the later ones over the earlier ones, as on AWS.

    https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html (read 2026-11)
    """
    name = hashlib.sha256("\n".join(layer.layer_version_arn for layer in layers).encode()).hexdigest()[:32]
    target = host.layers / name
    if not target.exists():
        building = host.layers / f"{name}.{os.urandom(4).hex()}"
        building.mkdir()
        for layer in layers:
            shutil.copytree(layer.code.get_unzipped_code_location(), building, symlinks=True, dirs_exist_ok=True)
            set_writable(building, writable=True)  # the next layer may replace what this one brought
        try:
            building.rename(target)
        except OSError:  # another version with the same layers was faster
            shutil.rmtree(building)
    return target
