"""Which events of an archive are replayed: LocalStack compares whole minutes, and fails over its own events' times.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html (read 2026-11)
"""

from datetime import UTC, datetime
from typing import Any

from localstack.services.events.archive import ArchiveService


def between(archive: ArchiveService, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """The events of this span, with their times as such."""
    found = ({**event, "time": _moment(event["time"])} for event in list(archive.archive.events.values()))
    return [event for event in found if start <= event["time"] <= end]


def _moment(told: str | datetime) -> datetime:
    return told if isinstance(told, datetime) else datetime.strptime(told, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def install() -> None:
    """Puts it in the place of LocalStack's."""
    ArchiveService.get_events = between
