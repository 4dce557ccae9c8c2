"""Events on their way to targets: kept on disk until delivered, tried again by the target's retry policy, and sent to
its dead-letter queue when that ends.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (read 2026-11)
"""

import json
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator.events import retries
from rapid.emulator.schedule import Clock
from rapid.emulator.state import when_saved
from rapid.emulator.state.journal import Journal

LOG = logging.getLogger(__name__)

WORKERS = 8


@dataclass(frozen=True)
class Delivery:
    """One event for one target of one rule. `accepted` is an ISO time."""

    event: dict[str, Any]
    rule_arn: str
    target_id: str
    account: str
    region: str
    accepted: str
    attempts: int = 0

    @property
    def key(self) -> str:
        return f"{self.rule_arn}|{self.target_id}|{self.event['id']}"

    @property
    def sender(self) -> str:
        return f"{self.rule_arn}-{self.target_id}"


class Deliveries:
    """The queue of deliveries.

    Args:
        path: file that keeps what is not delivered yet; None keeps nothing.
        senders: target senders by `Delivery.sender`, as the provider holds them.
        send: hands a delivery to its sender, and raises what the target answers.
    """

    def __init__(self, path: Path | None, senders: dict[str, Any], send: Callable[[Any, Delivery], None]) -> None:
        self._path = path
        self._opened: Journal | None = None
        self._senders = senders
        self._send = send
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="events-delivery")
        self._clock = Clock("events-retries")

    @property
    def journal(self) -> Journal | None:
        if self._opened is None and self._path is not None:
            self._opened = Journal(self._path)
        return self._opened

    def accept(self, deliveries: Iterable[Delivery]) -> None:
        """Takes deliveries; on return they are on disk.

        Raises:
            StateError: the disk did not take them.
        """
        accepted = list(deliveries)
        if self.journal:
            self.journal.write({d.key: json.dumps(asdict(d), default=str).encode() for d in accepted})
        for delivery in accepted:
            self._pool.submit(self._deliver, delivery)

    def resume(self) -> None:
        """Takes up what was not delivered when the emulator ended."""
        if self.journal:
            for _, value in list(self.journal.items()):
                self._pool.submit(self._deliver, Delivery(**json.loads(value)))

    def stop(self) -> None:
        """Ends delivery; what is left is on disk, for `resume`."""
        self._clock.cancel_all()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, delivery: Delivery) -> None:
        sender = self._senders.get(delivery.sender)
        if sender is None:
            LOG.warning("Event %s is dropped: target %s is gone", delivery.event["id"], delivery.sender)
            self._done(delivery)
            return
        try:
            self._send(sender, delivery)
        except Exception as error:  # the edge of this thread: a target may raise anything
            self._failed(sender.target, delivery, error)
        else:
            if keeper := getattr(sender, "saved_with", None):  # the service whose saved stores hold the event then
                when_saved(keeper, partial(self._done, delivery))
            else:
                self._done(delivery)

    def _done(self, delivery: Delivery) -> None:
        if self.journal:
            self.journal.write({delivery.key: None})

    def _failed(self, target: dict[str, Any], delivery: Delivery, error: Exception) -> None:
        accepted = datetime.fromisoformat(delivery.accepted)
        condition = retries.end(target.get("RetryPolicy") or {}, error, delivery.attempts, accepted)
        if condition is None:
            again = Delivery(**{**asdict(delivery), "attempts": delivery.attempts + 1})
            if self.journal:
                self.journal.write({again.key: json.dumps(asdict(again), default=str).encode()})
            when = retries.next_attempt(delivery.attempts)
            self._clock.at(again.key, when, partial(self._pool.submit, self._deliver, again))
            return
        self._give_up(target, delivery, error, condition)

    def _give_up(self, target: dict[str, Any], delivery: Delivery, error: Exception, condition: str) -> None:
        code, message = retries.error_code(error), str(error)
        LOG.warning("Event %s was not delivered to %s: %s %s", delivery.event["id"], target["Arn"], code, message)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue:
            attributes = {
                "RULE_ARN": delivery.rule_arn,
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": code,
                "ERROR_MESSAGE": message,
                "RETRY_ATTEMPTS": str(delivery.attempts),
                "EXHAUSTED_RETRY_CONDITION": condition,
            }
            event = {k: v for k, v in delivery.event.items() if k != "event-bus-name"}
            try:
                retries.hand_over(queue, json.dumps(event, default=str), attributes)
            except (ClientError, BotoCoreError) as refused:
                LOG.error("Dead-letter queue %s did not take event %s: %s", queue, delivery.event["id"], refused)
        self._done(delivery)
