"""`./rapid config`: every setting, its value and where the value comes from."""

import json

import click

from rapid.core.config import SETTINGS, sources


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per setting.")
def config(as_json: bool) -> None:
    """Show every setting: value, where it comes from, meaning.

    Set one in the environment (RAPID_SUPERSET_PORT=8089 ./rapid up) or as a line of the file .env.
    """
    found = sources()
    rows = []
    for setting in SETTINGS:
        text, origin = found[setting.name]
        shown = "(set)" if setting.secret and text else text
        rows.append({"name": setting.name, "value": shown, "from": origin, "help": setting.help})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("setting", "value", "from", "meaning", box=None, header_style="bold")
    for row in rows:
        table.add_row(*(str(row[k]) for k in ("name", "value", "from", "help")))
    Console().print(table)
