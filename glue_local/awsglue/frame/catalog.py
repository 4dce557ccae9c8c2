"""The Glue Data Catalog, through its public API: tables to read, tables and partitions to write.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as spark

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import types

_FORMAT_OF_SERDE = {
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": "orc",
    "org.apache.hadoop.hive.serde2.avro.AvroSerDe": "avro",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
}
_HIVE = {
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    ),
    "avro": (
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "orc": (
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
}
BATCH = 100
"""Partitions that one BatchCreatePartition may carry."""


@lru_cache(maxsize=1)
def client() -> Any:
    """The Glue API, wherever the environment says that it is."""
    import boto3

    return boto3.client("glue")


@dataclass(frozen=True)
class Partition:
    values: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class Table:
    """What is needed of a catalog table. `parameters` are those of the table, then those of its SerDe."""

    database: str
    name: str
    location: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]
    serde: str
    parameters: Mapping[str, str]
    catalog_id: str | None

    @property
    def format(self) -> str:
        """The format of its files.

        Raises:
            NotSupportedError: one that is not known here.
        """
        return _format(f"{self.database}.{self.name}", self.parameters, self.serde)

    def schema(self) -> dict[str, spark.DataType]:
        """Columns and partition keys by their lower-case names."""
        return {name.lower(): types.parse(kind) for name, kind in (*self.columns, *self.keys)}


def _identity(catalog_id: str | None) -> dict[str, str]:
    return {"CatalogId": catalog_id} if catalog_id else {}


def get_table(database: str, name: str, catalog_id: str | None = None) -> Table:
    """Reads a table's definition.

    Raises:
        botocore.exceptions.ClientError: EntityNotFoundException, as on AWS.
    """
    found = client().get_table(DatabaseName=database, Name=name, **_identity(catalog_id))["Table"]
    storage = found.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    parameters = {**found.get("Parameters", {}), **serde.get("Parameters", {})}
    return Table(
        database=database,
        name=name,
        location=storage.get("Location", ""),
        columns=tuple((c["Name"], c.get("Type", "string")) for c in storage.get("Columns", [])),
        keys=tuple((c["Name"], c.get("Type", "string")) for c in found.get("PartitionKeys", [])),
        serde=serde.get("SerializationLibrary", ""),
        parameters=parameters,
        catalog_id=catalog_id,
    )


def _format(name: str, parameters: Mapping[str, str], serde: str) -> str:
    classification = parameters.get("classification", "").lower()
    if classification in {"json", "csv", "parquet", "orc", "avro", "glueparquet"}:
        return classification
    if serde in _FORMAT_OF_SERDE and not classification:
        return _FORMAT_OF_SERDE[serde]
    raise NotSupportedError(f"reading table {name} (classification {classification!r}, SerDe {serde!r})")


def partitions(table: Table, expression: str = "") -> list[Partition]:
    """A table's partitions; `expression` is evaluated by the catalog (`catalogPartitionPredicate`)."""
    pages = (
        client()
        .get_paginator("get_partitions")
        .paginate(
            DatabaseName=table.database,
            TableName=table.name,
            **({"Expression": expression} if expression else {}),
            **_identity(table.catalog_id),
        )
    )
    return [
        Partition(tuple(p["Values"]), p["StorageDescriptor"]["Location"]) for page in pages for p in page["Partitions"]
    ]


def hive_folder(table: Table, values: Sequence[str]) -> str:
    """Where Hive and Spark put a partition, below the table's folder: `year=2024/month=01`."""
    return "/".join(f"{name}={value}" for (name, _), value in zip(table.keys, values, strict=True))


def push_down(session: SparkSession, table: Table, found: Sequence[Partition], predicate: str) -> list[Partition]:
    """The partitions for which a Spark SQL condition on the partition columns holds (`push_down_predicate`)."""
    if not predicate or not found:
        return list(found)
    rows = [(i, *partition.values) for i, partition in enumerate(found)]
    texts = spark.StructType(
        [
            spark.StructField("__i", spark.IntegerType()),
            *(spark.StructField(name, spark.StringType()) for name, _ in table.keys),
        ]
    )
    typed = session.createDataFrame(rows, texts)
    for name, kind in table.keys:
        typed = typed.withColumn(name, typed[name].cast(types.parse(kind)))
    kept = {row[0] for row in typed.where(predicate).select("__i").collect()}
    return [partition for i, partition in enumerate(found) if i in kept]


def descriptor(
    kind: str, location: str, columns: Sequence[tuple[str, str]], options: Mapping[str, Any]
) -> dict[str, Any]:
    """A StorageDescriptor for files that a sink writes."""
    kind = "parquet" if kind == "glueparquet" else kind
    if kind not in _HIVE:
        raise OptionError(f"A catalog table cannot be made for format {kind!r}. Valid: {', '.join(sorted(_HIVE))}.")
    reads, writes, serde = _HIVE[kind]
    parameters = {"serialization.format": "1"}
    if kind == "csv":
        parameters["field.delim"] = str(options.get("separator", ","))
    return {
        "Columns": [{"Name": name, "Type": text} for name, text in columns],
        "Location": location,
        "InputFormat": reads,
        "OutputFormat": writes,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
    }


def save_table(
    database: str,
    name: str,
    storage: Mapping[str, Any],
    keys: Sequence[tuple[str, str]],
    parameters: Mapping[str, str],
    catalog_id: str | None,
    update_schema: bool,
) -> None:
    """Creates a table, or gives it the columns that it lacks.

    `updateBehavior` UPDATE_IN_DATABASE overwrites the schema with the frame's, as documented in
    https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html; LOG leaves an existing table alone.
    """
    glue = client()
    where = {"DatabaseName": database, **_identity(catalog_id)}
    wanted: dict[str, Any] = {
        "Name": name,
        "StorageDescriptor": storage,
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": dict(parameters),
    }
    try:
        known = glue.get_table(Name=name, **where)["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(TableInput=wanted, **where)
        return
    if update_schema and known.get("StorageDescriptor", {}).get("Columns") != storage["Columns"]:
        glue.update_table(TableInput={**wanted, "Parameters": {**known.get("Parameters", {}), **parameters}}, **where)


def add_partitions(
    database: str, name: str, storage: Mapping[str, Any], found: Iterable[Partition], catalog_id: str | None
) -> None:
    """Registers partitions; those that the table has already stay as they are.

    Raises:
        AwsGlueError: the catalog refused one.
    """
    inputs = [{"Values": list(p.values), "StorageDescriptor": {**storage, "Location": p.location}} for p in found]
    for start in range(0, len(inputs), BATCH):
        answer = client().batch_create_partition(
            DatabaseName=database,
            TableName=name,
            PartitionInputList=inputs[start : start + BATCH],
            **_identity(catalog_id),
        )
        errors = [e for e in answer.get("Errors", []) if e["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException"]
        if errors:
            detail = errors[0]["ErrorDetail"]
            raise OptionError(
                f"{database}.{name}: partition {errors[0]['PartitionValues']} was refused: "
                f"{detail['ErrorCode']}: {detail.get('ErrorMessage', '')}"
            )
