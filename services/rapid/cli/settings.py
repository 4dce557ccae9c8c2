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
        value = "(set)" if setting.secret and text else text
        rows.append({"name": setting.name, "value": value, "from": origin, "help": setting.help})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    from rich.text import Text

    from rapid.cli.screen import screen, table

    shown = table("setting", "value", "from", "meaning")
    for row in rows:
        shown.add_row(*(Text(row[k]) for k in ("name", "value", "from", "help")))
    screen().print(shown)
