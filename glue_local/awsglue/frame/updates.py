"""The catalog entries that go with what a sink writes: the table, its schema, its new partitions.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html (read 2026-11)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession

from awsglue.errors import OptionError
from awsglue.frame import catalog, formats, listing, types

Options = Mapping[str, Any]
Columns = list[dict[str, str]]

BATCH = 100
"""Partitions that one BatchCreatePartition may carry."""

_LAZY_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")
_PARQUET, _ORC, _AVRO = (f"org.apache.hadoop.hive.ql.io.{package}." for package in ("parquet", "orc", "avro"))
_HIVE = {
    "parquet": (
        f"{_PARQUET}MapredParquetInputFormat",
        f"{_PARQUET}MapredParquetOutputFormat",
        f"{_PARQUET}serde.ParquetHiveSerDe",
    ),
    "json": (*_LAZY_TEXT, "org.openx.data.jsonserde.JsonSerDe"),
    "csv": (*_LAZY_TEXT, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"),
    "avro": (
        f"{_AVRO}AvroContainerInputFormat",
        f"{_AVRO}AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "orc": (f"{_ORC}OrcInputFormat", f"{_ORC}OrcOutputFormat", f"{_ORC}OrcSerde"),
}
_INPUT = ("Name", "Description", "Owner", "Retention", "PartitionKeys", "ViewOriginalText", "ViewExpandedText")
"""Members of a table that an update of its schema leaves as they are."""


@dataclass(frozen=True)
class Target:
    """A catalog table that a sink keeps in step, which may not be there yet."""

    database: str
    name: str
    catalog_id: str | None

    @property
    def where(self) -> dict[str, str]:
        return {"DatabaseName": self.database, **({"CatalogId": self.catalog_id} if self.catalog_id else {})}


@dataclass(frozen=True)
class Written:
    """What a sink has written: the frame as files hold it, their folder and format, and what lay there before."""

    df: DataFrame
    location: str
    keys: Sequence[str]
    format: str
    format_options: Options
    before: frozenset[str]

    def columns(self) -> Columns:
        fields = [field for field in self.df.schema.fields if field.name not in self.keys]
        return [{"Name": f.name.lower(), "Type": types.hive_name(f.dataType)} for f in fields]

    def partition_keys(self) -> Columns:
        schema = self.df.schema
        return [{"Name": key.lower(), "Type": types.hive_name(schema[key].dataType)} for key in self.keys]


def update(target: Target, written: Written, behaviour: str) -> None:
    """Makes the table, or brings it up to date, then adds the partitions that were written.

    Args:
        target: the table.
        written: what was written.
        behaviour: `updateBehavior`. UPDATE_IN_DATABASE gives an existing table the schema of the frame; LOG leaves it,
            and adds partitions only if the frame's columns are among the table's.

    Raises:
        OptionError: an unknown behaviour or format, or other partition keys than the table's.
    """
    if behaviour not in {"UPDATE_IN_DATABASE", "LOG"}:
        raise OptionError(f"updateBehavior {behaviour!r} is not one. Valid: UPDATE_IN_DATABASE, LOG.")
    if not written.df.columns:
        return
    glue = catalog.client()
    try:
        known = glue.get_table(Name=target.name, **target.where)["Table"]
    except glue.exceptions.EntityNotFoundException:
        known = _created(target, written)
        glue.create_table(TableInput=known, **target.where)
    else:
        _check_keys(target, known, written)
        if behaviour == "UPDATE_IN_DATABASE":
            known = _updated(target, known, written)
        elif not _fits(known, written):
            return
    if written.keys:
        _add_partitions(target, known, written)


def _created(target: Target, written: Written) -> dict[str, Any]:
    kind = "parquet" if written.format == "glueparquet" else written.format
    if kind not in _HIVE:
        raise OptionError(f"A catalog table cannot be made for format {kind!r}. Valid: {', '.join(sorted(_HIVE))}.")
    reads, writes, serde = _HIVE[kind]
    parameters = {"classification": kind, "typeOfData": "file"}
    own = {"serialization.format": "1"}
    if kind == "csv":
        own["field.delim"] = str(written.format_options.get("separator", ","))
        if formats.flag(written.format_options, "writeHeader", default=True):
            parameters["skip.header.line.count"] = "1"
    return {
        "Name": target.name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": written.partition_keys(),
        "Parameters": parameters,
        "StorageDescriptor": {
            "Columns": written.columns(),
            "Location": written.location,
            "InputFormat": reads,
            "OutputFormat": writes,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": own},
        },
    }


def _check_keys(target: Target, known: Mapping[str, Any], written: Written) -> None:
    """Raises if a table has other partition keys: AWS wants the same ones in the same order."""
    has, wants = [key["Name"].lower() for key in known.get("PartitionKeys", [])], [key.lower() for key in written.keys]
    if has != wants:
        raise OptionError(
            f"partitionKeys {wants} are not those of {target.database}.{target.name}: {has}, in the same order."
        )


def _updated(target: Target, known: Mapping[str, Any], written: Written) -> dict[str, Any]:
    """Gives a table the frame's columns, unless it has them. A column's comment stays."""
    storage = known.get("StorageDescriptor", {})
    before = {column["Name"].lower(): column for column in storage.get("Columns", [])}
    columns = [{**before.get(column["Name"], {}), **column} for column in written.columns()]
    if storage.get("Columns") == columns:
        return dict(known)
    kept = {name: known[name] for name in (*_INPUT, "TableType", "Parameters") if known.get(name) is not None}
    changed = {**kept, "StorageDescriptor": {**storage, "Columns": columns}}
    catalog.client().update_table(TableInput=changed, **target.where)
    return changed


def _fits(known: Mapping[str, Any], written: Written) -> bool:
    has = {(c["Name"].lower(), c.get("Type", "string")) for c in known.get("StorageDescriptor", {}).get("Columns", [])}
    return has >= {(column["Name"], column["Type"]) for column in written.columns()}


def _add_partitions(target: Target, known: Mapping[str, Any], written: Written) -> None:
    """Registers the partitions that have new files; those that the table has already stay as they are.

    Raises:
        OptionError: the catalog refused one.
    """
    pages = catalog.client().get_paginator("get_partitions")
    request = {"TableName": target.name, "ExcludeColumnSchema": True, **target.where}
    there = {tuple(p["Values"]) for page in pages.paginate(**request) for p in page["Partitions"]}
    storage = {name: value for name, value in known["StorageDescriptor"].items() if name != "Location"}
    inputs = [
        {"Values": list(values), "StorageDescriptor": {**storage, "Location": folder}}
        for values, folder in folders(written.df.sparkSession, written)
        if values not in there
    ]
    for start in range(0, len(inputs), BATCH):
        answer = catalog.client().batch_create_partition(
            TableName=target.name, PartitionInputList=inputs[start : start + BATCH], **target.where
        )
        for error in answer.get("Errors", []):
            detail = error["ErrorDetail"]
            if detail["ErrorCode"] != "AlreadyExistsException":  # another job was quicker
                raise OptionError(
                    f"{target.database}.{target.name}: partition {error['PartitionValues']} was refused: "
                    f"{detail['ErrorCode']}: {detail.get('ErrorMessage', '')}"
                )


def files(session: SparkSession, location: str) -> frozenset[str]:
    """The paths of all data files below a folder."""
    return frozenset(file.path for file in listing.details(session, location, recurse=True))


def folders(session: SparkSession, written: Written) -> Iterable[tuple[tuple[str, ...], str]]:
    """Values and folder of each partition that got files. Times would not tell: S3's are in whole seconds."""
    found = {path.rsplit("/", 1)[0] for path in files(session, written.location) - written.before}
    for folder in sorted(found):
        parts = folder.split("/")[-len(written.keys) :]
        if [unquote(part.partition("=")[0]) for part in parts] == list(written.keys):
            yield tuple(unquote(part.partition("=")[2]) for part in parts), folder + "/"
