"""`python -m bench [--quick] [--json] [NAMES]`: starts one private instance, measures, prints a table or JSON."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

import click

from bench import crawler, frames, functions, glue_jobs, ingest, queries, startup
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


@click.command(help="Measure this machine on a private instance.")
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option("--quick", is_flag=True, help="Fewer rows and repetitions of what takes minutes.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of figures.")
def main(names: tuple[str, ...], quick: bool, as_json: bool) -> None:
    figures: list[Figure] = []
    with instance(quick=quick) as private:
        for name in names or tuple(MEASUREMENTS):
            click.echo(f"measuring {name}", err=True)
            for figure in MEASUREMENTS[name](private):
                figures.append(figure)
                if not as_json:
                    click.echo(f"{figure.name:<52} {figure.value:>10.2f} {figure.unit:<5} {figure.note}")
                    sys.stdout.flush()
    if as_json:
        click.echo(json.dumps([asdict(f) for f in figures], indent=2))


main(prog_name="rapid bench")
