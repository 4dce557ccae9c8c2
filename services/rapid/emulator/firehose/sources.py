"""Reads a Kinesis stream for a delivery stream, from the newest record on.

LocalStack starts Amazon's Java consumer library for this, which it downloads. This asks the stream itself; after a
restart it goes on after the records that were delivered.
"""

import base64
import logging
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.connect import connect_to

LOG = logging.getLogger(__name__)

Deliver = Callable[[list[dict[str, Any]]], Any]
PAUSE = 0.3
"""Seconds between two looks at a stream; Kinesis allows five a second for each shard."""
MOST = 500


class KinesisSource:
    """One thread that reads all shards of a stream.

    Attributes:
        positions: shard to the sequence number that was delivered last; kept with the delivery stream's state.
    """

    def __init__(self, stream: str, account: str, region: str, deliver: Deliver, positions: dict[str, str]) -> None:
        self._kinesis = connect_to(aws_access_key_id=account, region_name=region).kinesis
        self._stream, self._deliver, self.positions = stream, deliver, positions
        self._iterators: dict[str, str | None] = {}
        self._ends = threading.Event()
        self._find_shards("LATEST")
        threading.Thread(target=self._read, name=f"firehose-{stream}"[:30], daemon=True).start()

    def stop(self) -> None:
        self._ends.set()

    def _find_shards(self, new: str) -> None:
        """Begins with shards that are not read yet; those that appear later are read from their beginning."""
        for shard in self._kinesis.list_shards(StreamName=self._stream)["Shards"]:
            name = shard["ShardId"]
            if name in self._iterators:
                continue
            where = {"ShardIteratorType": new}
            if name in self.positions:
                position = self.positions[name]
                where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": position}
            found = self._kinesis.get_shard_iterator(StreamName=self._stream, ShardId=name, **where)
            self._iterators[name] = found["ShardIterator"]

    def _read(self) -> None:
        while not self._ends.wait(PAUSE):
            try:
                self._find_shards("TRIM_HORIZON")
                for shard, iterator in list(self._iterators.items()):
                    if iterator:
                        self._read_shard(shard, iterator)
            except self._kinesis.exceptions.ResourceNotFoundException:
                return  # the stream is gone
            except self._kinesis.exceptions.ExpiredIteratorException:
                self._iterators.clear()
            except (ClientError, BotoCoreError) as error:
                LOG.warning("Stream %s is read again later: %s", self._stream, error)

    def _read_shard(self, shard: str, iterator: str) -> None:
        answer = self._kinesis.get_records(ShardIterator=iterator, Limit=MOST)
        if records := answer["Records"]:
            self._deliver([{"data": base64.b64encode(record["Data"])} for record in records])
            self.positions[shard] = records[-1]["SequenceNumber"]
        self._iterators[shard] = answer.get("NextShardIterator")
