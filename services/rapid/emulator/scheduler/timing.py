"""When a schedule calls its target: `at(...)`, `rate(...)` and `cron(...)` in a time zone.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (read 2026-11). A rate counts from the start
date, or from when the schedule was made.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapid.emulator import schedule

Next = Callable[[datetime, datetime], datetime | None]
"""From a moment and the schedule's begin, the first instant after the moment; None if there is none any more."""


def parse(expression: str, zone_name: str) -> Next:
    """Reads an expression.

    Raises:
        ScheduleError: AWS would refuse it.
    """
    try:
        zone = ZoneInfo(zone_name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise schedule.ScheduleError(f"Invalid Schedule Expression Timezone {zone_name}.") from error
    if found := re.fullmatch(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", expression.strip()):
        try:
            once = datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(UTC)
        except ValueError as error:
            raise schedule.ScheduleError(f"{expression}: {error}") from error
        return lambda moment, _begin: once if once > moment else None
    read = schedule.parse(expression)
    if isinstance(read, schedule.Rate):
        return read.next_after

    def local(moment: datetime, begin: datetime) -> datetime | None:
        wall = moment.astimezone(zone).replace(tzinfo=UTC)
        following = read.next_after(wall, begin)
        return following and following.replace(tzinfo=zone).astimezone(UTC)

    return local
