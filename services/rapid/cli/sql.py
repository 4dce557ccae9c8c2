"""`./rapid sql`: one query through the Athena API, its result as a table, CSV or JSON."""

import csv
import json
import sys
from typing import Any

import click

from rapid.core import aws
from rapid.core.config import load
from rapid.core.errors import RapidError
from rapid.query import QueryFailedError, run


@click.command()
@click.argument("statement")
@click.option("--database", "-d", help="Database; the stack's own when left out.")
@click.option("--workgroup", "-w", help="Workgroup; the stack's own when left out.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects.")
def sql(statement: str, database: str | None, workgroup: str | None, as_csv: bool, as_json: bool) -> None:
    """Run one SQL statement as Athena would.

    ./rapid sql "select media_source, sum(installs) from campaign_performance group by 1"
    """
    config = load()
    if database is None or workgroup is None:
        from rapid.deploy import outputs

        stack = outputs(config)
        database, workgroup = database or stack["GlueDatabase"], workgroup or stack["AthenaWorkGroup"]
    try:
        columns, rows = run(aws.client(config, "athena"), statement, database, workgroup)
    except QueryFailedError as error:
        raise RapidError(str(error)) from error
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        _table(columns, rows)


def _table(columns: list[str], rows: list[list[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, header_style="bold", box=None)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console = Console()
    console.print(table)
    console.print(f"[dim]{len(rows)} rows[/]")
