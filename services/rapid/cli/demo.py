"""`./rapid demo`: the whole story, shown as it happens."""

import json
import sys
import webbrowser
from functools import partial
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rapid.cli.lifecycle import bring_up, noticing_ends, stopping_on_ctrl_c
from rapid.cli.screen import screen, table
from rapid.cli.services import SERVICES
from rapid.core.config import Config, load


@click.command()
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1), help="1 is about 17,000 records.")
@click.option("--running", is_flag=True, help="The services run already, e.g. in containers: do not start them.")
@click.option("--no-open", is_flag=True, help="Do not open the dashboard in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print all facts as JSON on standard output.")
def demo(scale: int, running: bool, no_open: bool, as_json: bool) -> None:
    """Run everything: start, deploy, send data by HTTP and file, follow it to the marts, check it, show it.

    Ends with a table in which sent = accepted + rejected and accepted = curated + duplicates + quarantined for every
    dataset. Exits 0 only if all of it balances and every total is right. Run it as often as you like.
    """
    from rapid.demo.story import Story

    config = load()
    with stopping_on_ctrl_c(config) as supervisor, View(screen(stderr=True)) as view:
        if running:
            facts = Story(config, scale, view).tell()
        else:
            start = partial(bring_up, supervisor, report=lambda name, text: view.detail(f"{name}: {text}"))
            with noticing_ends(supervisor, SERVICES) as check:
                facts = Story(config, scale, view, start, check).tell()
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        _show(config, facts)
        click.echo(f"{facts['seconds']:.0f} s in all." + ("" if running else " Stop everything: ./rapid down"))
        if sys.stdout.isatty() and not no_open and facts["ok"]:
            webbrowser.open(next(iter(facts["dashboards"].values())))
    sys.exit(0 if facts["ok"] else 1)


class View:
    """One line per finished stage, and a live one for the stage at work (in a terminal only)."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
        self.console = console
        self.progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.task = self.progress.add_task("", total=None)
        self.name = ""

    def __enter__(self) -> "View":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def stage(self, name: str) -> None:
        self.name = name
        self.progress.reset(self.task, description=name, total=None)

    def detail(self, text: str, done: float | None = None) -> None:
        self.progress.update(self.task, description=f"{self.name}: {text}", total=done and 1.0, completed=done or 0.0)

    def finished(self, name: str, seconds: float, facts: str) -> None:
        self.console.print(f"[green]✓[/] {name:<31} {seconds:>6.1f} s  [dim]{facts}[/]", soft_wrap=True)


def _show(config: Config, facts: dict[str, Any]) -> None:
    rows = facts["reconciliation"]
    whole = all(row["balanced"] for row in rows)
    columns = ("sent", "accepted", "rejected", "curated", "duplicates", "quarantined")
    shown = table("dataset", title="Every record is accounted for" if whole else "Records are missing")
    for name in columns:
        shown.add_column(name, justify="right")
    shown.add_column("")
    for row in rows:
        shown.add_row(row["dataset"], *(f"{row[c]:,}" for c in columns), "✓" if row["balanced"] else "[red]✗[/]")
    screen().print(shown)
    for check in facts["checks"]:
        if not check["ok"]:
            text = f"✗ {check['name']}: expected {check['expected']}, Athena says {check['actual']}"
            click.secho(text, fg="red")
    click.echo()
    for title, url in facts["dashboards"].items():
        click.echo(f"{title}: {click.style(url, bold=True)}")
    user, password = (click.style(facts["login"][name], bold=True) for name in ("user", "password"))
    click.echo(f"Log in as {user} with password {password}")
    click.echo(f"AWS endpoint: http://{config.emulator_address}")
    click.echo(f"Ingest API: {facts['outputs']['ApiUrl']}")
