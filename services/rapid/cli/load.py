"""`./rapid load`: one file into the lake, through the same pipeline as everything else."""

import json
import re
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rapid.cli.lifecycle import bring_up
from rapid.core import aws
from rapid.core.config import Config
from rapid.core.config import load as load_config
from rapid.core.errors import RapidError

if TYPE_CHECKING:
    from rich.console import Console

_NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", required=True, help="Name of the table it becomes: lower-case letters, digits, underscores.")
@click.option("--timeout", default=600, show_default=True, help="Seconds to wait until it can be queried.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts and columns as JSON.")
def load(file: Path, dataset: str, timeout: int, as_json: bool) -> None:
    """Load a CSV, TSV, JSON, JSON Lines or Parquet FILE, gzipped or not, until Athena can query it.

    The file goes to raw/DATASET/ in the data bucket; the upload starts the pipeline. Loading more files into the
    same dataset adds to it. Records that cannot be read land in quarantine/DATASET/ with the reason.
    """
    if not _NAME.fullmatch(dataset):
        raise RapidError(
            f"{dataset!r} cannot be a table: use lower-case letters, digits and underscores, e.g. my_data."
        )
    from rich.console import Console

    config = load_config()
    console = Console(stderr=True)
    bring_up(config, ("emulator", "glue"), lambda name, text: console.print(f"[dim]{name}: {text}[/]"))
    facts = _load(config, file, dataset, timeout, console)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        _show(facts)
    sys.exit(0 if facts["ok"] else 1)


def _load(config: Config, file: Path, dataset: str, timeout: int, console: "Console") -> dict[str, Any]:
    from rapid.deploy import NoStackError, deploy, outputs
    from rapid.pipeline import Pipeline
    from rapid.query import run

    try:
        stack = outputs(config)
    except NoStackError:
        console.print("[dim]deploying the stack[/]")
        stack = deploy(config)
    begin = time.monotonic()
    sent = _upload(config, stack["DataBucket"], f"raw/{dataset}/{uuid.uuid4().hex[:8]}/{file.name}", file, console)
    pipeline = Pipeline(lambda service: aws.client(config, service), stack)
    with console.status("in the pipeline") as status:
        (manifest,) = pipeline.wait([sent], lambda p: status.update(f"in the pipeline: {p.stage}"), timeout)
    counts = {name: manifest[name] for name in ("records_in", "curated", "duplicates", "quarantined")}
    rows, columns = 0, []
    if counts["curated"] or counts["duplicates"]:
        athena = aws.client(config, "athena")
        where = (stack["GlueDatabase"], stack["AthenaWorkGroup"])
        rows = int(run(athena, f'select count(*) from "{dataset}"', *where)[1][0][0] or 0)  # noqa: S608 - checked against _NAME
        table = aws.client(config, "glue").get_table(DatabaseName=stack["GlueDatabase"], Name=dataset)["Table"]
        columns = [{"name": c["Name"], "type": c["Type"]} for c in table["StorageDescriptor"]["Columns"]]
    balanced = counts["records_in"] == counts["curated"] + counts["duplicates"] + counts["quarantined"]
    return {
        "ok": balanced and bool(columns),
        "dataset": dataset,
        "database": stack["GlueDatabase"],
        "object": f"s3://{stack['DataBucket']}/{sent[0]}",
        "seconds": round(time.monotonic() - begin, 2),
        **counts,
        "rows_in_table": rows,
        "columns": columns,
        "quarantine": f"s3://{stack['DataBucket']}/quarantine/{dataset}/" if counts["quarantined"] else None,
    }


def _upload(config: Config, bucket: str, key: str, file: Path, console: "Console") -> tuple[str, str]:
    """Uploads with a progress bar; returns key and ETag."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    s3 = aws.client(config, "s3")
    columns = ("[progress.description]{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"uploading {file.name}", total=file.stat().st_size)
        s3.upload_file(str(file), bucket, key, Callback=lambda count: progress.advance(task, count))
    return key, s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')


def _show(facts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("column", "type", box=None, header_style="bold")
    for column in facts["columns"]:
        table.add_row(column["name"], column["type"])
    console.print(table)
    console.print(
        f"{facts['records_in']:,} records in = {facts['curated']:,} curated + {facts['duplicates']:,} duplicates"
        f" + {facts['quarantined']:,} quarantined, in {facts['seconds']} s"
    )
    if facts["quarantine"]:
        console.print(f"[yellow]The quarantined ones, with their reasons, are below {facts['quarantine']}[/]")
    if facts["columns"]:
        console.print(f"Query it: [bold]./rapid sql 'select count(*) from {facts['dataset']}'[/]")  # noqa: S608 - shown
    else:
        console.print("[red]No record could be read, so there is no table.[/]")
