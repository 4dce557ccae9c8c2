"""What Moto's DynamoDB and Kinesis lack where several clients work at once, and with more than a few items.

Moto serves a test of one thread: two updates of one item lose one of them, a scan beside a put fails, two records of a
Kinesis shard get one sequence number, and every read copies its items in pure Python. Seen in Moto 5.1 (2026-11).
"""

import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord
from moto.dynamodbstreams.models import ShardIterator
from moto.kinesis.models import KinesisBackend, Shard, Stream

_ITEM_OPERATIONS = (
    *("get_item", "put_item", "update_item", "delete_item", "query", "scan", "transact_write_items"),
    *("execute_statement", "execute_transaction", "batch_execute_statement"),
    *("create_backup", "restore_table_from_backup", "restore_table_to_point_in_time"),
)
_RESHARDING = ("split_shard", "merge_shards")

MAX_ITERATORS = 10_000
"""On AWS an iterator is good for 15 minutes: this is ten readers' worth."""
items_lock = threading.RLock()
"""Held while DynamoDB reads or changes items."""


def dynamodb() -> None:
    """One item operation at a time; items are copied by the C pickler."""
    for name in _ITEM_OPERATIONS:
        setattr(DynamoDBBackend, name, _one_at_a_time(getattr(DynamoDBBackend, name), items_lock))
    Item.__deepcopy__ = _copy_item
    _leave_out_images_of_nothing()
    LimitedSizeDict.__reduce__ = lambda attributes: (_attributes, (dict(attributes),))


def streams() -> None:
    """Of a table's streams the latest iterators are kept; Moto keeps each, and a reader makes one every second."""
    read = ShardIterator.get

    def get(iterator: ShardIterator, limit: int = 1000) -> dict[str, Any]:
        answer: dict[str, Any] = read(iterator, limit)
        kept = iterator.streams_backend.shard_iterators
        with items_lock, suppress(RuntimeError):  # another reader added one in between: the next read cuts them
            while len(kept) > MAX_ITERATORS:
                del kept[next(iter(kept))]
        return answer

    ShardIterator.get = get


def _leave_out_images_of_nothing() -> None:
    """A stream's record of an insert has no old image, that of a deletion no new one; Moto's are empty.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html (read 2026-11)
    """
    original = StreamRecord.__init__

    def begin(record: StreamRecord, *given: Any, **named: Any) -> None:
        original(record, *given, **named)
        images = record.record["dynamodb"]
        for name in ("OldImage", "NewImage"):
            if images.get(name) == {}:
                del images[name]

    StreamRecord.__init__ = begin


def kinesis() -> None:
    """One record at a time, to an open shard; what a closed shard holds stays in it.

    Readers finish a parent shard before they go on to its children, so its records may not move:
    https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
    """
    Stream.put_record = _one_at_a_time(Stream.put_record, threading.RLock())
    Stream.get_shard_for_key = _open_shard(Stream.get_shard_for_key)
    for name in _RESHARDING:
        setattr(Stream, name, _records_stay(getattr(Stream, name)))
    KinesisBackend.get_shard_iterator = _named(KinesisBackend.get_shard_iterator)


def _named(original: Callable[..., str]) -> Callable[..., str]:
    """An iterator names its stream, also where it was asked for by the stream's ARN."""

    def get_shard_iterator(backend: KinesisBackend, arn: str | None, name: str | None, *given: Any) -> str:
        return original(backend, arn, name or (arn or "").rpartition("/")[2] or None, *given)

    return get_shard_iterator


def _one_at_a_time(original: Callable[..., Any], lock: Any) -> Callable[..., Any]:
    def locked(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return original(*args, **kwargs)

    return locked


def _copy_item(item: Item, _memo: dict[int, Any]) -> Item:
    return pickle.loads(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))  # noqa: S301 - what was just dumped


def _attributes(values: dict[str, Any]) -> LimitedSizeDict:
    """Attributes as they were: their size, which Moto would add up anew for each, has been checked."""
    attributes = LimitedSizeDict()
    dict.update(attributes, values)
    return attributes


def _records_stay(original: Callable[..., None]) -> Callable[..., None]:
    def reshard(stream: Stream, *shards: str) -> None:
        records = {shard_id: shard.records for shard_id, shard in stream.shards.items()}
        for shard in stream.shards.values():
            shard.records = OrderedDict()
        try:
            original(stream, *shards)
        finally:
            for shard_id, kept in records.items():
                stream.shards[shard_id].records = kept

    return reshard


def _open_shard(original: Callable[..., Shard | None]) -> Callable[..., Shard | None]:
    def get_shard_for_key(stream: Stream, partition_key: str, explicit_hash_key: str) -> Shard | None:
        shard = original(stream, partition_key, explicit_hash_key)
        if shard is None or shard.is_open:
            return shard
        digest = hashlib.md5(partition_key.encode(), usedforsecurity=False).hexdigest()
        key = int(explicit_hash_key or int(digest, 16))
        return next(s for s in stream.shards.values() if s.is_open and s.starting_hash <= key <= s.ending_hash)

    return get_shard_for_key
