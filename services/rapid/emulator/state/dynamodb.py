"""DynamoDB items and stream records, journaled one by one: a put costs the same in a large table as in an empty one.

What the journal gets is what the table holds for a key at that moment, so a transaction that is rolled back leaves the
journal as it was. Tables themselves (keys, indexes, tags) are in the snapshot of Moto's store, without their items;
backups are in it whole.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import RestoredPITTable, RestoredTable, StreamRecord, StreamShard, Table

from rapid.emulator.moto_fixes import items_lock
from rapid.emulator.state import pickling
from rapid.emulator.state.journal import Journal

_ITEM, _STREAM = "item", "stream"


class _Writer:
    """Writes what tables hold for the keys that were touched: at once, or together where a transaction ends."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open = threading.local()

    def touch(self, backend: DynamoDBBackend, table: str, *identity: Any) -> None:
        """Something of a table changed.

        Args:
            backend: of the table's account and region.
            table: its name.
            identity: "item", hash key, range key or None; or "stream", label, position.
        """
        touched = (table, *identity)
        pending: list[tuple[Any, ...]] | None = getattr(self._open, "pending", None)
        if pending is None:
            self._write(backend, [touched])
        else:
            pending.append(touched)

    def together(self, backend: DynamoDBBackend, work: Callable[[], Any]) -> Any:
        """Runs `work`; what it touched is written when it has ended, however it ends."""
        if getattr(self._open, "pending", None) is not None:
            return work()
        self._open.pending = []
        try:
            return work()
        finally:
            touched, self._open.pending = self._open.pending, None
            self._write(backend, touched)

    def _write(self, backend: DynamoDBBackend, touched: list[tuple[Any, ...]]) -> None:
        with items_lock:
            tables = {name: backend.tables[name] for name, *_ in touched if name in backend.tables}
            held = [(tables[name], identity) for name, *identity in touched if name in tables]
            self._journal.write({_key(table, *identity): _held(table, *identity) for table, identity in held})


def prepare(journal: Journal) -> None:
    """Makes every table journal its items. Called once, when DynamoDB starts."""
    for cls in (Table, RestoredTable, RestoredPITTable):
        pickling.reducers[cls] = _reduce_table
    pickling.reducers[StreamShard] = _reduce_shard
    writer = _Writer(journal)
    Table.put_item = _journal_put(Table.put_item, writer)
    Table.delete_item = _journal_delete(Table.delete_item, writer)
    StreamShard.add = _journal_add(StreamShard.add, writer)
    DynamoDBBackend.update_item = _journal_update(DynamoDBBackend.update_item, writer)
    for name in ("transact_write_items", "execute_transaction"):
        setattr(DynamoDBBackend, name, _journal_together(getattr(DynamoDBBackend, name), writer))
    for name in ("restore_table_from_backup", "restore_table_to_point_in_time"):
        setattr(DynamoDBBackend, name, _journal_restored(getattr(DynamoDBBackend, name), writer))


def _backend(table: Table) -> DynamoDBBackend:
    return dynamodb_backends[table.account_id][table.region_name]


def _is_live(table: Table) -> bool:
    """Whether it is a table, and not the copy of one in a backup."""
    return _backend(table).tables.get(table.name) is table


def _key(table: Table, kind: str, *identity: Any) -> str:
    if kind == _STREAM:
        label, position = identity
        return f"{table.table_arn}\x1f{kind}\x1f{label}\x1f{position:020d}"
    parts = [[part.type, part.value] for part in identity if part is not None]
    return f"{table.table_arn}\x1f{kind}\x1f{json.dumps(parts)}"


def _held(table: Table, kind: str, *identity: Any) -> bytes | None:
    held: Item | StreamRecord | None
    if kind == _STREAM:
        label, position = identity
        shard = table.stream_shard
        present = shard is not None and table.latest_stream_label == label and position < len(shard.items)
        held = shard.items[position] if present else None
    else:
        held = table.get_item(*identity)
    return None if held is None else pickling.dumps(held)


def _journal_put(original: Callable[..., Item], writer: _Writer) -> Callable[..., Item]:
    def put_item(table: Table, *args: Any, **kwargs: Any) -> Item:
        item = original(table, *args, **kwargs)
        writer.touch(_backend(table), table.name, _ITEM, item.hash_key, item.range_key)
        return item

    return put_item


def _journal_delete(original: Callable[..., Item | None], writer: _Writer) -> Callable[..., Item | None]:
    def delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        item = original(table, hash_key, range_key)
        writer.touch(_backend(table), table.name, _ITEM, hash_key, range_key)
        return item

    return delete_item


def _journal_add(original: Callable[..., None], writer: _Writer) -> Callable[..., None]:
    def add(shard: StreamShard, old: Item | None, new: Item | None) -> None:
        original(shard, old, new)
        table = shard.table
        writer.touch(_backend(table), table.name, _STREAM, table.latest_stream_label, len(shard.items) - 1)

    return add


def _journal_update(original: Callable[..., Item], writer: _Writer) -> Callable[..., Item]:
    """Moto changes an item in place here, without putting it."""

    def update_item(backend: DynamoDBBackend, table_name: str, *args: Any, **kwargs: Any) -> Item:
        item = original(backend, table_name, *args, **kwargs)
        writer.touch(backend, backend.get_table(table_name).name, _ITEM, item.hash_key, item.range_key)
        return item

    return update_item


def _journal_together(original: Callable[..., Any], writer: _Writer) -> Callable[..., Any]:
    def operation(backend: DynamoDBBackend, *args: Any, **kwargs: Any) -> Any:
        return writer.together(backend, lambda: original(backend, *args, **kwargs))

    return operation


def _journal_restored(original: Callable[..., Table], writer: _Writer) -> Callable[..., Table]:
    """A restored table gets its items at once, without putting them."""

    def restore(backend: DynamoDBBackend, *args: Any, **kwargs: Any) -> Table:
        table = original(backend, *args, **kwargs)

        def touch_all() -> None:
            for item in table.all_items():
                writer.touch(backend, table.name, _ITEM, item.hash_key, item.range_key)

        writer.together(backend, touch_all)
        return table

    return restore


def forget_table(journal: Journal, arn: str) -> None:
    """Deletes the items of a deleted table: a new one of the same name must not inherit them."""
    journal.delete_prefix(f"{arn}\x1f")


def _reduce_table(table: Table) -> Any:
    if not _is_live(table):
        return NotImplemented
    return _blank, (type(table),), {**vars(table), "items": defaultdict(dict)}


def _reduce_shard(shard: StreamShard) -> Any:
    if not _is_live(shard.table):
        return NotImplemented
    return _blank, (StreamShard,), {**vars(shard), "items": []}


def _blank(cls: Any) -> Any:
    return cls.__new__(cls)


def wake(journal: Journal) -> None:
    """Puts the journaled items back into their tables; drops those whose table or stream is gone."""
    tables = {t.table_arn: t for _, _, backend in dynamodb_backends.iter_backends() for t in backend.tables.values()}
    gone: list[str] = []
    for key, value in sorted(journal.items()):  # a stream's records by their position
        arn, kind, identity, *_ = key.split("\x1f")
        table = tables.get(arn)
        if table is None or (kind == _STREAM and identity != table.latest_stream_label):
            gone.append(key)
        elif kind == _STREAM:
            table.stream_shard.items.append(pickling.loads(value))
        else:
            item: Item = pickling.loads(value)
            if item.range_key is None:
                table.items[item.hash_key] = item
            else:
                table.items[item.hash_key][item.range_key] = item
    journal.delete(gone)
