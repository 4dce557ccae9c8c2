"""`./rapid load`: one file into the lake, through the same pipeline as everything else."""

import hashlib
import json
import re
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rapid.cli.lifecycle import bring_up, noticing_ends, say, stopping_on_ctrl_c
from rapid.core import aws
from rapid.core.config import Config
from rapid.core.config import load as load_config
from rapid.core.errors import RapidError

if TYPE_CHECKING:
    from rapid.pipeline import Pipeline
    from rapid.pipeline import Progress as State

_NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")
SERVICES = ("emulator", "glue")
QUARANTINE = "quarantine"
"""The table of what could not be read, of all datasets."""
REASONS = 5


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dataset", required=True, help="Name of the table it becomes: lower-case letters, digits, underscores.")
@click.option("--timeout", default=600, show_default=True, help="Seconds to wait while no job is at work on it.")
@click.option("--again", is_flag=True, help="Load it once more even if the same file was loaded into the same dataset.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts and columns as JSON.")
def load(file: Path, dataset: str, timeout: int, again: bool, as_json: bool) -> None:
    """Load FILE into the lake until Athena can query it.

    It is a table (CSV, TSV or any other separator, Excel or OpenDocument), JSON in any form, Parquet, Arrow, ORC or
    Avro; plain, compressed (gzip, bzip2, xz, Zstandard) or in a zip archive. Its content decides, not its name.

    The file goes to raw/DATASET/ in the data bucket; the upload starts the pipeline. Loading more files into the
    same dataset adds to it; the same file is loaded once, so a load that was interrupted is mended by the same command.
    Records that cannot be read land in the table `quarantine` with the reason.
    Exits 0 if every record is accounted for and at least one could be read.
    """
    if not _NAME.fullmatch(dataset) or dataset == QUARANTINE:
        raise RapidError(
            f"{dataset!r} cannot be the table: use lower-case letters, digits and underscores, e.g. my_data."
        )
    config = load_config()
    with stopping_on_ctrl_c(config) as supervisor:
        bring_up(supervisor, SERVICES, say)
        with noticing_ends(supervisor, SERVICES) as check:
            facts = Loading(config, dataset, _stack(config), check).run(file, timeout, again)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        _show(facts)
    sys.exit(0 if facts["ok"] else 1)


def _stack(config: Config) -> dict[str, str]:
    from rapid.deploy import NoStackError, deploy, outputs

    try:
        return outputs(config)
    except NoStackError:
        say("stack", "deploying it")
        return deploy(config)


