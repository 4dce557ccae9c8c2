"""The command line: `./rapid COMMAND`."""

import errno
import importlib
import json
import logging
import os
import sys
from typing import NoReturn

import click

from rapid.core.config import load
from rapid.core.errors import RapidError
from rapid.core.surroundings import PROXIES, past_proxies

COMMANDS = {
    "up": "rapid.cli.lifecycle",
    "down": "rapid.cli.lifecycle",
    "status": "rapid.cli.lifecycle",
    "logs": "rapid.cli.lifecycle",
    "reset": "rapid.cli.lifecycle",
    "setup": "rapid.cli.lifecycle",
    "config": "rapid.cli.settings",
    "env": "rapid.cli.env",
    "package": "rapid.cli.deploy",
    "deploy": "rapid.cli.deploy",
    "undeploy": "rapid.cli.deploy",
    "demo": "rapid.cli.demo",
    "load": "rapid.cli.load",
    "sql": "rapid.cli.sql",
    "glue": "rapid.cli.glue",
    "test": "rapid.cli.test",
    "check": "rapid.cli.check",
    "bench": "rapid.cli.bench",
}
"""Every command and the module that holds the function of its name."""


UNWRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOSPC, errno.EDQUOT}
"""Errors of a file or folder that whoever runs the command can do something about."""


class Commands(click.Group):
    """Finds a command's module only when that command, or the list of all, is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [*COMMANDS, "doctor"]

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name == "doctor":
            return doctor
        module = COMMANDS.get(name)
        if module is None:
            return None
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """The AWS rapid-analytics design on this machine, offline.

    \b
    First time:  ./rapid demo              from seed data to dashboard
    Every day:   ./rapid up                start everything
                 ./rapid deploy            create or update the stack
                 ./rapid load FILE         a file into the lake
                 ./rapid sql "select ..."
    """
    if any(os.environ.get(name) for name in PROXIES):
        os.environ.update(past_proxies(load(), os.environ))


@click.command()
def doctor() -> None:
    """Say what this machine lacks and how to get it."""
    # The bootstrap answers `./rapid doctor` before any environment exists; this entry only documents it.


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        cli.main(prog_name="rapid", standalone_mode=False)
    except RapidError as error:
        fail(error)
    except click.ClickException as error:
        if "--json" in sys.argv:
            click.echo(json.dumps({"ok": False, "error": error.format_message()}))
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except OSError as error:
        if error.errno not in UNWRITABLE or not error.filename:
            raise
        fail(f"{error.filename}: {error.strerror}. Everything that is kept here lies in RAPID_HOME: ./rapid config.")
    except Exception as error:  # an answer of AWS, or none, is told in a sentence; anything else is a defect of ours
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if not isinstance(error, Boto3Error | BotoCoreError | ClientError):
            raise
        fail(error)


def fail(error: Exception | str) -> NoReturn:
    """Says what went wrong, to machines too where they were asked for, and ends with exit code 1."""
    if "--json" in sys.argv:
        print(json.dumps({"ok": False, "error": str(error)}))
    click.secho(f"Error: {error}", fg="red", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
