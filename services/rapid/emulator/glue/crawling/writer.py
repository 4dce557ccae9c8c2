"""Writes discovered tables and partitions to the catalog, by the crawler's policies.

Parameters are those that AWS's crawlers write.
https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html and
https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html (read 2026-11)
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rapid.emulator.glue.crawling.comparing import (
    TABLE_INPUT,
    differs,
    key_names,
    location_of,
    with_new_columns,
    without_keys,
)
from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.journal import Journal
from rapid.emulator.glue.crawling.layout import Discovered, File, Part
from rapid.emulator.glue.crawling.policies import Policies
from rapid.emulator.glue.crawling.schema import Schema, columns
from rapid.emulator.glue.models import Structure

VERSIONS = {"CrawlerSchemaDeserializerVersion": "1.0", "CrawlerSchemaSerializerVersion": "1.0"}
BATCH = 100
INDEX = "crawler_partition_index"


@dataclass
class Writer:
    """Applies one crawl.

    Attributes:
        glue: a boto3 client.
        written: tables that this crawl found, by name: they are not deleted at its end.
    """

    glue: Any
    crawler: Structure
    crawl_id: str
    policies: Policies
    journal: Journal
    exclusions: tuple[str, ...] = ()
    written: set[str] = field(default_factory=set)

    @property
    def database(self) -> str:
        return str(self.crawler["DatabaseName"])

    # Tables

    def write(self, table: Discovered) -> None:
        """Adds a table of files, or updates the one that is there, with its partitions."""
        name = self.name(table.name, table.location)
        given = self.put(self._input(table, name), table.keys)
        if table.keys:
            self._partitions(name, given, table)

    def put(self, given: Structure, keys: tuple[str, ...] = ()) -> Structure:
        """Adds a table or updates the one of that name; returns what it is now."""
        name = given["Name"]
        self.written.add(name)
        before = self.table(name)
        if before is None:
            indexes = [{"IndexName": INDEX, "Keys": list(keys)}] if self.policies.index and keys else []
            self.glue.create_table(DatabaseName=self.database, TableInput=given, PartitionIndexes=indexes)
            self.journal.note("TABLE", "ADD", name, f"Created table {name} in database {self.database}")
            return given
        return self._update(before, given)

    def plain(self, name: str, location: str, schema: Schema, parameters: dict[str, str]) -> Structure:
        """The TableInput of a table that is not made of files."""
        own = {**VERSIONS, "CRAWL_RUN_ID": self.crawl_id, "UPDATED_BY_CRAWLER": self.crawler["Name"], **parameters}
        storage = {
            "Columns": columns(schema),
            "Location": location,
            "Compressed": False,
            "NumberOfBuckets": -1,
            "SerdeInfo": {"Parameters": {}},
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": own,
            "StoredAsSubDirectories": False,
        }
        return {
            "Name": self.name(name, location), "Owner": "owner", "Retention": 0, "StorageDescriptor": storage,
            "PartitionKeys": [], "TableType": "EXTERNAL_TABLE", "Parameters": own,
        }  # fmt: skip

    def table(self, name: str) -> Structure | None:
        try:
            found: Structure = self.glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return found

    def name(self, plain: str, location: str) -> str:
        """A table's name, with the prefix; and with a hash of its location if another table has that name."""
        name = (self.crawler.get("TablePrefix") or "").lower() + plain
        before = self.table(name)
        if before is not None and location_of(before) != location.rstrip("/"):
            digest = hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()
            return f"{name}_{digest}"
        return name

    def _update(self, before: Structure, given: Structure) -> Structure:
        """Updates a table; returns what it is now."""
        kept = {k: v for k, v in before.items() if k in ("Name", "StorageDescriptor", "PartitionKeys", "Parameters")}
        if key_names(before) == key_names(given):
            given = {**given, "PartitionKeys": before.get("PartitionKeys") or []}
        if self.policies.merge_columns:
            given = with_new_columns(before, given)
        if not differs(before, given):
            if before.get("Parameters") != given["Parameters"] and self.policies.update == "UPDATE_IN_DATABASE":
                self.glue.update_table(DatabaseName=self.database, TableInput=given, SkipArchive=True)
            return given
        name = given["Name"]
        if self.policies.update == "LOG" and not self.policies.merge_columns:
            self.journal.log("INFO", f"The schema of table {name} has changed; it is not updated (UpdateBehavior LOG)")
            return kept
        self.glue.update_table(DatabaseName=self.database, TableInput=given)
        self.journal.note("TABLE", "UPDATE", name, f"Updated table {name} in database {self.database}")
        return given

    def _input(self, table: Discovered, name: str) -> Structure:
        found, schema = table.found, without_keys(table.schema, table.keys, by_position=table.found.by_position)
        parameters = self._parameters(found, table.files)
        if table.keys:
            parameters["partition_filtering.enabled"] = "true"
        return {
            "Name": name,
            "Owner": "owner",
            "Retention": 0,
            "StorageDescriptor": self._storage(found, schema, table.location, parameters),
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in table.keys],
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
        }

    def _storage(self, found: Found, schema: Schema, location: str, parameters: dict[str, str]) -> Structure:
        return {
            **found.storage(schema),
            "Location": location,
            "Compressed": found.compression != "none",
            "NumberOfBuckets": -1,
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": parameters,
            "StoredAsSubDirectories": False,
        }

    def _parameters(self, found: Found, files: list[File]) -> dict[str, str]:
        records = sum(file.found.records for file in files)
        weight = sum(file.found.average * file.found.records for file in files)
        exclusions = {"exclusions": json.dumps(list(self.exclusions))} if self.exclusions else {}
        return {
            **VERSIONS,
            "CRAWL_RUN_ID": self.crawl_id,
            "UPDATED_BY_CRAWLER": self.crawler["Name"],
            "averageRecordSize": str(weight // records if records else 0),
            "classification": found.classification,
            "compressionType": found.compression,
            **exclusions,
            "objectCount": str(len(files)),
            "recordCount": str(records),
            "sizeKey": str(sum(file.stored.size for file in files)),
            "typeOfData": "file",
            **found.parameters,
        }

    # Partitions

    def _partitions(self, name: str, table: Structure, found: Discovered) -> None:
        known = {tuple(p["Values"]): p for p in self._known(name)}
        wanted = {part.values: self._partition(table, part, found.keys) for part in found.parts}
        new = [given for values, given in wanted.items() if values not in known]
        for chunk in _chunks(new, BATCH):
            self.glue.batch_create_partition(DatabaseName=self.database, TableName=name, PartitionInputList=chunk)
        changed = [given for values, given in wanted.items() if values in known and differs(known[values], given)]
        if self.policies.update == "LOG" and not self.policies.inherit:
            changed = []
        for chunk in _chunks(changed, BATCH):
            entries = [{"PartitionValueList": given["Values"], "PartitionInput": given} for given in chunk]
            self.glue.batch_update_partition(DatabaseName=self.database, TableName=name, Entries=entries)
        gone = [values for values in known if values not in wanted]
        if self.policies.recrawl != "CRAWL_EVERYTHING":
            gone = []
        self._count_partitions(name, len(new), len(changed))
        self._gone_partitions(name, gone)

    def _count_partitions(self, name: str, new: int, changed: int) -> None:
        if new:
            self.journal.note("PARTITION", "ADD", name, f"Created {new} partitions in table {name}", new)
        if changed:
            self.journal.note("PARTITION", "UPDATE", name, f"Updated {changed} partitions in table {name}", changed)

    def _gone_partitions(self, name: str, gone: list[tuple[str, ...]]) -> None:
        if not gone:
            return
        if self.policies.delete != "DELETE_FROM_DATABASE":
            self.journal.log("INFO", f"{len(gone)} partitions of table {name} have no data any more; they are kept")
            return
        for chunk in _chunks(gone, 25):
            values = [{"Values": list(value)} for value in chunk]
            self.glue.batch_delete_partition(DatabaseName=self.database, TableName=name, PartitionsToDelete=values)
        self.journal.note("PARTITION", "DELETE", name, f"Deleted {len(gone)} partitions of table {name}", len(gone))

    def _known(self, name: str) -> Iterator[Structure]:
        pages = self.glue.get_paginator("get_partitions").paginate(DatabaseName=self.database, TableName=name)
        return (partition for page in pages for partition in page["Partitions"])

    def _partition(self, table: Structure, part: Part, keys: tuple[str, ...]) -> Structure:
        parameters = self._parameters(part.found, part.files)
        if self.policies.inherit:
            storage = {**table["StorageDescriptor"], "Location": part.location, "Parameters": parameters}
        else:
            schema = without_keys(part.schema, keys, by_position=part.found.by_position)
            storage = self._storage(part.found, schema, part.location, parameters)
        return {"Values": list(part.values), "StorageDescriptor": storage, "Parameters": parameters}

    # What is gone

    def finish(self, in_targets: Callable[[Structure], bool]) -> None:
        """Applies DeleteBehavior to tables that this crawler made, are in its targets and were not found again."""
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
        for table in [table for page in pages for table in page["TableList"]]:
            name, parameters = table["Name"], table.get("Parameters") or {}
            if name in self.written or parameters.get("UPDATED_BY_CRAWLER") != self.crawler["Name"]:
                continue
            if not in_targets(table) or "DEPRECATED_BY_CRAWLER" in parameters:
                continue
            self._gone_table(table, name, parameters)

    def _gone_table(self, table: Structure, name: str, parameters: dict[str, str]) -> None:
        if self.policies.delete == "DELETE_FROM_DATABASE":
            self.glue.delete_table(DatabaseName=self.database, Name=name)
            self.journal.note("TABLE", "DELETE", name, f"Deleted table {name} from database {self.database}")
        elif self.policies.delete == "DEPRECATE_IN_DATABASE":
            given = {k: v for k, v in table.items() if k in TABLE_INPUT}
            given["Parameters"] = {**parameters, "DEPRECATED_BY_CRAWLER": str(round(time.time() * 1000))}
            self.glue.update_table(DatabaseName=self.database, TableInput=given)
            self.journal.note("TABLE", "UPDATE", name, f"Marked table {name} in database {self.database} as deprecated")
        else:
            self.journal.log("INFO", f"Table {name} has no data any more; it is kept (DeleteBehavior LOG)")


def _chunks(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