def _digest(file: Path) -> str:
    """Of a file's content: the same file is the same object, however often it is loaded."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]


@dataclass
class Loading:
    """The way of a file into one dataset of a stack."""

    config: Config
    dataset: str
    stack: dict[str, str]
    check: Callable[[], object]

    def run(self, file: Path, timeout: int, again: bool) -> dict[str, Any]:
        """Loads a file, unless it was loaded and not `again`, and returns what became of its records.

        Raises:
            RapidError: the dataset's name belongs to another table, a job failed, or for `timeout` seconds none was
                at work.
        """
        begin = time.monotonic()
        bucket = self.stack["DataBucket"]
        table = self._table()
        if table and not table["StorageDescriptor"]["Location"].endswith(f"/curated/{self.dataset}/"):
            raise RapidError(
                f"{self.dataset} is a table that the pipeline makes itself. Give the dataset another name."
            )
        key = f"raw/{self.dataset}/{uuid.uuid4().hex[:16] if again else _digest(file)}/{file.name}"
        before = [manifest for manifest in self._pipeline.manifests() if manifest["object"] == key]
        try:
            manifest = before[0] if before else self._follow(self._upload(file, key), timeout)
        except KeyboardInterrupt:
            click.echo("\nThe same command goes on where this ends, and loads nothing twice.", err=True)
            raise
        counts = {name: manifest[name] for name in ("records_in", "curated", "duplicates", "quarantined")}
        table = self._table()
        rows = self._query(f'select count(*) from "{self.dataset}"') if table else [["0"]]  # noqa: S608 - checked name
        columns = table["StorageDescriptor"]["Columns"] if table else []
        balanced = counts["records_in"] == counts["curated"] + counts["duplicates"] + counts["quarantined"]
        return {
            "ok": balanced and counts["curated"] + counts["duplicates"] > 0,
            "dataset": self.dataset,
            "database": self.stack["GlueDatabase"],
            "object": f"s3://{bucket}/{manifest['object']}",
            "loaded_before": bool(before),
            "seconds": round(time.monotonic() - begin, 2),
            **counts,
            "rows_in_table": int(rows[0][0] or 0),
            "columns": [{"name": c["Name"], "type": c["Type"]} for c in columns],
            "quarantine": self._reasons(manifest["object"]) if counts["quarantined"] else [],
        }

    @cached_property
    def _pipeline(self) -> "Pipeline":
        from rapid.pipeline import Pipeline

        return Pipeline(lambda service: aws.client(self.config, service), self.stack, self.check)

    def _table(self) -> dict[str, Any] | None:
        glue = aws.client(self.config, "glue")
        try:
            found = glue.get_table(DatabaseName=self.stack["GlueDatabase"], Name=self.dataset)
        except glue.exceptions.EntityNotFoundException:
            return None
        return dict(found["Table"])

    def _query(self, sql: str, *parameters: str) -> list[list[str | None]]:
        from rapid.query import execute

        where = (self.stack["GlueDatabase"], self.stack["AthenaWorkGroup"])
        return execute(aws.client(self.config, "athena"), sql, *where, parameters).rows

    def _reasons(self, key: str) -> list[dict[str, Any]]:
        """The commonest reasons why records of a raw object were quarantined."""
        sql = (
            f"select reason, count(*) from {QUARANTINE} where dataset = ? and source_object = ? "  # noqa: S608
            f"group by 1 order by 2 desc, 1 limit {REASONS}"
        )
        quoted = ["'" + text.replace("'", "''") + "'" for text in (self.dataset, key)]
        return [{"reason": reason, "records": int(count or 0)} for reason, count in self._query(sql, *quoted)]

    def _upload(self, file: Path, key: str) -> tuple[str, str]:
        """Uploads with a progress bar; returns key and ETag."""
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        from rapid.cli.screen import screen

        s3, bucket = aws.client(self.config, "s3"), self.stack["DataBucket"]
        console = screen(stderr=True)
        columns = (TextColumn("uploading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=file.stat().st_size)
            s3.upload_file(str(file), bucket, key, Callback=lambda count: progress.advance(task, count))
        return key, s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"')

    def _follow(self, sent: tuple[str, str], timeout: int) -> dict[str, Any]:
        """Waits for the object's manifest; the marts, which few datasets feed, are not waited for."""
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from rapid.cli.screen import screen

        console = screen(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("uploaded; its event starts the pipeline")

            def show(state: "State") -> None:
                written = f", {state.written / 1e6:,.1f} MB written" if state.written else ""
                progress.update(task, description=f"Glue job {state.job}{written}" if state.job else "S3 event")

            (manifest,) = self._pipeline.wait([sent], show, timeout, marts=False, closely=True)
        return manifest


def _show(facts: dict[str, Any]) -> None:
    from rich.text import Text

    from rapid.cli.screen import screen, table

    shown = table("column", "type")
    for column in facts["columns"]:
        shown.add_row(Text(column["name"]), Text(column["type"]))
    if facts["columns"]:
        screen().print(shown)
        click.echo()
    if facts["loaded_before"]:
        click.echo("The same file was loaded before, so nothing was added (--again adds it once more).")
    click.echo(
        f"{facts['records_in']:,} records in = {facts['curated']:,} curated + {facts['duplicates']:,} duplicates"
        f" + {facts['quarantined']:,} quarantined, in {facts['seconds']} s"
    )
    for entry in facts["quarantine"]:
        click.secho(f"Quarantined {entry['records']:,}: {entry['reason']}", fg="yellow")
    if facts["quarantine"]:
        query = f"select * from {QUARANTINE} where dataset = '{facts['dataset']}' limit 10"  # noqa: S608 - shown only
        click.echo(f'See them: ./rapid sql "{query}"')
    if facts["ok"]:
        query = f'select * from "{facts["dataset"]}" limit 10'  # noqa: S608 - shown only
        click.echo(f"Query it: ./rapid sql '{query}'")
    elif facts["records_in"] == 0:
        click.secho("The file has no records, so there is nothing to query.", fg="red")
    else:
        click.secho("No record could be read.", fg="red")
