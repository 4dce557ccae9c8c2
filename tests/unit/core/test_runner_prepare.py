"""What is made before the Glue runner's first start."""

from dataclasses import replace
from pathlib import Path

import pytest

from rapid import runner
from rapid.core import config as configuration


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", []),
        ("echo preparing", ["preparing"]),
        ("echo preparing; echo 'a stack'$'\\n''no disk' >&2; exit 1", ["preparing", "no disk"]),
        ("exit 9", ["the class archive could not be made (exit code 9): jobs start slower"]),
    ],
    ids=["there", "made", "refused", "killed"],
)
def test_jobs_run_without_the_class_archive(tmp_path: Path, script: str, told: list[str]) -> None:
    python = tmp_path / "glue" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/bash\n{script}\n")
    python.chmod(0o755)
    said: list[str] = []
    runner.prepare(replace(configuration.load({}), environments=tmp_path), said.append)
    assert said == told
