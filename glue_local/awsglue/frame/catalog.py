"""The Glue Data Catalog, through its public API: tables to read, tables and partitions to write.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as spark

from awsglue.errors import NotSupportedError
from awsglue.frame import types

_FORMAT_OF_SERDE = {
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": "orc",
    "org.apache.hadoop.hive.serde2.avro.AvroSerDe": "avro",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
    "com.amazonaws.glue.serde.GrokSerDe": "groklog",
}

DELETE_BATCH = 25
"""Partitions that one BatchDeletePartition may carry."""


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
    parameters = {**found.get("Parameters", {}), **storage.get("Parameters", {}), **serde.get("Parameters", {})}
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
    if classification in {"json", "csv", "parquet", "orc", "avro", "glueparquet", "xml", "ion"}:
        return classification
    if serde in _FORMAT_OF_SERDE:
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
