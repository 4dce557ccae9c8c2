"""Delta Lake, Iceberg and Hudi targets: tables whose schema is in their own metadata.

https://docs.aws.amazon.com/glue/latest/dg/crawler-data-stores.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html (read 2026-11). Delta tables are
written as native ones only, Hudi tables as copy-on-write ones.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from rapid.emulator.glue.crawling.columnar import of_avro
from rapid.emulator.glue.crawling.globs import excluder
from rapid.emulator.glue.crawling.layout import table_name
from rapid.emulator.glue.crawling.objects import split
from rapid.emulator.glue.crawling.schema import Array, Map, Schema, Struct, Type
from rapid.emulator.glue.crawling.writer import Writer
from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure

_HIVE = "org.apache.hadoop.hive"
SPARK = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint", "timestamp_ntz": "timestamp"}
ICEBERG = {"long": "bigint", "timestamptz": "timestamp", "time": "string", "uuid": "string", "fixed": "binary"}
HUDI_COLUMNS = ("commit_time", "commit_seqno", "record_key", "partition_path", "file_name")
DEEPEST = 10


class Lakes:
    """Reads metadata with one S3 client and writes tables with one writer."""

    def __init__(self, writer: Writer, client: Any) -> None:
        self.writer = writer
        self.client = client

    def delta(self, target: Structure) -> None:
        """Tables of a DeltaTarget.

        Raises:
            InvalidInputException: not native, or no Delta table is there.
        """
        if not target.get("CreateNativeDeltaTable"):
            raise InvalidInputException(
                "Delta tables by symlink manifests are not supported here; set CreateNativeDeltaTable."
            )
        for path in target.get("DeltaTables") or ():
            location = path.rstrip("/") + "/"
            metadata = self._delta_metadata(location)
            fields = json.loads(metadata["schemaString"])["fields"]
            schema = {f["name"].lower(): _of_spark(f["type"]) for f in fields}
            keys = [name.lower() for name in metadata.get("partitionColumns") or ()]
            parameters = {
                "classification": "delta", "compressionType": "none", "typeOfData": "file", "table_type": "delta",
                "spark.sql.sources.provider": "delta", "EXTERNAL": "true",
            }  # fmt: skip
            given = self.writer.plain(_last(location), location, schema, parameters)
            given["StorageDescriptor"] |= {
                "InputFormat": "org.apache.hadoop.mapred.SequenceFileInputFormat",
                "OutputFormat": f"{_HIVE}.ql.io.HiveSequenceFileOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": f"{_HIVE}.serde2.lazy.LazySimpleSerDe",
                    "Parameters": {"serialization.format": "1", "path": location},
                },
            }
            if keys:
                given["Parameters"]["delta.partitionColumns"] = ",".join(keys)
            self.writer.put(given)

    def _delta_metadata(self, location: str) -> dict[str, Any]:
        logs = sorted(key for key in self._keys(location + "_delta_log/", 0) if re.search(r"/\d{20}\.json$", key))
        for key in reversed(logs):
            for line in self._text(location, key).splitlines():
                action = json.loads(line) if line.strip() else {}
                if "metaData" in action:
                    found: dict[str, Any] = action["metaData"]
                    return found
        raise InvalidInputException(f"No Delta table is at {location}: its log has no schema.")

    def iceberg(self, target: Structure) -> None:
        """Tables of an IcebergTarget: the newest metadata file of each folder that has some."""
        for location, key in self._homes(target, r"(.*?)metadata/[^/]+\.metadata\.json$", _version):
            metadata = json.loads(self._text(location, key))
            current = next(s for s in metadata["schemas"] if s["schema-id"] == metadata["current-schema-id"])
            schema = {f["name"].lower(): _of_iceberg(f["type"]) for f in current["fields"]}
            bucket = split(location)[0]
            parameters = {
                "table_type": "ICEBERG", "metadata_location": f"s3://{bucket}/{key}", "classification": "iceberg",
            }  # fmt: skip
            self.writer.put(self.writer.plain(_last(location), location.rstrip("/"), schema, parameters))

    def hudi(self, target: Structure) -> None:
        """Tables of a HudiTarget: the schema of the newest commit."""
        for location, key in self._homes(target, r"(.*?)\.hoodie/(?:timeline/)?[^/]+\.(?:delta)?commit$", str):
            declared = (json.loads(self._text(location, key)).get("extraMetadata") or {}).get("schema")
            if not declared:
                raise InvalidInputException(f"The newest commit of the Hudi table at {location} has no schema.")
            schema: Schema = {f"_hoodie_{name}": "string" for name in HUDI_COLUMNS}
            schema |= {f["name"].lower(): of_avro(f["type"], {}) for f in json.loads(declared)["fields"]}
            parameters = {"classification": "hudi", "typeOfData": "file", "spark.sql.sources.provider": "hudi"}
            given = self.writer.plain(_last(location), location, schema, parameters)
            given["StorageDescriptor"] |= {
                "InputFormat": "org.apache.hudi.hadoop.HoodieParquetInputFormat",
                "OutputFormat": f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
                    "Parameters": {"path": location, "hoodie.query.as.ro.table": "false"},
                },
            }
            self.writer.put(given)

    def _homes(self, target: Structure, pattern: str, order: Any) -> Iterator[tuple[str, str]]:
        """Location of each table below the target's paths and the key of its newest metadata file."""
        excluded = excluder(target.get("Exclusions") or ())
        depth = target.get("MaximumTraversalDepth") or DEEPEST
        for path in target.get("Paths") or ():
            bucket, prefix = split(path.rstrip("/") + "/")
            homes: dict[str, list[str]] = {}
            for key in self._keys(path.rstrip("/") + "/", depth):
                found = re.match(pattern, key)
                if found and not excluded(found[1].removeprefix(prefix).rstrip("/")):
                    homes.setdefault(found[1], []).append(key)
            for home, keys in homes.items():
                yield f"s3://{bucket}/{home}", max(keys, key=order)

    def _keys(self, location: str, depth: int) -> Iterator[str]:
        bucket, prefix = split(location)
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                if not depth or item["Key"].removeprefix(prefix).count("/") <= depth + 1:
                    yield item["Key"]

    def _text(self, location: str, key: str) -> str:
        body: bytes = self.client.get_object(Bucket=split(location)[0], Key=key)["Body"].read()
        return body.decode()


