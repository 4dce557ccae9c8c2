"""Streams as event sources: each shard by itself, batches cut in two where they fail, records as they were sent.

LocalStack's pollers read one shard after the other, one batch a second; a batch that is tried again holds up all
shards; no batch is cut; a filter by `data` hands on other JSON than was sent; `AT_TIMESTAMP` fails; a stream that is
split starts anew, and so does every reader that is changed or started again. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html,
services-kinesis-parameters.html and with-ddb.html (read 2026-11)
"""

import logging
import threading
import time
from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from localstack.aws.api.pipes import OnPartialBatchItemFailureStreams
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
    PipeInternalError,
)
from localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller import DynamoDBPoller
from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import (
    KinesisPoller,
    has_data_filter_criteria_parsed,
)
from localstack.services.lambda_.event_source_mapping.pollers.poller import (
    EmptyPollResultsException,
    get_batch_item_failures,
)
from localstack.services.lambda_.event_source_mapping.pollers.stream_poller import StreamPoller

from rapid.emulator.lambda_.positions import positions
from rapid.emulator.lambda_.queues import SharedQueue
from rapid.emulator.lambda_.windows import Window, Windows

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
"""How often a stream is asked for shards that came after a split."""
LONGEST_PAUSE = 60.0
PATIENCE = 10.0
"""How long a stop waits for a batch."""
_SENT = "rapid-sent"

