"""What Moto's services keep."""

from types import SimpleNamespace
from typing import Any

import pytest
from moto.dynamodbstreams.models import ShardIterator

from rapid.emulator import moto_fixes


def test_a_reader_of_a_stream_leaves_no_more_than_its_latest_iterators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShardIterator, "get", ShardIterator.get)  # put back after the test
    monkeypatch.setattr(moto_fixes, "MAX_ITERATORS", 3)
    moto_fixes.streams()
    backend: Any = SimpleNamespace(shard_iterators={})
    table = SimpleNamespace(table_arn="arn", latest_stream_label="label")
    shard: Any = SimpleNamespace(table=table, starting_sequence_number=0, items=[], get=lambda *_: [])
    iterator = ShardIterator(backend, shard, "TRIM_HORIZON")
    for _ in range(9):
        iterator = backend.shard_iterators[iterator.get()["NextShardIterator"]]
    assert len(backend.shard_iterators) == 3
    assert iterator in backend.shard_iterators.values()
