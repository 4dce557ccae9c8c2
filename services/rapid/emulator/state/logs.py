"""CloudWatch Logs events, journaled batch by batch; groups and streams are in the snapshot of Moto's store.

A batch is on disk before PutLogEvents answers, so the guarantee is that of every other service.
"""

import itertools
import pickle
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from moto.logs.models import LogEvent, LogStream, logs_backends

from rapid.emulator.state import pickling
from rapid.emulator.state.journal import Journal

_order = itertools.count(time.time_ns())


def prepare(journal: Journal) -> None:
    """Makes every log stream journal its events. Called once, when CloudWatch Logs starts."""
    pickling.reducers[LogStream] = _reduce_stream
    LogStream.put_log_events = _journal_events(LogStream.put_log_events, journal)


def _journal_events(original: Callable[..., str], journal: Journal) -> Callable[..., str]:
    def put_log_events(stream: LogStream, log_events: list[dict[str, Any]]) -> str:
        token = original(stream, log_events)
        batch = stream.events[-len(log_events) :] if log_events else []
        key = f"{stream.arn}\x1f{next(_order):020d}"
        journal.write({key: pickle.dumps([vars(event) for event in batch], pickle.HIGHEST_PROTOCOL)})
        return token

    return put_log_events


def forget(journal: Journal, group: str, stream: str | None, account: str, region: str) -> None:
    """Deletes the events of a deleted group or stream."""
    arn = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:"
    journal.delete_prefix(f"{arn}{stream}\x1f" if stream else arn)


def _reduce_stream(stream: LogStream) -> tuple[Any, ...]:
    return _restore_stream, (), {**vars(stream), "events": []}


def _restore_stream() -> LogStream:
    return LogStream.__new__(LogStream)


def wake(journal: Journal) -> None:
    """Puts the journaled events back into their streams; drops those whose stream is gone."""
    streams = {
        stream.arn: stream
        for _, _, backend in logs_backends.iter_backends()
        for group in backend.groups.values()
        for stream in group.streams.values()
    }
    gone: list[str] = []
    batches: dict[str, int] = defaultdict(int)
    for key, value in journal.items():
        arn = key.rsplit("\x1f", 1)[0]
        if (stream := streams.get(arn)) is None:
            gone.append(key)
            continue
        stream.events.extend(_restore_event(state) for state in pickling.loads(value))
        batches[arn] += 1
    for arn, count in batches.items():
        stream = streams[arn]
        stream.stored_bytes = sum(len(event.message) for event in stream.events)
        stream.upload_sequence_token = count
        stream.last_ingestion_time = stream.events[-1].ingestion_time if stream.events else None
    journal.delete(gone)


def _restore_event(state: dict[str, Any]) -> LogEvent:
    event = LogEvent.__new__(LogEvent)
    vars(event).update(state)
    return event
