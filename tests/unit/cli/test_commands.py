"""Every command: listed, helpful, in the README."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import EndpointConnectionError
from click.testing import CliRunner

from rapid.cli.main import COMMANDS, cli, main
from rapid.cli.screen import screen, table
from rapid.core.config import ROOT
from rapid.core.errors import ServiceError


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_and_each_of_its_options_do(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    undocumented = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert undocumented == []
    shown = CliRunner().invoke(cli, [name, "--help"])
    assert shown.exit_code == 0


def test_the_first_help_fits_a_terminal_of_80_columns() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert max(map(len, shown.splitlines())) < 80


def test_what_is_piped_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"a_long_name_of_a_column_{n}" for n in range(30)]
    shown = table(*names)
    shown.add_row(*("x" * 50 for _ in names))
    screen().print(shown)
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == names
    assert row.split() == ["x" * 50] * 30


def test_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in (*COMMANDS, "doctor") if f"`{name}" not in readme and f"rapid {name}" not in readme] == []


def test_a_home_that_cannot_be_written_to_is_told_in_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.touch()
    command = [sys.executable, "-m", "rapid.cli.main", "up", "glue", "--json"]
    environment = {"PATH": os.environ["PATH"], "RAPID_HOME": str(home), "PYTHONPATH": str(ROOT / "services")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    *_, said = done.stderr.splitlines()  # what is prepared once for a machine may be told before
    assert said.startswith(f"Error: {home}")
    assert "RAPID_HOME" in said


def test_the_history_page_is_not_promised_on_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = CliRunner().invoke(cli, ["glue", "ui", "s3://b/logs/", "--port", str(port)])
    assert isinstance(done.exception, ServiceError)
    assert f"port {port} is taken" in str(done.exception)
    assert "--port" in str(done.exception)
    assert done.output == ""


@pytest.mark.parametrize(
    "error",
    [
        S3UploadFailedError("Failed to upload a.csv: no space left on device"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_an_error_of_aws_or_its_client_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def failing(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", failing)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"Error: {error}\n"


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(cli, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize("command", [["deploy"], ["undeploy", "--yes"]])
def test_an_interrupted_deployment_says_what_goes_on(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"rapid.deploy.{command[0]}", interrupted)
    said = CliRunner().invoke(cli, command)
    assert said.exit_code != 0
    assert "CloudFormation goes on with what had begun: the same command waits for it" in said.output


def test_config_shows_every_setting_and_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPID_RUNNER_TOKEN", "very-secret")
    shown = CliRunner().invoke(cli, ["config", "--json"])
    assert '"RAPID_RUNNER_TOKEN"' in shown.output
    assert "very-secret" not in shown.output


def test_modules_of_commands_import_no_aws_client() -> None:
    """`--help` loads every command's module: it must stay quick."""
    modules = sorted(set(COMMANDS.values()))
    heavy = ("boto3", "duckdb", "requests")
    code = f"import sys\nfor m in {modules!r}: __import__(m)\nprint([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "services", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert all(importlib.util.find_spec(m) for m in modules)
