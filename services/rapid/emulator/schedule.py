"""When scheduled things happen: AWS's cron and rate expressions, and one clock thread that calls back.

Shared by Glue's SCHEDULED triggers and EventBridge's scheduled rules. The `crontab` package that LocalStack uses counts
weekdays from 0 where AWS counts from 1, and knows no `W` and no `#`, so the expression is read here.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html (read 2026-11)
"""

import calendar
import heapq
import itertools
import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LOG = logging.getLogger(__name__)

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
LAST_YEAR = 2199


class ScheduleError(ValueError):
    """An expression that AWS would refuse. The message says why."""


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    value = names.get(text.upper())
    if value is None:
        if not text.isdigit():
            raise ScheduleError(f"{text!r} is not a number")
        value = int(text)
    if not low <= value <= high:
        raise ScheduleError(f"{text!r} is not between {low} and {high}")
    return value


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The numbers that a field with `* , - /` stands for."""
    names = names or {}
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        size = _number(step, 1, high, {}) if slash else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            left, right = span.split("-", 1)
            first, last = _number(left, low, high, names), _number(right, low, high, names)
        else:
            first = _number(span, low, high, names)
            last = high if slash else first
        if first <= last:
            found.update(range(first, last + 1, size))
        else:  # FRI-MON
            found.update([*range(first, high + 1, size), *range(low, last + 1, size)])
    return frozenset(found)


@dataclass(frozen=True)
class Cron:
    """`cron(minutes hours day-of-month month day-of-week year)`, in UTC."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day_of_month: str
    months: frozenset[int]
    day_of_week: str
    years: frozenset[int]

    def next_after(self, moment: datetime, anchor: datetime) -> datetime | None:  # noqa: ARG002 - as Rate
        """The first instant after `moment`; None if there is none any more."""
        start = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for day in self._days(start.date()):
            for hour, minute in itertools.product(sorted(self.hours), sorted(self.minutes)):
                instant = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                if instant >= start:
                    return instant
        return None

    def _days(self, first: date) -> Iterator[date]:
        for year in sorted(y for y in self.years if y >= first.year):
            for month in sorted(self.months):
                days = self._in_month(year, month)
                yield from (found for d in sorted(days) if (found := date(year, month, d)) >= first)

    def _in_month(self, year: int, month: int) -> set[int]:
        length = calendar.monthrange(year, month)[1]
        if self.day_of_month != "?":
            return {d for part in self.day_of_month.split(",") for d in _month_days(part, year, month, length)}
        return {d for part in self.day_of_week.split(",") for d in _week_days(part, year, month, length)}


def _weekday(year: int, month: int, day: int) -> int:
    """1 is Sunday, as AWS counts."""
    return (date(year, month, day).weekday() + 1) % 7 + 1


def _month_days(part: str, year: int, month: int, length: int) -> set[int]:
    if part == "L":
        return {length}
    if part.endswith("W"):
        wanted = length if part == "LW" else min(_number(part[:-1], 1, 31, {}), length)
        nearest = sorted(range(1, length + 1), key=lambda d: (abs(d - wanted), d))
        return {next(d for d in nearest if 1 < _weekday(year, month, d) < 7)}
    return {d for d in _values(part, 1, 31) if d <= length}


def _week_days(part: str, year: int, month: int, length: int) -> set[int]:
    days = range(1, length + 1)
    if part == "L":
        return {d for d in days if _weekday(year, month, d) == 7}
    if part.upper().endswith("L") and part.upper() not in WEEKDAYS:
        wanted = _number(part[:-1], 1, 7, WEEKDAYS)
        return {max(d for d in days if _weekday(year, month, d) == wanted)}
    if "#" in part:
        weekday, _, place = part.partition("#")
        wanted, number = _number(weekday, 1, 7, WEEKDAYS), _number(place, 1, 5, {})
        return set([d for d in days if _weekday(year, month, d) == wanted][number - 1 : number])
    values = _values(part, 1, 7, WEEKDAYS)
    return {d for d in days if _weekday(year, month, d) in values}


@dataclass(frozen=True)
class Rate:
    """`rate(5 minutes)`: counted from when the schedule was made."""

    interval: timedelta

    def next_after(self, moment: datetime, anchor: datetime) -> datetime | None:
        """The first instant after `moment` that is a whole number of intervals after `anchor`."""
        passed = max(0, (moment - anchor) // self.interval)
        return anchor + (passed + 1) * self.interval


Schedule = Cron | Rate


def parse(expression: str) -> Schedule:
    """Reads `cron(...)` or `rate(...)`.

    Raises:
        ScheduleError: AWS would refuse it.
    """
    text = expression.strip()
    if found := re.fullmatch(r"rate\(\s*(\d+)\s+(minute|hour|day)(s?)\s*\)", text):
        count, unit, plural = int(found[1]), found[2], found[3]
        if count < 1 or (count == 1) == bool(plural):
            raise ScheduleError(f"{expression}: 1 takes the singular of the unit, more the plural, and 0 is no rate")
        return Rate(count * UNITS[unit])
    if not (found := re.fullmatch(r"cron\((.*)\)", text)):
        raise ScheduleError(f"{expression!r} is neither cron(...) nor rate(...)")
    fields = found[1].split()
    if len(fields) != 6:
        raise ScheduleError(f"{expression}: cron takes six fields, minutes to year, and has {len(fields)}")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ScheduleError(f"{expression}: exactly one of day-of-month and day-of-week must be ?")
    cron = Cron(
        _values(minutes, 0, 59),
        _values(hours, 0, 23),
        day_of_month,
        _values(month, 1, 12, MONTHS),
        day_of_week,
        _values(year, 1970, LAST_YEAR),
    )
    next(cron._days(date(2000, 1, 1)), None)  # noqa: SLF001 - refuses day fields that make no sense
    return cron


class Clock:
    """Calls back at given instants, from one daemon thread. A callback under a key replaces the one before."""

    def __init__(self, name: str) -> None:
        self._heap: list[tuple[datetime, int, str, Callable[[], object]]] = []
        self._tickets: dict[str, int] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._name = name

    def at(self, key: str, when: datetime, call: Callable[[], object]) -> None:
        """Arranges `call` for `when`; at once if that has passed."""
        with self._changed:
            ticket = self._tickets[key] = next(self._numbers)
            heapq.heappush(self._heap, (when, ticket, key, call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def cancel(self, key: str) -> None:
        with self._changed:
            self._tickets.pop(key, None)

    def cancel_all(self) -> None:
        with self._changed:
            self._tickets.clear()
            self._heap.clear()

    def _due(self) -> Callable[[], object]:
        with self._changed:
            while True:
                if not self._heap:
                    self._changed.wait()
                    continue
                when, ticket, key, call = self._heap[0]
                if self._tickets.get(key) != ticket:
                    heapq.heappop(self._heap)
                    continue
                left = (when - datetime.now(UTC)).total_seconds()
                if left <= 0:
                    heapq.heappop(self._heap)
                    del self._tickets[key]
                    return call
                self._changed.wait(min(left, 60.0))  # a minute at most: the machine's clock may be set

    def _run(self) -> None:
        while True:
            call = self._due()
            try:
                call()
            except Exception:  # the edge of this thread: one bad callback must not stop the clock
                LOG.exception("%s: a scheduled call failed", self._name)
