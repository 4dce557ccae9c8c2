"""Calls targets at their instants, tries again by the retry policy, and hands over to the dead-letter queue.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html (read 2026-11). That a schedule has
fired, and that its call is under way, is on disk before it does: a kill neither loses a call nor starts another one.
"""

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.api import ServiceException
from moto.scheduler.models import Schedule

from rapid.emulator.events import retries
from rapid.emulator.pipes.targets import TargetError
from rapid.emulator.schedule import Clock
from rapid.emulator.scheduler import targets, timing
from rapid.emulator.state import mark_dirty, save

LOG = logging.getLogger(__name__)
GRACE = timedelta(seconds=60)
"""A call that fell into a restart is made up for if it is no older than this."""
_FAILURES = (ClientError, BotoCoreError, ServiceException, TargetError)


@dataclass(frozen=True)
class Call:
    """One call of one schedule's target. `attempt` counts from 1."""

    schedule: Schedule
    instant: datetime
    execution: str
    attempt: int = 1

    @property
    def context(self) -> dict[str, Any]:
        return {
            "schedule-arn": self.schedule.arn,
            "scheduled-time": f"{self.instant:%Y-%m-%dT%H:%M:%SZ}",
            "execution-id": self.execution,
            "attempt-number": self.attempt,
        }


class Running:
    """The clock of all schedules."""

    def __init__(self, end: Callable[[Schedule], None]) -> None:
        """Args: end: what is done with a schedule that will not fire any more and wants to be deleted."""
        self._clock = Clock("scheduler-clock")
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="scheduler")
        self._end = end

    def arrange(self, schedule: Schedule) -> None:
        """Arranges the next call of a schedule, or none if it is disabled or over."""
        self._clock.cancel(schedule.arn)
        if schedule.state == "DISABLED":
            return
        if instant := self._next(schedule):
            self._clock.at(schedule.arn, instant, partial(self._due, schedule, instant))
        else:
            self._end_if_through(schedule)

    def _next(self, schedule: Schedule) -> datetime | None:
        once = schedule.schedule_expression.startswith("at(")  # for which AWS ignores start and end
        made, changed = (
            datetime.fromtimestamp(float(at), UTC) for at in (schedule.creation_date, schedule.last_modified_date)
        )
        first, last = (None, None) if once else (_moment(schedule.start_date), _moment(schedule.end_date))
        before_first = (first or made) - timedelta(microseconds=1)
        after = max(vars(schedule).get("rapid_fired", changed), before_first, datetime.now(UTC) - GRACE)
        following = timing.parse(schedule.schedule_expression, schedule.schedule_expression_timezone)
        instant = following(after, first or made)
        return None if instant is None or (last and instant > last) else instant

    def _end_if_through(self, schedule: Schedule) -> None:
        through = "rapid_fired" in vars(schedule) and not _pending(schedule) and self._next(schedule) is None
        if through and schedule.action_after_completion == "DELETE":
            self._end(schedule)

    def resume(self, schedule: Schedule) -> None:
        """Takes up the calls that were under way when the emulator ended."""
        for execution, instant in list(_pending(schedule).items()):
            self._pool.submit(self._try, Call(schedule, instant, execution))

    def forget(self, arn: str) -> None:
        self._clock.cancel(arn)

    def stop(self) -> None:
        self._clock.cancel_all()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _due(self, schedule: Schedule, instant: datetime) -> None:
        call = Call(schedule, instant, str(uuid.uuid4()))
        vars(schedule)["rapid_fired"] = instant
        _pending(schedule)[call.execution] = instant
        try:
            save("scheduler")
            self._pool.submit(self._try, call)
        finally:
            self.arrange(schedule)

    def _try(self, call: Call) -> None:
        target = call.schedule.target
        ended = True
        try:
            text = targets.text_of(target, call.context)
            try:
                targets.send(target, text, call.schedule.arn)
            except _FAILURES as error:
                ended = self._failed(call, text, error)
        except Exception:  # the thread's edge
            LOG.exception("Schedule %s did not reach %s", call.schedule.name, target["Arn"])
        if ended:
            _pending(call.schedule).pop(call.execution, None)
            mark_dirty("scheduler")
            self._end_if_through(call.schedule)

    def _failed(self, call: Call, text: str, error: Exception) -> bool:
        """Arranges another attempt, or hands over what was not delivered. Returns: whether that was the end of it."""
        target, before = call.schedule.target, call.attempt - 1
        condition = retries.end(target.get("RetryPolicy") or {}, error, before, call.instant)
        if condition is None:
            again = replace(call, attempt=call.attempt + 1)
            when = retries.next_attempt(before)
            self._clock.at(f"{call.schedule.arn}#{call.execution}", when, partial(self._pool.submit, self._try, again))
            return False
        LOG.warning("Schedule %s did not reach %s: %s", call.schedule.name, target["Arn"], error)
        if queue := (target.get("DeadLetterConfig") or {}).get("Arn"):
            attributes = {
                "SCHEDULE_ARN": call.schedule.arn,
                "TARGET_ARN": target["Arn"],
                "EXECUTION_ID": call.execution,
                "SCHEDULED_TIME": call.context["scheduled-time"],
                "RETRY_ATTEMPTS": str(before),
                "ERROR_CODE": retries.error_code(error),
                "ERROR_MESSAGE": str(error),
                "IS_PAYLOAD_TRUNCATED": "false",
                "EXHAUSTED_RETRY_CONDITION": condition,
            }
            retries.hand_over(queue, text, attributes)
        return True


def _pending(schedule: Schedule) -> dict[str, datetime]:
    """The calls of a schedule that are under way: by execution, the instant that they are for. Saved with it."""
    found: dict[str, datetime] = vars(schedule).setdefault("rapid_pending", {})
    return found


def _moment(given: Any) -> datetime | None:
    """A date as Moto keeps it: seconds, or ISO text."""
    if given in (None, ""):
        return None
    if isinstance(given, datetime):
        return given.astimezone(UTC)
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except ValueError:
        return datetime.fromisoformat(str(given).replace("Z", "+00:00")).astimezone(UTC)
