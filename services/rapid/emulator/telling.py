"""What services of ours tell EventBridge and CloudWatch: from one thread, in the order in which it happened.

No request and no query waits for another service. What happens within a moment is told in one call.
"""

import json
import logging
import queue
import threading
import time
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator.direct import Direct

LOG = logging.getLogger(__name__)
_AT_ONCE = 10
"""Entries that one PutEvents takes."""
_GATHERED = 0.1
"""Seconds in which what happens is told in one call."""


class Place(Hashable, Protocol):
    """An account in a region, whose clients act in its name."""

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True)
class Scope:
    """An account and a region, for work that no request does."""

    account: str
    region: str

    def client(self, service: str) -> Any:
        """A boto3 client that acts as this account in this region, in memory."""
        return _client(self, service)


@cache
def _client(scope: Scope, service: str) -> Direct:
    from localstack.aws.connect import connect_to

    client = connect_to(aws_access_key_id=scope.account, region_name=scope.region).get_client(service)
    return Direct(client, scope.account, scope.region)


@dataclass(frozen=True)
class _Told:
    """An entry of PutEvents, and metrics with their namespace."""

    place: Place
    event: dict[str, Any]
    namespace: str = ""
    metrics: Sequence[dict[str, Any]] = ()


def publish(
    place: Place,
    source: str,
    kind: str,
    detail: dict[str, Any],
    resources: Sequence[str] = (),
    moment: datetime | None = None,
    metrics: tuple[str, Sequence[dict[str, Any]]] = ("", ()),
) -> None:
    """Puts an event on the default bus a moment later, and metrics (a namespace and its data) with it.

    Args:
        place: in whose name.
        source: `aws.glue`.
        kind: the event's `detail-type`.
        detail: of the event.
        resources: ARNs of what it concerns.
        moment: when it happened; now, if it is not said.
        metrics: for PutMetricData.
    """
    entry: dict[str, Any] = {
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps(detail),
        "Resources": list(resources),
    }
    if moment is not None:
        entry["Time"] = moment
    _waiting().put(_Told(place, entry, *metrics))


@cache
def _waiting() -> "queue.SimpleQueue[_Told]":
    waiting: queue.SimpleQueue[_Told] = queue.SimpleQueue()
    threading.Thread(target=_work, args=(waiting,), name="telling", daemon=True).start()
    return waiting


def _work(waiting: "queue.SimpleQueue[_Told]") -> None:
    while True:
        batch = [waiting.get()]
        until = time.monotonic() + _GATHERED
        with suppress(queue.Empty):
            while len(batch) < _AT_ONCE:
                batch.append(waiting.get(timeout=max(0.0, until - time.monotonic())))
        for place in dict.fromkeys(one.place for one in batch):
            try:
                _tell(place, [one for one in batch if one.place == place])
            except (ClientError, BotoCoreError) as error:
                LOG.error("Events or metrics were not published: %s", error)
            except Exception:  # the edge of this thread: one refusal must not end it
                LOG.exception("Events or metrics were not published")


def _tell(place: Place, batch: list[_Told]) -> None:
    place.client("events").put_events(Entries=[one.event for one in batch])
    for namespace in dict.fromkeys(one.namespace for one in batch if one.metrics):
        data = [metric for one in batch if one.namespace == namespace for metric in one.metrics]
        place.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
