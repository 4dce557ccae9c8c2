"""Where the emulator listens, and how much it says."""

from dataclasses import replace

import pytest

from rapid import runner
from rapid.core import config as configuration
from rapid.dashboards import start as dashboards
from rapid.emulator import start


@pytest.mark.parametrize(
    ("public", "listens"),
    [
        ("", "0.0.0.0:4566"),
        ("127.0.0.1:4566", "0.0.0.0:4566"),
        ("127.0.0.1:4866", "0.0.0.0:4566,127.0.0.1:4866"),
        ("aws.example:443", "0.0.0.0:4566"),
    ],
)
def test_a_loopback_address_that_is_handed_out_answers_inside_too(public: str, listens: str) -> None:
    config = replace(configuration.load({}), host="0.0.0.0", emulator_port=4566, emulator_public=public)
    environment = start.environment(config)
    assert environment["GATEWAY_LISTEN"] == listens
    assert environment["LOCALSTACK_HOST"] == (public or "0.0.0.0:4566")


def test_the_log_level_reaches_every_service() -> None:
    config = configuration.load({"RAPID_LOG_LEVEL": "warning"})
    assert start.environment(config)["LS_LOG"] == "warning"
    assert runner.environment(config)["GLUE_RUNNER_LOG_LEVEL"] == "WARNING"
    assert dashboards.environment(config)["DASHBOARDS_LOG_LEVEL"] == "WARNING"
