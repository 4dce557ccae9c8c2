"""`./rapid package | deploy | undeploy`: this checkout to a stack, in the emulator or on AWS."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from rapid.core.config import load

if TYPE_CHECKING:
    from rapid.deploy import Event, Target

on_aws = click.option("--aws", is_flag=True, help="Use the ambient AWS credentials instead of the emulator.")


def _target(aws: bool) -> "Target":
    from rapid.deploy import ambient, local

    return ambient(load()) if aws else local(load())


class Printer:
    """A line per resource that reaches a new state; in a terminal, a last line names those in progress."""

    def __init__(self) -> None:
        self.moving: list[str] = []
        self.live = sys.stderr.isatty()

    def __call__(self, event: "Event") -> None:
        started = event.status.endswith("_IN_PROGRESS")
        if event.resource in self.moving:
            self.moving.remove(event.resource)
        if started:
            self.moving.append(event.resource)
        if not (started and self.live):
            self._line(event)
        if self.live:
            text = ", ".join(self.moving[-3:])
            click.echo(f"\r\x1b[K{text[:100]}" if text else "\r\x1b[K", nl=False, err=True)

    def _line(self, event: "Event") -> None:
        colour = "red" if event.failed else "yellow" if "ROLLBACK" in event.status else "green"
        status = click.style(f"{event.status:<28}", fg=colour)
        reason = f"  {event.reason}" if event.reason else ""
        start = "\r\x1b[K" if self.live else ""
        click.echo(f"{start}{event.time:%H:%M:%S}  {status}{event.resource}  {event.type}{reason}", err=True)


def _json_event(event: "Event") -> None:
    click.echo(json.dumps({**asdict(event), "time": event.time.isoformat()}))


@contextmanager
def _going_on_after_ctrl_c() -> Iterator[None]:
    """Says what an interruption leaves."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(
            "\nCloudFormation goes on with what had begun: the same command waits for it, then does the rest.", err=True
        )
        raise


def _pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE.")
    return dict(pair.split("=", 1) for pair in pairs)


@click.command()
@on_aws
@click.option("--json", "as_json", is_flag=True, help="Print every artifact as JSON.")
def package(aws: bool, as_json: bool) -> None:
    """Upload the functions' and jobs' code, so that the template can be deployed by any client.

    \b
    Then: aws cloudformation create-stack --stack-name rapid-analytics \\
            --template-body file://rapid-analytics.yaml --capabilities CAPABILITY_IAM
    """
    from rapid.deploy import package as run

    target = _target(aws)
    artifacts = run(target)
    if as_json:
        click.echo(
            json.dumps({"bucket": target.artifact_bucket, "artifacts": [asdict(a) for a in artifacts]}, indent=2)
        )
        return
    for artifact in artifacts:
        click.echo(
            f"{'uploaded ' if artifact.uploaded else 'unchanged'}  {artifact.key}  {artifact.size:,} bytes", err=True
        )
    click.echo(target.artifact_bucket)


@click.command()
@on_aws
@click.option("--parameter", "-p", multiple=True, metavar="NAME=VALUE", help="A parameter of the template; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON lines, then the outputs as the last line.")
def deploy(aws: bool, parameter: tuple[str, ...], as_json: bool) -> None:
    """Upload the code and create or update the stack, showing each resource as it changes."""
    from rapid.deploy import deploy as run

    with _going_on_after_ctrl_c():
        found = run(load(), _json_event if as_json else Printer(), target=_target(aws), parameters=_pairs(parameter))
    if as_json:
        click.echo(json.dumps({"ok": True, "outputs": found}))
        return
    width = max(map(len, found), default=0)
    for name, value in found.items():
        click.echo(f"{name:<{width}}  {value}")


@click.command()
@on_aws
@click.option("--artifacts", is_flag=True, help="Delete the artifact bucket too; other stacks may use it.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print events as JSON lines.")
def undeploy(aws: bool, artifacts: bool, yes: bool, as_json: bool) -> None:
    """Delete the stack and all data in it."""
    from rapid.deploy import undeploy as run
    from rapid.deploy.artifacts import remove

    target = _target(aws)
    if not yes:
        where = f"account {target.account}, {target.region}" if aws else "the emulator"
        click.confirm(f"Delete stack {target.stack_name} in {where}, with all data?", abort=True)
    with _going_on_after_ctrl_c():
        gone = run(load(), _json_event if as_json else Printer(), target=target)
    if artifacts:
        remove(target)
    if as_json:
        click.echo(json.dumps({"ok": True, "deleted": gone}))
    else:
        click.echo("Deleted." if gone else f"There is no stack {target.stack_name}.", err=True)