def _last(location: str) -> str:
    return table_name(location.rstrip("/").rpartition("/")[2])


def _version(key: str) -> tuple[int, str]:
    """`00002-uuid.metadata.json` and `v2.metadata.json` come after those with smaller numbers."""
    name = key.rpartition("/")[2]
    found = re.match(r"v?(\d+)", name)
    return (int(found[1]) if found else -1, name)


def _of_spark(kind: Any) -> Type:
    if isinstance(kind, str):
        return SPARK.get(kind, kind)
    match kind["type"]:
        case "struct":
            return Struct(tuple((f["name"], _of_spark(f["type"])) for f in kind["fields"]))
        case "array":
            return Array(_of_spark(kind["elementType"]))
        case "map":
            return Map(_of_spark(kind["keyType"]), _of_spark(kind["valueType"]))
    return "string"


def _of_iceberg(kind: Any) -> Type:
    if isinstance(kind, str):
        plain = kind.replace(" ", "")
        return "binary" if plain.startswith("fixed") else ICEBERG.get(plain, plain)
    match kind["type"]:
        case "struct":
            return Struct(tuple((f["name"], _of_iceberg(f["type"])) for f in kind["fields"]))
        case "list":
            return Array(_of_iceberg(kind["element"]))
        case "map":
            return Map(_of_iceberg(kind["key"]), _of_iceberg(kind["value"]))
    return "string"
