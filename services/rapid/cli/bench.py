"""`./rapid bench`: figures of this machine, measured in one run on a private instance."""

import os

import click

from rapid.core.config import ROOT, load


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure start-up, Lambda, API to S3, Glue, dynamic frames, crawlers and Athena on a private instance.

    --quick takes fewer rows and repetitions; --peer measures MiniStack beside it;
    --json is for machines.

    Name some to run only those: ./rapid bench lambda athena
    """
    config = load()
    python = str(config.python("test"))
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'services'}:{ROOT / 'tests'}:{ROOT}"}
    os.chdir(ROOT)
    os.execve(python, [python, "-m", "bench", *arguments], env)
