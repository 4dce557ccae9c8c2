"""`./rapid check`: formatting, lint, types, import rules and the template, as CI checks them."""

import subprocess
import sys

import click

from rapid.core.config import ROOT, load

CHECKS = {
    "ruff format": ["ruff", "format", "--check", "."],
    "ruff": ["ruff", "check", "."],
    "mypy": ["mypy", "services", "glue_local"],
    "import-linter": ["lint-imports"],
    "cfn-lint": ["cfn-lint", "rapid-analytics.yaml"],
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CHECKS)))
def check(names: tuple[str, ...]) -> None:
    """Check format, lint, types, import rules and the template; all of them unless some are named."""
    tools = load().python("test").parent
    failed = []
    for name in names or tuple(CHECKS):
        program, *arguments = CHECKS[name]
        done = subprocess.run([str(tools / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        click.echo(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name}", err=True)
        if done.returncode:
            failed.append(name)
            click.echo(done.stdout + done.stderr, err=True)
    sys.exit(1 if failed else 0)
