"""Tables of the lake in the Glue Data Catalog, through boto3; every call can be repeated."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from pyspark.sql import types as T

from lake.shape import Existing

LOG = logging.getLogger(__name__)
SCHEMA, NAMES = "lake.schema", "lake.names"
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}


class Catalog:
    """One database of the catalog."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.client: Any = boto3.client("glue")

    def table(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(self.client.get_table(DatabaseName=self.database, Name=name)["Table"])
        except self.client.exceptions.EntityNotFoundException:
            return None

    def existing(self, name: str) -> Existing:
        """What the catalog knows of a curated table; nothing, where there is none."""
        table = self.table(name)
        if table is None:
            return Existing({}, {})
        parameters = table.get("Parameters", {})
        if SCHEMA in parameters:
            types = {field.name: field.dataType for field in T.StructType.fromJson(json.loads(parameters[SCHEMA]))}
        else:
            types = {c["Name"]: T._parse_datatype_string(c["Type"]) for c in table["StorageDescriptor"]["Columns"]}
        return Existing(types, json.loads(parameters.get(NAMES, "{}")))

    def put_table(
        self, name: str, schema: T.StructType, location: str, originals: Mapping[str, str], keys: Iterable[str] = ()
    ) -> None:
        """Creates or updates a Parquet table. `originals`: column → its name in the source; `keys`: partition keys."""
        columns = []
        for field in schema:
            column = {"Name": field.name, "Type": field.dataType.simpleString()}
            if originals.get(field.name, field.name) != field.name:
                column["Comment"] = originals[field.name][:255]
            columns.append(column)
        wanted = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "Parameters": {
                "EXTERNAL": "TRUE",
                "classification": "parquet",
                SCHEMA: schema.json(),
                NAMES: json.dumps({original: column for column, original in originals.items()}, ensure_ascii=False),
            },
            "StorageDescriptor": {"Columns": columns, "Location": location, **PARQUET},
        }
        now = self.table(name) or self._create(wanted)
        if now is None:
            return
        if now["StorageDescriptor"]["Columns"] == columns and now["StorageDescriptor"]["Location"] == location:
            return
        self.client.update_table(DatabaseName=self.database, TableInput=wanted)
        if now["StorageDescriptor"]["Columns"] != columns and now.get("PartitionKeys"):
            self._update_partitions(name, columns)

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        """Creates a table; returns the one that is there if another thread or run was quicker."""
        try:
            self.client.create_table(DatabaseName=self.database, TableInput=wanted)
        except self.client.exceptions.AlreadyExistsException:
            return self.table(wanted["Name"])
        return None

    def _update_partitions(self, name: str, columns: list[dict[str, str]]) -> None:
        """Gives every partition the table's new columns: Athena reads a partition by the partition's own."""
        pages = self.client.get_paginator("get_partitions").paginate(DatabaseName=self.database, TableName=name)
        entries = []
        for partition in (each for page in pages for each in page["Partitions"]):
            descriptor = {**partition["StorageDescriptor"], "Columns": columns}
            entry = {"Values": partition["Values"], "StorageDescriptor": descriptor}
            entries.append({"PartitionValueList": partition["Values"], "PartitionInput": entry})
        for start in range(0, len(entries), 100):
            answer = self.client.batch_update_partition(
                DatabaseName=self.database, TableName=name, Entries=entries[start : start + 100]
            )
            _check(answer.get("Errors", []), name, ())

    def add_partitions(self, name: str, schema: T.StructType, locations: Mapping[str, str]) -> None:
        """Registers partitions of a table with one partition key: value → location. Those that exist stay."""
        columns = [{"Name": field.name, "Type": field.dataType.simpleString()} for field in schema]
        inputs = [
            {"Values": [value], "StorageDescriptor": {"Columns": columns, "Location": location, **PARQUET}}
            for value, location in sorted(locations.items())
        ]
        for start in range(0, len(inputs), 100):
            answer = self.client.batch_create_partition(
                DatabaseName=self.database, TableName=name, PartitionInputList=inputs[start : start + 100]
            )
            _check(answer.get("Errors", []), name, ("AlreadyExistsException",))


def _check(errors: Iterable[Mapping[str, Any]], table: str, fine: tuple[str, ...]) -> None:
    for error in errors:
        detail = error.get("ErrorDetail", {})
        if detail.get("ErrorCode") not in fine:
            values = error.get("PartitionValues") or error.get("PartitionValueList")
            raise RuntimeError(
                f"Partition {values} of {table}: {detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
            )
