"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest

from rapid.core.config import ROOT, SETTINGS, load, read_dotenv, sources
from rapid.core.errors import SettingError


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_environment_wins_over_file_and_file_over_default(dotenv: Path) -> None:
    dotenv.write_text("# ports\nRAPID_EMULATOR_PORT=5001\nexport RAPID_RUNNER_PORT='5002'\n")
    config = load({"RAPID_EMULATOR_PORT": "6001"}, dotenv)
    assert (config.emulator_port, config.runner_port, config.superset_port) == (6001, 5002, 8088)
    origins = {name: origin for name, (_, origin) in sources({"RAPID_EMULATOR_PORT": "6001"}, dotenv).items()}
    assert origins["RAPID_EMULATOR_PORT"] == "environment"
    assert origins["RAPID_RUNNER_PORT"] == ".env"
    assert origins["RAPID_SUPERSET_PORT"] == "default"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("RAPID_EMULATOR_PORT", "0", "1 to 65535"),
        ("RAPID_EMULATOR_PORT", "port", "1 to 65535"),
        ("RAPID_GLUE_WARM", "-1", "0 or above"),
        ("RAPID_ACCOUNT", "me", "12 digits"),
        ("RAPID_DURABLE", "maybe", "use 1 or 0"),
        ("RAPID_GLUE_PARALLEL", "0", "above 0"),
        ("RAPID_LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_a_bad_value_names_the_setting_and_its_source(dotenv: Path, name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingError, match=rf"{name}='{value}' \(from environment\): .*{reason}"):
        load({name: value}, dotenv)


def test_two_services_on_one_port_are_refused_before_either_starts(dotenv: Path) -> None:
    with pytest.raises(SettingError, match="RAPID_EMULATOR_PORT and RAPID_RUNNER_PORT are both 4580"):
        load({"RAPID_EMULATOR_PORT": "4580"}, dotenv)


def test_an_unknown_setting_is_refused_and_the_valid_ones_are_listed(dotenv: Path) -> None:
    with pytest.raises(SettingError, match=r"No such setting: RAPID_EMULATR_PORT\. Valid: .*RAPID_EMULATOR_PORT"):
        load({"RAPID_EMULATR_PORT": "1"}, dotenv)


def test_a_line_that_is_no_setting_is_refused_with_its_number(dotenv: Path) -> None:
    dotenv.write_text("RAPID_HOST=127.0.0.1\nwhat is this\n")
    with pytest.raises(SettingError, match=r":2: expected NAME=value"):
        read_dotenv(dotenv)


def test_a_child_process_reads_the_same_config(dotenv: Path) -> None:
    config = load({"RAPID_DURABLE": "0", "RAPID_HOME": "/tmp/elsewhere"}, dotenv)
    assert load(config.as_environment(), dotenv) == config


def test_relative_folders_are_relative_to_the_checkout(dotenv: Path) -> None:
    assert load({}, dotenv).home == ROOT / ".rapid"


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [s.name for s in SETTINGS if f"`{s.name}`" not in readme] == []
