"""The clock of Glue: SCHEDULED triggers and the windows of event batches."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from rapid.emulator import schedule
from rapid.emulator.glue.models import Trigger, now
from rapid.emulator.glue.scope import Scope

GRACE = timedelta(seconds=60)
"""A start that fell into a restart is made up for if it is no older than this."""


class Timing:
    """Arranges callbacks; holds nothing that must survive."""

    def __init__(
        self, fire: Callable[[Scope, str, datetime], None], check_events: Callable[[Scope, str], None]
    ) -> None:
        self._clock = schedule.Clock("glue-clock")
        self._fire = fire
        self._check_events = check_events

    def schedule(self, scope: Scope, name: str, trigger: Trigger) -> None:
        """Arranges the next firing of a SCHEDULED trigger, or none if it is not active."""
        key = f"trigger {scope} {name}"
        described = trigger.description
        if described["Type"] != "SCHEDULED" or described["State"] != "ACTIVATED":
            self._clock.cancel(key)
            return
        since = max(trigger.fired_at or trigger.since, now() - GRACE)
        instant = schedule.parse(described["Schedule"]).next_after(since, trigger.since)
        if instant is not None:
            self._clock.at(key, instant, partial(self._fire, scope, name, instant))

    def forget(self, scope: Scope, name: str) -> None:
        self._clock.cancel(f"trigger {scope} {name}")

    def wait_for_window(self, scope: Scope, workflow: str, first: datetime, seconds: int) -> None:
        end = first + timedelta(seconds=seconds)
        self._clock.at(f"window {scope} {workflow}", end, partial(self._check_events, scope, workflow))

    def stop(self) -> None:
        self._clock.cancel_all()