Event = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Events of one shard. `attempts`: how often they were tried; `error`: what the last attempt told."""

    events: list[Event]
    attempts: int = 0
    error: dict[str, Any] = field(default_factory=dict)


class Shards(StreamPoller):
    """Reads a stream's shards side by side, from where they were read before.

    `bisects`: a batch that fails is cut in two. `windows`: those that records are added up in, if they are.
    """

    bisects = False
    windows: Windows | None = None
    arn_name = "StreamArn"
    number_name = "SequenceNumber"
    shards: dict[str, str]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._looked = 0.0
        self._readers: dict[str, threading.Thread] = {}
        self._known: set[str] = set(self.shards)
        self._made = ""  # when the stream was: another of its name has other numbers

    @staticmethod
    def number_of(record: dict[str, Any]) -> str:
        """The sequence number of a record as the stream gives it."""
        return str(record["dynamodb"]["SequenceNumber"])

    def initialize_shards(self) -> dict[str, str]:
        """An iterator for each shard, from where the source is to be read at first."""
        parameters = self.stream_parameters
        start: dict[str, Any] = {"ShardIteratorType": parameters["StartingPosition"]}
        if start["ShardIteratorType"] == "AT_TIMESTAMP":
            start["Timestamp"] = parameters["StartingPositionTimestamp"]
        self._known = set()
        found = self._iterators(start)
        self._looked = time.monotonic()
        self._known |= found.keys()
        return found

    def _iterators(self, start: dict[str, Any]) -> dict[str, str]:
        stream = {self.arn_name: self.source_arn}
        shards: list[str] = []
        while True:
            after = {"ExclusiveStartShardId": shards[-1]} if shards else {}
            told = self.source_client.describe_stream(**stream, **after)["StreamDescription"]
            self._made = str(told.get("StreamCreationTimestamp") or told.get("CreationRequestDateTime") or "")
            if told["StreamStatus"] not in ("ACTIVE", "ENABLED", "UPDATING"):
                return {}
            page = [shard["ShardId"] for shard in told["Shards"]]
            shards += page
            if not page or not (told.get("HasMoreShards") or told.get("LastEvaluatedShardId")):
                break
        return {shard: self._iterator(stream, shard, start) for shard in shards if shard not in self._known}

    def _iterator(self, stream: dict[str, str], shard: str, start: dict[str, Any]) -> str:
        if number := positions().get(self._reader, self._place(shard)):
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", self.number_name: number}
        return str(self.source_client.get_shard_iterator(**stream, ShardId=shard, **start)["ShardIterator"])

    @property
    def _reader(self) -> str:
        return str(self.esm_uuid or self.partner_resource_arn)

    def _place(self, shard_id: str) -> str:
        return f"{shard_id} {self._made}"

    def poll_events(self) -> None:
        """Reads every shard that nobody is reading now."""
        if not self.shards and not self._known:
            self.shards = self.initialize_shards()
        elif time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            found = self._iterators({"ShardIteratorType": "TRIM_HORIZON"})
            self._known |= found.keys()
            self.shards.update(found)
        if not self.shards:
            raise EmptyPollResultsException(service=self.event_source(), source_arn=self.source_arn)
        for shard in [shard for shard in self.shards if shard not in self._readers]:
            reader = threading.Thread(target=self._read, args=(shard,), name=f"shard-{shard}", daemon=True)
            self._readers[shard] = reader
            reader.start()

    def close(self) -> None:
        """Begins nothing new, and waits for the batches under way."""
        super().close()
        for reader in list(self._readers.values()):
            reader.join(PATIENCE)

    def _read(self, shard_id: str) -> None:
        """Takes what there is in a shard, batch after batch."""
        try:
            while not self._is_shutdown.is_set() and self._read_batch(shard_id):
                continue
        except PipeInternalError:
            pass  # LocalStack has told why, and asked for new iterators where that helps
        except Exception as error:  # the thread's edge: the source may come back
            LOG.warning("Shard %s of %s is read again later: %s", shard_id, self.source_arn, error)
        finally:
            self._readers.pop(shard_id, None)

    def _read_batch(self, shard_id: str) -> bool:
        """Returns: whether there may be more at once."""
        answer = self.get_records(self.shards[shard_id])
        records = answer.get("Records", [])
        if following := answer.get("NextShardIterator"):
            self.shards[shard_id] = following
        else:
            self.shards.pop(shard_id)  # read to its end
        size = self.stream_parameters["BatchSize"]
        batcher = self.shard_batcher[shard_id]
        if batcher.add(records) or not following:
            gathered = batcher.flush()
            for begin in range(0, len(gathered), size):
                part = gathered[begin : begin + size]
                if self.forward_events_to_target(shard_id, part):
                    self._has_read(shard_id, self.number_of(part[-1]))
        if self.windows and not records and self.windows.is_over(shard_id, time.time()):
            self._finish_window(shard_id, self.windows)
        return bool(following) and len(records) == size

    def forward_events_to_target(self, shard_id: str, records: list[Event]) -> bool:
        """Has records processed, in order. Returns: whether each is done with or given up; not so at a stop."""
        events = self.pre_filter(self.transform_into_events(records, shard_id))
        chosen = self.post_filter(self.filter_events(events))
        if not self.windows:
            return self._forward(shard_id, chosen)
        parts = self.windows.parts(chosen, self.get_approximate_arrival_time)
        return all(self._forward_to_window(shard_id, self.windows, start, part) for start, part in parts)

    def _has_read(self, shard_id: str, number: str) -> None:
        """Goes on after this record, if it starts anew; where a window is open, at the window's first again."""
        window = self.windows.open.get(shard_id) if self.windows else None
        if window:
            window.last = number
        else:
            positions().set(self._reader, self._place(shard_id), number)

    def _forward_to_window(self, shard_id: str, windows: Windows, start: int, events: list[Event]) -> bool:
        window = windows.open.get(shard_id)
        if window and window.start != start and not self._finish_window(shard_id, windows):
            return False
        windows.open.setdefault(shard_id, Window(start))
        return self._forward(shard_id, events)

    def _finish_window(self, shard_id: str, windows: Windows) -> bool:
        """Has the function told that a window is over; until it has, nothing else of the shard is read."""
        batch: Batch | None = Batch([])
        while batch and not self._is_shutdown.is_set():
            self._pause(batch)
            batch = self._attempt(shard_id, batch)
        if batch:
            return False
        if last := windows.open.pop(shard_id).last:
            positions().set(self._reader, self._place(shard_id), last)
        return True

    def _forward(self, shard_id: str, chosen: list[Event]) -> bool:
        batches = deque([Batch(self.add_source_metadata(chosen))] if chosen else [])
        while batches and not self._is_shutdown.is_set():
            batches.extendleft(reversed(self._process(shard_id, batches.popleft())))
        return not batches

    def _process(self, shard_id: str, batch: Batch) -> list[Batch]:
        """One attempt. Returns: what is to be tried next."""
        if age := max(self.stream_parameters.get("MaximumRecordAgeInSeconds", -1), 0):
            young, old = self.bisect_events_by_record_age(age, batch.events)
            if old:
                self._give_up(shard_id, replace(batch, events=old), "RecordAgeExceeded")
                return [replace(batch, events=young)] if young else []
        self._pause(batch)
        failed = self._attempt(shard_id, batch)
        if failed is None:
            return []
        if self._cuts() and len(batch.events) > 1:  # a cut does not count against the retries
            if len(failed.events) < len(batch.events):
                return [replace(failed, attempts=batch.attempts)]
            middle = len(failed.events) // 2
            halves = (failed.events[:middle], failed.events[middle:])
            return [replace(failed, events=half, attempts=batch.attempts) for half in halves]
        if self.max_retries_exceeded(failed.attempts):
            self._give_up(shard_id, failed, "RetryAttemptsExhausted")
            return []
        return [failed]

    def _pause(self, batch: Batch) -> None:
        if batch.attempts:
            self._is_shutdown.wait(min(0.5 * 1.5 ** (batch.attempts - 1), LONGEST_PAUSE))

    def _attempt(self, shard_id: str, batch: Batch) -> Batch | None:
        """Has a batch processed; one without events is a window's end. Returns: what failed of it."""
        failed = replace(batch, attempts=batch.attempts + 1)
        try:
            if self.windows:
                self.windows.call(shard_id, batch.events, final=not batch.events)
            else:
                self.processor.process_events_batch(batch.events)
        except PartialBatchFailureError as failure:
            return replace(failed, events=self._from_lowest(batch.events, failure), error=failure.error or {})
        except BatchFailureError as failure:
            return replace(failed, error=failure.error if isinstance(failure.error, dict) else {})
        except Exception as failure:  # the target's edge: what else went wrong is tried again, too
            LOG.warning("A batch of %s was not processed: %s", self.source_arn, failure)
            return failed
        return None

    def _cuts(self) -> bool:
        own = self.stream_parameters.get("OnPartialBatchItemFailure")
        return self.bisects or own == OnPartialBatchItemFailureStreams.AUTOMATIC_BISECT

    def _from_lowest(self, events: list[Event], failure: PartialBatchFailureError) -> list[Event]:
        """The events from the first that failed on; all where the function does not name it rightly."""
        numbers = {self.get_sequence_number(event) for event in events}
        failed = get_batch_item_failures(failure.partial_failure_payload, numbers)
        return self.bisect_events(min(failed, key=int), events)[1] if failed else events

    def _give_up(self, shard_id: str, batch: Batch, condition: str) -> None:
        context = self.processor.generate_event_failure_context(
            abort_condition=condition,
            error=batch.error,
            attempts_count=batch.attempts,
            partner_resource_arn=self.partner_resource_arn,
        )
        self.send_events_to_dlq(shard_id, batch.events, context=context)


