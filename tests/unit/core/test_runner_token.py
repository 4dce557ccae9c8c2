"""The runner's token: one per home, whoever asks first."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rapid import runner
from rapid.core import config as configuration


def test_all_who_ask_at_once_get_the_same_token(tmp_path: Path) -> None:
    config = replace(configuration.load({}), home=tmp_path)
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(runner.token, [config] * 64))) == 1
    assert (config.run / "runner-token").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in config.run.iterdir()] == ["runner-token"]


def test_a_configured_token_wins(tmp_path: Path) -> None:
    assert runner.token(replace(configuration.load({}), home=tmp_path, runner_token="mine")) == "mine"
