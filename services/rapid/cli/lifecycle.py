"""`./rapid up | down | status | logs | reset | setup`: the life of the services."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from threading import Event

import click
import psutil

from rapid import serve
from rapid.cli.services import SERVICES, spec
from rapid.core.config import Config, load
from rapid.core.errors import RapidError, ServiceError
from rapid.core.processes import Supervisor

Report = Callable[[str, str], None]
"""Called with a service's name and what it is doing."""

ENDING_SECONDS = 0.5


def bring_up(
    supervisor: Supervisor, names: tuple[str, ...] = SERVICES, report: Report = lambda _n, _s: None
) -> dict[str, float]:
    """Starts services side by side and waits until all answer. What runs already is left alone.

    Returns:
        Seconds until each answered.

    Raises:
        ServiceError: one could not start; those that this call started are stopped again.
    """
    config = supervisor.config
    given_up = Event()

    def one(name: str) -> float:
        if not supervisor.find(name):
            serve.SERVICES[name].prepare(config, lambda text: report(name, text))
        if given_up.is_set():
            return 0.0
        wanted = spec(config, name)
        started = supervisor.start(wanted)
        if started:
            report(name, "starting")
        seconds = supervisor.wait(wanted)
        if started:
            report(name, f"ready after {seconds:.1f} s")
        return seconds

    try:
        with ThreadPoolExecutor(len(names)) as pool:
            futures = {pool.submit(one, name): name for name in names}
            pending = set(futures)
            try:
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
            except BaseException:
                given_up.set()
                supervisor.stop(supervisor.started)
                raise
    except BaseException:
        supervisor.stop(supervisor.started)  # what a thread had begun to start meanwhile
        raise
    return {name: future.result() for future, name in futures.items()}


@contextmanager
def stopping_on_ctrl_c(config: Config) -> Iterator[Supervisor]:
    """The supervisor of a command that starts services and leaves them running, but not if it is interrupted."""
    supervisor = Supervisor(config)
    try:
        yield supervisor
    except KeyboardInterrupt:
        if supervisor.started:
            click.echo(f"\nStopping what this command started: {', '.join(supervisor.started)}.", err=True)
            supervisor.stop(supervisor.started)
        raise


@contextmanager
def noticing_ends(supervisor: Supervisor, names: tuple[str, ...]) -> Iterator[Callable[[], None]]:
    """Yields a check that services still run. Whatever fails in the block because one has ended is told by its name.

    Raises:
        ServiceError: a service has ended.
    """

    def check() -> None:
        gone = [name for name in names if not supervisor.find(name)]
        if gone:
            titles = " and ".join(spec(supervisor.config, name).title for name in gone)
            logs = ", ".join(str(supervisor.log_path(name)) for name in gone)
            raise ServiceError(
                f"{titles} ended meanwhile (its log: {logs}). Run the same command again: it starts what is missing, "
                "and nothing that was accepted is lost."
            )

    try:
        yield check
    except ServiceError:
        raise
    except Exception:
        running = [process for name in names if (process := supervisor.find(name))]
        psutil.wait_procs(running, timeout=ENDING_SECONDS)  # connections break before a process is seen to be gone
        check()
        raise


def say(name: str, text: str) -> None:
    """Reports on standard error."""
    click.echo(f"{click.style(f'{name:<9}', bold=True)} {text}", err=True)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SERVICES))
@click.option("--follow", "-f", is_flag=True, help="Stay, show the logs, and stop everything on Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the status of each service as JSON.")
def up(names: tuple[str, ...], follow: bool, as_json: bool) -> None:
    """Start the emulator, the Glue runner and Superset, and wait until all three answer.

    Name some of them to start only those: ./rapid up emulator glue
    """
    config = load()
    with stopping_on_ctrl_c(config) as supervisor:
        bring_up(supervisor, names or SERVICES, say)
    _show_status(config, as_json)
    if follow:
        try:
            _follow([Supervisor(config).log_path(n) for n in names or SERVICES])
        finally:
            Supervisor(config).stop(names or SERVICES)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SERVICES))
