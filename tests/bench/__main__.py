"""`python -m bench [--quick] [--peer] [--json] [NAMES]`: measures a private instance, prints a table or JSON."""

import json
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

import click

from bench import crawler, frames, functions, glue_jobs, ingest, peer, queries, startup
from bench.harness import Figure, Instance, instance

MEASUREMENTS: dict[str, Callable[[Instance], Iterable[Figure]]] = {
    "startup": startup.measure,
    "lambda": functions.measure,
    "api": ingest.measure,
    "glue": glue_jobs.measure,
    "frames": frames.measure,
    "crawler": crawler.measure,
    "athena": queries.measure,
}


BOTH = ("lambda", "athena")
"""What needs nothing but boto3, so that a peer can be measured alike."""


@click.command(help="Measure this machine on a private instance.")
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option("--quick", is_flag=True, help="Fewer rows and repetitions of what takes minutes.")
@click.option("--peer", "with_peer", is_flag=True, help=f"Measure {peer.NAME} too: {', '.join(BOTH)}.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of figures.")
def main(names: tuple[str, ...], quick: bool, with_peer: bool, as_json: bool) -> None:
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that what was started is stopped
    names = names or tuple(MEASUREMENTS)
    figures: list[Figure] = []

    def take(name: str, measured: Iterable[Figure]) -> None:
        click.echo(f"measuring {name}", err=True)
        for figure in measured:
            figures.append(figure)
            if not as_json:
                click.echo(f"{figure.name:<58} {figure.value:>10.2f} {figure.unit:<5} {figure.note}")
                sys.stdout.flush()

    with instance(quick=quick) as private:
        for name in names:
            take(name, MEASUREMENTS[name](private))
        if with_peer:
            ours = {f.name: f.value for f in figures}
            with peer.peer(private) as other:
                for name in [n for n in BOTH if n in names]:
                    measured = peer.measure(other, MEASUREMENTS[name])
                    take(f"{name} on {peer.NAME}", peer.beside(ours, measured))
    if as_json:
        click.echo(json.dumps([asdict(f) for f in figures], indent=2))


main(prog_name="rapid bench")
