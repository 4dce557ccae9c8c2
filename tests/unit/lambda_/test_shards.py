"""Streams as event sources, with a stream and a function that answer at once.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html and kinesis-on-failure-destination.html
"""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    EventProcessor,
    PartialBatchFailureError,
)

from rapid.emulator.lambda_ import shards
from rapid.emulator.lambda_.positions import Positions
from rapid.emulator.lambda_.shards import KinesisShards
from rapid.emulator.lambda_.windows import Windows
from tests.waiting import until

ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
PARAMETERS = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, "MaximumRetryAttempts": 1}


class Stream:
    """Kinesis' client: the data of each shard; an iterator is `shard:index`. A shard in `closed` has an end."""

    def __init__(self, data: dict[str, list[str]]) -> None:
        self.data, self.closed = data, set[str]()
        self.asked: list[dict[str, Any]] = []

    def describe_stream(self, **_: Any) -> Any:
        listed = [{"ShardId": shard} for shard in self.data]
        return {"StreamDescription": {"StreamStatus": "ACTIVE", "Shards": listed}}

    def get_shard_iterator(self, **request: Any) -> Any:
        self.asked.append(request)
        return {"ShardIterator": f"{request['ShardId']}:{request.get('StartingSequenceNumber', 0)}"}

    def get_records(self, **request: Any) -> Any:
        shard, _, at = request["ShardIterator"].partition(":")
        texts = self.data[shard][int(at) : int(at) + request["Limit"]]
        records = [
            {
                "Data": text.encode(), "PartitionKey": "k", "SequenceNumber": str(int(at) + number + 1),
                "ApproximateArrivalTimestamp": datetime.now(UTC),
            }
            for number, text in enumerate(texts)
        ]  # fmt: skip
        over = not texts and shard in self.closed
        return {"Records": records, "NextShardIterator": None if over else f"{shard}:{int(at) + len(texts)}"}


class Function(EventProcessor):
    """What it was called with; `act` may raise."""

    def __init__(self, act: Callable[[list[str]], None] = lambda _: None) -> None:
        self.act, self.calls = act, list[list[str]]()

    def process_events_batch(self, input_events: Any) -> None:
        import base64

        data = [base64.b64decode(event["kinesis"]["data"]).decode() for event in input_events]
        self.calls.append(data)
        self.act(data)

    def generate_event_failure_context(self, abort_condition: str, **_: Any) -> Any:
        return {"condition": abort_condition}


@pytest.fixture(autouse=True)
def positions(monkeypatch: pytest.MonkeyPatch) -> Positions:
    kept = Positions(":memory:")
    monkeypatch.setattr(shards, "positions", lambda: kept)
    monkeypatch.setattr(shards, "LONGEST_PAUSE", 0.0)
    return kept


def reader(stream: Stream, function: Function, patterns: Any = (), **parameters: Any) -> KinesisShards:
    source = {
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns]},
        "KinesisStreamParameters": {**PARAMETERS, **parameters},
    }
    made = KinesisShards(ARN, source, stream, function, kinesis_namespace=True, esm_uuid="u")
    given_up: list[tuple[str, list[str]]] = []
    made.given_up = given_up  # type: ignore[attr-defined]
    made.send_events_to_dlq = lambda _shard, events, context: given_up.append(  # type: ignore[method-assign]
        (context["condition"], [event["kinesis"]["sequenceNumber"] for event in events])
    )
    return made


def read(poller: KinesisShards, done: Callable[[], Any]) -> None:
    poller.poll_events()
    until(done)
    poller.close()


def refuse_poison(data: list[str]) -> None:
    if "poison" in data:
        raise BatchFailureError(error={})


def test_a_failing_batch_is_cut_until_its_bad_record_is_alone(positions: Positions) -> None:
    function = Function(refuse_poison)
    poller = reader(Stream({"a": ["0", "1", "poison", "3"]}), function)
    poller.bisects = True
    read(poller, lambda: positions.get("u", "a ") == "4")
    assert function.calls == [["0", "1", "poison", "3"], ["0", "1"], ["poison", "3"], ["poison"], ["poison"], ["3"]]
    assert poller.given_up == [("RetryAttemptsExhausted", ["3"])]  # type: ignore[attr-defined]


def test_a_batch_is_tried_again_from_the_record_that_its_function_names(positions: Positions) -> None:
    def refuse(data: list[str]) -> None:
        if len(data) > 2:
            raise PartialBatchFailureError(partial_failure_payload={"batchItemFailures": [{"itemIdentifier": "3"}]})

    function = Function(refuse)
    read(reader(Stream({"a": list("0123")}), function), lambda: positions.get("u", "a ") == "4")
    assert function.calls == [list("0123"), ["2", "3"]]


def test_a_filter_by_data_hands_on_what_was_sent(positions: Positions) -> None:
    sent = ['{"a":1,  "b": 2}', '{"a": 2}', "plain"]
    function = Function()
    read(reader(Stream({"a": sent}), function, [{"data": {"a": [1]}}]), lambda: positions.get("u", "a ") == "3")
    assert function.calls == [[sent[0]]]


def test_a_shard_that_is_held_up_holds_up_no_other(positions: Positions) -> None:
    free = threading.Event()
    function = Function(lambda data: None if "b0" in data else free.wait(30) and None)
    poller = reader(Stream({"a": ["a0"], "b": ["b0"]}), function)
    poller.poll_events()
    until(lambda: positions.get("u", "b ") == "1")
    assert positions.get("u", "a ") is None
    free.set()
    poller.close()
    assert positions.get("u", "a ") == "1"


