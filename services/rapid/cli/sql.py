"""`./rapid sql`: statements through the Athena API, as arguments, from a file, or typed at a prompt."""

import sys
from pathlib import Path

import click

from rapid.cli.queries.output import show
from rapid.cli.queries.texts import split
from rapid.core import aws
from rapid.core.config import load
from rapid.core.errors import RapidError
from rapid.query import QueryFailedError, execute


@click.command()
@click.argument("statement", required=False)
@click.option("--file", "-f", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Run a file.")
@click.option("--parameter", "-p", "parameters", multiple=True, help="Value for the next `?`, as SQL: 5, 'text'.")
@click.option("--database", "-d", help="Database; the stack's own when left out.")
@click.option("--workgroup", "-w", help="Workgroup; the stack's own when left out.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.option("--json", "form", flag_value="json", help="Print a JSON array of objects.")
@click.option("--vertical", "form", flag_value="vertical", help="Print a line per value.")
@click.option("--table", "form", flag_value="table", default=True, help="Print a table (the default).")
@click.option("--explain", is_flag=True, help="Show the plan instead of running.")
def sql(
    statement: str | None,
    path: Path | None,
    parameters: tuple[str, ...],
    database: str | None,
    workgroup: str | None,
    form: str,
    explain: bool,
) -> None:
    """Run SQL as Athena would; without a statement, ask for one at a prompt (\\h there helps).

    \b
    ./rapid sql "select media_source, sum(installs) from campaign_performance group by 1"
    ./rapid sql "select * from orders where id = ?" -p 5 --json
    ./rapid sql --file report.sql --csv
    """
    config = load()
    if database is None or workgroup is None:
        from rapid.deploy import outputs

        stack = outputs(config)
        database, workgroup = database or stack["GlueDatabase"], workgroup or stack["AthenaWorkGroup"]
    athena = aws.client(config, "athena")
    if statement is None and path is None and sys.stdin.isatty():
        from rapid.cli.queries.prompt import Prompt

        Prompt(athena, database, workgroup, config.home / "sql_history").run()
        return
    text = statement or (path.read_text() if path else sys.stdin.read())
    for one in split(text):
        try:
            result = execute(athena, f"EXPLAIN {one}" if explain else one, database, workgroup, parameters)
        except QueryFailedError as error:
            raise RapidError(str(error)) from error
        show(result, form)
