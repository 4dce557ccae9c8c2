"""Metastore calls on partitions."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from glue_runner.metastore import convert, folders, names
from glue_runner.metastore.base import Calls
from glue_runner.metastore.tables import is_external
from glue_runner.metastore.wire import hive

_CREATED_AT_ONCE, _READ_AT_ONCE, _REQUESTS = 100, 1000, 4
"""Limits of BatchCreatePartition and BatchGetPartition; how many requests run side by side."""


class Partitions(Calls):
    """Partitions."""

    # Reading

    def get_partition(self, db_name: str, tbl_name: str, part_vals: list[str]) -> Any:
        answer = self.glue.get_partition(DatabaseName=db_name, TableName=tbl_name, PartitionValues=part_vals)
        return convert.partition(answer["Partition"])

    def get_partition_with_auth(
        self, db_name: str, tbl_name: str, part_vals: list[str], user_name: str, group_names: list[str]
    ) -> Any:
        return self.get_partition(db_name, tbl_name, part_vals)

    def get_partition_by_name(self, db_name: str, tbl_name: str, part_name: str) -> Any:
        return self.get_partition(db_name, tbl_name, names.values(part_name))

    def get_partitions(self, db_name: str, tbl_name: str, max_parts: int) -> list[Any]:
        return self._found(db_name, tbl_name, "", max_parts)

    def get_partitions_with_auth(
        self, db_name: str, tbl_name: str, max_parts: int, user_name: str, group_names: list[str]
    ) -> list[Any]:
        return self._found(db_name, tbl_name, "", max_parts)

    def get_partitions_by_filter(self, db_name: str, tbl_name: str, filter: str, max_parts: int) -> list[Any]:  # noqa: A002
        return self._found(db_name, tbl_name, names.expression(filter), max_parts)

    def get_num_partitions_by_filter(self, db_name: str, tbl_name: str, filter: str) -> int:  # noqa: A002
        return len(self._found(db_name, tbl_name, names.expression(filter), -1))

    def get_partitions_ps(self, db_name: str, tbl_name: str, part_vals: list[str], max_parts: int) -> list[Any]:
        return self._found(db_name, tbl_name, names.partial(self._keys(db_name, tbl_name), part_vals), max_parts)

    def get_partitions_ps_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: list[str],
        max_parts: int,
        user_name: str,
        group_names: list[str],
    ) -> list[Any]:
        return self.get_partitions_ps(db_name, tbl_name, part_vals, max_parts)

    def get_partition_names(self, db_name: str, tbl_name: str, max_parts: int) -> list[str]:
        return self.get_partition_names_ps(db_name, tbl_name, [], max_parts)

    def get_partition_names_ps(self, db_name: str, tbl_name: str, part_vals: list[str], max_parts: int) -> list[str]:
        keys = self._keys(db_name, tbl_name)
        found = self._read(db_name, tbl_name, names.partial(keys, part_vals), max_parts)
        return sorted(names.name([key for key, _ in keys], p["Values"]) for p in found)

    def get_partitions_by_names(self, db_name: str, tbl_name: str, names: list[str]) -> list[Any]:
        from glue_runner.metastore.names import values

        wanted = [{"Values": values(name)} for name in names]

        def read(batch: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
            answer = self.glue.batch_get_partition(DatabaseName=db_name, TableName=tbl_name, PartitionsToGet=batch)
            found: list[dict[str, Any]] = answer["Partitions"]
            return found

        return [convert.partition(p) for found in _side_by_side(read, wanted, _READ_AT_ONCE) for p in found]

    def _keys(self, database: str, table: str) -> list[tuple[str, str]]:
        found = self.glue.get_table(DatabaseName=database, Name=table)["Table"]
        return [(key["Name"], key.get("Type", "string")) for key in found.get("PartitionKeys", [])]

    def _found(self, database: str, table: str, expression: str, limit: int) -> list[Any]:
        return [convert.partition(p) for p in self._read(database, table, expression, limit)]

    def _read(self, database: str, table: str, expression: str, limit: int) -> list[dict[str, Any]]:
        request = {"DatabaseName": database, "TableName": table, **({"Expression": expression} if expression else {})}
        pages = self.glue.get_paginator("get_partitions").paginate(**request)
        return list(islice((p for page in pages for p in page["Partitions"]), limit if limit >= 0 else None))

    # Writing

    def add_partitions_req(self, request: Any) -> Any:
        made = self._add(request.dbName, request.tblName, request.parts, request.ifNotExists)
        return hive.AddPartitionsResult(partitions=made if request.needResult else None)

    def add_partitions(self, new_parts: list[Any]) -> int:
        return len(self._add(new_parts[0].dbName, new_parts[0].tableName, new_parts, False)) if new_parts else 0

    def add_partition(self, new_part: Any) -> Any:
        return self._add(new_part.dbName, new_part.tableName, [new_part], False)[0]

    def add_partition_with_environment_context(self, new_part: Any, environment_context: Any) -> Any:
        return self.add_partition(new_part)

    def append_partition(self, db_name: str, tbl_name: str, part_vals: list[str]) -> Any:
        found = self.glue.get_table(DatabaseName=db_name, Name=tbl_name)["Table"]
        storage = convert.storage(found["StorageDescriptor"])
        storage.location = None
        return self.add_partition(
            hive.Partition(values=part_vals, dbName=db_name, tableName=tbl_name, sd=storage, parameters={})
        )

    def _add(self, database: str, table: str, parts: Sequence[Any], spare_known: bool) -> list[Any]:
        found = self.glue.get_table(DatabaseName=database, Name=table)["Table"]
        keys = [key["Name"] for key in found.get("PartitionKeys", [])]
        for part in parts:
            if part.sd and not part.sd.location and found.get("StorageDescriptor", {}).get("Location"):
                part.sd.location = folders.below(found["StorageDescriptor"]["Location"], names.name(keys, part.values))

        def create(batch: Sequence[Any]) -> list[Any]:
            answer = self.glue.batch_create_partition(
                DatabaseName=database,
                TableName=table,
                PartitionInputList=[convert.partition_input(part) for part in batch],
            )
            refused = {tuple(e["PartitionValues"]): e["ErrorDetail"] for e in answer.get("Errors", [])}
            for values, detail in refused.items():
                known = detail["ErrorCode"] == "AlreadyExistsException"
                if known and not spare_known:
                    raise hive.AlreadyExistsException(f"Partition already exists: {names.name(keys, values)}")
                if not known:
                    raise hive.MetaException(f"{detail['ErrorCode']}: {detail.get('ErrorMessage', '')}")
            return [part for part in batch if tuple(part.values) not in refused]

        return [part for made in _side_by_side(create, parts, _CREATED_AT_ONCE) for part in made]

    def alter_partition(self, db_name: str, tbl_name: str, new_part: Any) -> None:
        self.rename_partition(db_name, tbl_name, new_part.values, new_part)

    def alter_partition_with_environment_context(
        self, db_name: str, tbl_name: str, new_part: Any, environment_context: Any
    ) -> None:
        self.alter_partition(db_name, tbl_name, new_part)

    def alter_partitions(self, db_name: str, tbl_name: str, new_parts: list[Any]) -> None:
        for part in new_parts:
            self.alter_partition(db_name, tbl_name, part)

    def alter_partitions_with_environment_context(
        self, db_name: str, tbl_name: str, new_parts: list[Any], environment_context: Any
    ) -> None:
        self.alter_partitions(db_name, tbl_name, new_parts)

    def rename_partition(self, db_name: str, tbl_name: str, part_vals: list[str], new_part: Any) -> None:
        self.glue.update_partition(
            DatabaseName=db_name,
            TableName=tbl_name,
            PartitionValueList=part_vals,
            PartitionInput=convert.partition_input(new_part),
        )

    def drop_partition(self, db_name: str, tbl_name: str, part_vals: list[str], deleteData: bool) -> bool:
        where = {"DatabaseName": db_name, "TableName": tbl_name, "PartitionValues": part_vals}
        found = self.glue.get_partition(**where)["Partition"]
        self.glue.delete_partition(**where)
        location = found.get("StorageDescriptor", {}).get("Location")
        if deleteData and location:
            table = self.glue.get_table(DatabaseName=db_name, Name=tbl_name)["Table"]
            if not is_external(table):
                folders.remove(location)
        return True

    def drop_partition_with_environment_context(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: list[str],
        deleteData: bool,
        environment_context: Any,
    ) -> bool:
        return self.drop_partition(db_name, tbl_name, part_vals, deleteData)


def _side_by_side(work: Any, items: Sequence[Any], size: int) -> list[Any]:
    """The results of `work` on batches of items, a few of them at a time."""
    batches = [items[start : start + size] for start in range(0, len(items), size)]
    if len(batches) < 2:
        return [work(batch) for batch in batches]
    with ThreadPoolExecutor(_REQUESTS) as pool:
        return list(pool.map(work, batches))