def test_a_reader_goes_on_where_the_one_before_it_ended(positions: Positions) -> None:
    stream, first, second = Stream({"a": ["0", "1"]}), Function(), Function()
    read(reader(stream, first), lambda: positions.get("u", "a ") == "2")
    stream.data["a"].append("2")
    read(reader(stream, second), lambda: positions.get("u", "a ") == "3")
    assert second.calls == [["2"]]
    assert stream.asked[-1]["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER"


def test_what_was_not_done_at_a_stop_is_read_again(positions: Positions) -> None:
    def fail(_: list[str]) -> None:
        poller.close_from_within()  # type: ignore[attr-defined]
        raise BatchFailureError(error={})

    stream = Stream({"a": ["0"]})
    poller = reader(stream, Function(fail), MaximumRetryAttempts=-1)
    poller.close_from_within = poller._is_shutdown.set  # type: ignore[attr-defined]
    poller.poll_events()
    poller.close()
    assert positions.get("u", "a ") is None


def test_shards_that_come_after_a_split_are_read_from_their_beginning(
    positions: Positions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "LOOK_SECONDS", -1.0)
    stream, function = Stream({"a": ["0"]}), Function()
    poller = reader(stream, function, StartingPosition="LATEST")
    poller.poll_events()
    until(lambda: positions.get("u", "a ") == "1")
    stream.closed, stream.data["b"] = {"a"}, ["1"]
    read(poller, lambda: poller.poll_events() or positions.get("u", "b ") == "1")
    assert sorted(function.calls) == [["0"], ["1"]]
    assert [one["ShardIteratorType"] for one in stream.asked] == ["LATEST", "TRIM_HORIZON"]


def test_a_stream_is_read_from_a_moment(positions: Positions) -> None:
    stream, moment = Stream({"a": ["0"]}), datetime(2026, 11, 1, tzinfo=UTC)
    poller = reader(stream, Function(), StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)
    read(poller, lambda: positions.get("u", "a "))
    assert (stream.asked[0]["ShardIteratorType"], stream.asked[0]["Timestamp"]) == ("AT_TIMESTAMP", moment)


class Counter:
    """A function of a window: it counts records, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.events = failures, list[dict[str, Any]]()

    def __call__(self, event: dict[str, Any]) -> Any:
        self.events.append(event)
        if self.failures:
            self.failures -= 1
            return {}
        return {"state": {"n": event["state"].get("n", 0) + len(event["Records"])}}

    @property
    def told(self) -> list[tuple[int, int, bool]]:
        """Of each call: how many records, the state before, whether it is the window's last."""
        return [(len(e["Records"]), e["state"].get("n", 0), e["isFinalInvokeForWindow"]) for e in self.events]


def windowed(stream: Stream, counter: Counter, monkeypatch: pytest.MonkeyPatch, *arrivals: float) -> KinesisShards:
    """A reader with windows of 60 s; records arrive at these seconds, and it is the last of them now."""
    made = reader(stream, Function(), BatchSize=2)
    made.windows = Windows(60, ARN, counter)
    monkeypatch.setattr(shards.time, "time", lambda: arrivals[-1])
    number_to_arrival = dict(enumerate(arrivals, 1))
    monkeypatch.setattr(
        made, "get_approximate_arrival_time", lambda event: number_to_arrival[int(event["kinesis"]["sequenceNumber"])]
    )
    return made


def polled(made: KinesisShards, counter: Counter) -> list[tuple[int, int, bool]]:
    """What the function was told after one more poll."""
    made.poll_events()
    return counter.told


def test_a_window_adds_up_and_ends(monkeypatch: pytest.MonkeyPatch, positions: Positions) -> None:
    counter = Counter()
    made = windowed(Stream({"a": ["1", "2", "3", "4"]}), counter, monkeypatch, 600, 610, 659, 661, 730)
    until(lambda: polled(made, counter), lambda told: len(told) == 5)
    assert counter.told == [(2, 0, False), (1, 2, False), (0, 3, True), (1, 0, False), (0, 1, True)]
    assert counter.events[0]["window"] == {"start": "1970-01-01T00:10:00Z", "end": "1970-01-01T00:11:00Z"}
    assert counter.events[0]["shardId"] == "a"
    until(lambda: positions.get("u", "a "), lambda number: number == "4")


def test_a_window_that_is_not_over_keeps_the_place_of_its_first_record(
    monkeypatch: pytest.MonkeyPatch, positions: Positions
) -> None:
    counter = Counter()
    made = windowed(Stream({"a": ["1", "2"]}), counter, monkeypatch, 600, 661, 662)
    until(lambda: polled(made, counter), lambda told: len(told) == 3)
    assert counter.told == [(1, 0, False), (0, 1, True), (1, 0, False)]
    made.close()
    assert positions.get("u", "a ") is None


def test_an_answer_without_a_state_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(failures=1)
    made = windowed(Stream({"a": ["1"]}), counter, monkeypatch, 600, 700)
    until(lambda: polled(made, counter), lambda told: len(told) == 3)
    assert counter.told == [(1, 0, False), (1, 0, False), (0, 1, True)]
