"""Kinesis records, journaled one by one; streams and shards are in the snapshot of Moto's store, without records."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from moto.kinesis.models import Shard, Stream, kinesis_backends

from rapid.emulator.state import pickling
from rapid.emulator.state.journal import Journal


def prepare(journal: Journal) -> None:
    """Makes every stream journal its records. Called once, when Kinesis starts."""
    pickling.reducers[Shard] = _reduce_shard
    Stream.put_record = _journal_put(Stream.put_record, journal)


def _journal_put(original: Callable[..., tuple[str, str]], journal: Journal) -> Callable[..., tuple[str, str]]:
    def put_record(stream: Stream, *args: Any, **kwargs: Any) -> tuple[str, str]:
        sequence_number, shard_id = original(stream, *args, **kwargs)
        record = stream.shards[shard_id].records[int(sequence_number)]
        journal.write({f"{stream.arn}\x1f{shard_id}\x1f{sequence_number:0>20}": pickling.dumps(record)})
        return sequence_number, shard_id

    return put_record


def forget_stream(journal: Journal, arn: str) -> None:
    """Deletes the records of a deleted stream: a new one of the same name must not inherit them."""
    journal.delete_prefix(f"{arn}\x1f")


def _reduce_shard(shard: Shard) -> tuple[Any, ...]:
    return _blank_shard, (), {**vars(shard), "records": OrderedDict()}


def _blank_shard() -> Shard:
    return Shard.__new__(Shard)


def wake(journal: Journal) -> None:
    """Puts the journaled records back into their shards; drops those whose stream is gone."""
    streams = {s.arn: s for _, _, backend in kinesis_backends.iter_backends() for s in backend.streams.values()}
    gone: list[str] = []
    for key, value in sorted(journal.items()):  # readers take a shard's records by rising number
        arn, shard_id, number = key.split("\x1f")
        if (stream := streams.get(arn)) is None or shard_id not in stream.shards:
            gone.append(key)
        else:
            stream.shards[shard_id].records[int(number)] = pickling.loads(value)
    journal.delete(gone)