@click.option("--json", "as_json", is_flag=True, help="Print the names of those that were running as JSON.")
def down(names: tuple[str, ...], as_json: bool) -> None:
    """Stop the services and everything they started. Their data stays."""
    stopped = Supervisor(load()).stop(names or SERVICES)
    if as_json:
        click.echo(json.dumps({"ok": True, "stopped": stopped}))
        return
    click.echo(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print pid, port, url and state of each service as JSON.")
def status(as_json: bool) -> None:
    """Show what runs, where, and how much memory it takes. Exits 3 if a service died."""
    config = load()
    _show_status(config, as_json)
    dead = [n for n in SERVICES if Supervisor(config).died(n)]
    if dead:
        logs = ", ".join(str(Supervisor(config).log_path(n)) for n in dead)
        click.secho(f"Died: {', '.join(dead)}. See {logs}; ./rapid up starts it again.", fg="red", err=True)
        sys.exit(3)


def _show_status(config: Config, as_json: bool) -> None:
    supervisor = Supervisor(config)
    statuses = [supervisor.status(spec(config, name)) for name in SERVICES]
    if as_json:
        click.echo(json.dumps([asdict(s) for s in statuses], indent=2))
        return
    from rapid.cli.screen import screen, table

    colours = {"running": "green", "starting": "yellow", "dead": "red", "stopped": "dim"}
    shown = table("service", "state", "pid", "url", "memory", "up for")
    for s in statuses:
        memory = f"{s.memory_mb:.0f} MiB" if s.memory_mb is not None else ""
        since = _duration(s.uptime_seconds) if s.uptime_seconds is not None else ""
        shown.add_row(s.name, f"[{colours[s.state]}]{s.state}[/]", str(s.pid or ""), s.url, memory, since)
    screen().print(shown)


def _duration(seconds: float) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours:.0f} h {minutes % 60:.0f} min" if hours else f"{minutes:.0f} min" if minutes else f"{seconds:.0f} s"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SERVICES))
@click.option("--follow", "-f", is_flag=True, help="Go on as lines are written, until Ctrl-C.")
@click.option("--lines", "-n", default=50, show_default=True, help="Lines of each log to begin with.")
def logs(names: tuple[str, ...], follow: bool, lines: int) -> None:
    """Show the services' own logs. Functions and jobs log to CloudWatch Logs: aws logs tail."""
    supervisor = Supervisor(load())
    paths = [supervisor.log_path(n) for n in names or SERVICES]
    present = [p for p in paths if p.is_file()]
    if not present:
        raise ServiceError("There are no logs yet: nothing was started. Run ./rapid up.")
    if follow:
        _follow(present, lines)
        return
    for path in present:
        if len(present) > 1:
            click.secho(f"==> {path.stem} <==", bold=True)
        click.echo("\n".join(path.read_text(errors="replace").splitlines()[-lines:]))


def _follow(paths: list[Path], lines: int = 10) -> None:
    present = [str(p) for p in paths if p.is_file()]
    with subprocess.Popen(["tail", "-n", str(lines), "-F", *present]) as tail:
        try:
            tail.wait()
        except KeyboardInterrupt:
            tail.terminate()


@click.command()
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Stop everything and delete all data: objects, stack, query results, dashboards' metadata, logs.

    Environments and downloads stay, so the next start is quick.
    """
    config = load()
    if not yes:
        click.confirm(f"Delete all data below {config.home}?", abort=True)
    Supervisor(config).stop(SERVICES)
    for target in (config.state, config.run, config.logs):
        try:
            shutil.rmtree(target)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RapidError(f"{target} could not be deleted: {error.strerror}. Delete it by hand.") from error
    click.echo("Everything is as new. Environments and downloads were kept.", err=True)


def _say(name: str, text: str) -> None:
    click.echo(f"{name}: {text}", err=True)


@click.command()
def setup() -> None:
    """Prepare the environments and download what `up` needs, without starting anything."""
    config = load()
    for name in SERVICES:
        serve.SERVICES[name].prepare(config, partial(_say, name))
    click.echo("Ready. Next: ./rapid demo", err=True)
