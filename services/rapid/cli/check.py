"""`./rapid check`: formatting, lint, types, import rules and the template, as CI checks them."""

import os
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
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'services'}{os.pathsep}{ROOT / 'glue_local'}"}
    failed = []
    for name in names or tuple(CHECKS):
        program, *arguments = CHECKS[name]
        command = [str(tools / program), *arguments]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        click.echo(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name}", err=True)
        if done.returncode:
            failed.append(name)
            click.echo(done.stdout + done.stderr, err=True)
    sys.exit(1 if failed else 0)