class KinesisShards(Shards, KinesisPoller):
    """Of a Kinesis stream."""

    arn_name = "StreamARN"
    number_name = "StartingSequenceNumber"

    @staticmethod
    def number_of(record: dict[str, Any]) -> str:
        return str(record["SequenceNumber"])

    def pre_filter(self, events: list[Event]) -> list[Event]:
        if not has_data_filter_criteria_parsed(self.filter_patterns):
            return events
        readable = []
        for event in events:
            sent = self.get_data(event)
            try:
                data = self.parse_data(sent)
            except ValueError:
                continue  # a filter by data drops what is no JSON
            readable.append({**deepcopy(event), "data": data, _SENT: sent})
        return readable

    def post_filter(self, events: list[Event]) -> list[Event]:
        for event in events:
            if _SENT in event:
                del event["data"]
                self.set_data(event, event.pop(_SENT))
        return events


class TableShards(Shards, DynamoDBPoller):
    """Of a DynamoDB table's stream."""

    def get_approximate_arrival_time(self, record: Event) -> float:
        return float(record["dynamodb"]["ApproximateCreationDateTime"])


_make = EsmWorkerFactory.get_esm_worker


def worker(factory: EsmWorkerFactory) -> EsmWorker:
    """LocalStack's, whose pollers it does not tell of all settings."""
    made = _make(factory)
    if isinstance(made.poller, Shards):
        made.poller.bisects = bool(factory.esm_config.get("BisectBatchOnFunctionError"))
        if at := factory.esm_config.get("StartingPositionTimestamp"):
            made.poller.stream_parameters["StartingPositionTimestamp"] = at
        if seconds := factory.esm_config.get("TumblingWindowInSeconds"):
            sender = made.poller.processor.sender
            sender.payload_dict = False  # the window's event has its records already
            made.poller.windows = Windows(seconds, made.poller.source_arn, sender.send_events)
    limit = (factory.esm_config.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if limit and isinstance(made.poller, SharedQueue):
        made.poller.allow(limit)
    return made
