"""Scheduled rules: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html.

LocalStack's scheduler looks once a minute, fires up to a minute early, counts a rate from the full hour, and goes on
after a rule was disabled or deleted. This one fires at the instant, and never twice for the same one.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from localstack.services.events.models import Rule

from rapid.emulator import schedule
from rapid.emulator.state import save

GRACE = timedelta(seconds=60)
"""A start that fell into a restart is made up for if it is no older than this."""


class Schedules:
    """Calls `fire(rule, event)` at each instant of each enabled scheduled rule."""

    def __init__(self, fire: Callable[[Rule, dict[str, Any]], None]) -> None:
        self._clock = schedule.Clock("events-clock")
        self._fire = fire

    def arrange(self, rule: Rule) -> None:
        """Arranges the next firing of a rule, or none if it is disabled or has no schedule."""
        if not rule.schedule_expression or rule.state == "DISABLED":
            self._clock.cancel(rule.arn)
            return
        moment = datetime.now(UTC)
        since = vars(rule).setdefault("rapid_since", moment)
        after = max(vars(rule).get("rapid_fired", since), moment - GRACE)
        instant = schedule.parse(rule.schedule_expression).next_after(after, since)
        if instant is not None:
            self._clock.at(rule.arn, instant, partial(self._due, rule, instant))

    def forget(self, rule: Rule) -> None:
        self._clock.cancel(rule.arn)

    def stop(self) -> None:
        self._clock.cancel_all()

    def _due(self, rule: Rule, instant: datetime) -> None:
        """Fires a rule for one instant. That it fired is on disk first: a kill must not fire it twice."""
        vars(rule)["rapid_fired"] = instant
        try:
            save("events")
            self._fire(rule, scheduled_event(rule, instant))
        finally:
            self.arrange(rule)


def scheduled_event(rule: Rule, instant: datetime) -> dict[str, Any]:
    """The event of one firing; all targets of the rule get the same one."""
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{rule.arn}#{instant.isoformat()}")),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.region,
        "resources": [rule.arn],
        "detail": {},
    }
