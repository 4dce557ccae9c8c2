"""Records as bytes: request bodies and files in the formats that sources really send."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

from seed_data.dirt import Record, Sent
from seed_data.marketing import push_time
from seed_data.truth import Delivery

BATCH = 500
TimeText = Callable[[datetime], str]


def iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def plain(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def american(time: datetime) -> str:
    return f"{time:%m/%d/%Y %I:%M:%S %p}"


def berlin(time: datetime) -> str:
    """Summer time of the sales team's CRM."""
    return time.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="seconds")


def day_iso(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def day_american(time: datetime) -> str:
    return f"{time:%m/%d/%Y}"


def texts(record: Record, time_text: TimeText) -> Record:
    """The record with its times as text."""
    return {
        key: time_text(value)
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for key, value in record.items()
    }


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


class Api:
    """Request bodies of at most 500 records: arrays, or JSON Lines."""

    def __init__(self, root: Path, dataset: str, time_text: TimeText = push_time, lines: bool = False) -> None:
        self.root, self.dataset, self.time_text, self.lines = root, dataset, time_text, lines
        self.waiting: list[str] = []
        self.deliveries: list[Delivery] = []

    def add(self, sent: Sent) -> None:
        text = _json(texts(sent.record, self.time_text))
        if sent.torn:
            text = text[: len(text) // 2] if self.lines else json.dumps(text[: len(text) // 2])
        self.waiting.append(text)
        if len(self.waiting) == BATCH:
            self.close()

    def close(self) -> None:
        if not self.waiting:
            return
        path = f"api/{self.dataset}/{len(self.deliveries) + 1:05d}.{'ndjson' if self.lines else 'json'}"
        body = "\n".join(self.waiting) + "\n" if self.lines else "[" + ",\n".join(self.waiting) + "]\n"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(body.encode())
        kind = "application/x-ndjson" if self.lines else "application/json"
        self.deliveries.append(Delivery("api", self.dataset, path, kind, len(self.waiting)))
        self.waiting = []


class Drop:
    """One file to be dropped. Opened with its first record; gzip by name."""

    def __init__(self, root: Path, dataset: str, name: str, time_text: TimeText, content_type: str) -> None:
        self.root, self.dataset, self.time_text, self.content_type = root, dataset, time_text, content_type
        self.path = f"files/{dataset}/{name}"
        self.records = 0
        self.file: BinaryIO | None = None
        self.packed: Any = None

    def write(self, text: str) -> None:
        if self.file is None:
            target = self.root / self.path
            target.parent.mkdir(parents=True, exist_ok=True)
            self.file = target.open("wb")
            if self.path.endswith(".gz"):
                # No name and no time in the head: the same data has the same bytes.
                self.packed = gzip.GzipFile("", "wb", 6, self.file, mtime=0)
            self.begin()
        (self.packed or self.file).write(text.encode())

    def begin(self) -> None:
        """What comes before the first record."""

    def close(self) -> None:
        if self.packed:
            self.packed.close()
        if self.file:
            self.file.close()

    @property
    def deliveries(self) -> list[Delivery]:
        return [Delivery("file", self.dataset, self.path, self.content_type, self.records)] if self.records else []


class Lines(Drop):
    """JSON Lines."""

    def __init__(self, root: Path, dataset: str, name: str, time_text: TimeText) -> None:
        super().__init__(root, dataset, name, time_text, "application/x-ndjson")

    def add(self, sent: Sent) -> None:
        text = _json(texts(sent.record, self.time_text))
        self.write((text[: len(text) // 2] if sent.torn else text) + "\n")
        self.records += 1


class Table(Drop):
    """CSV or TSV. `headings`: field → heading, in the order of the columns; `bom` as spreadsheets write it."""

    def __init__(
        self,
        root: Path,
        dataset: str,
        name: str,
        time_text: TimeText,
        headings: dict[str, str],
        separator: str = ",",
        bom: bool = False,
    ) -> None:
        super().__init__(
            root, dataset, name, time_text, "text/tab-separated-values" if separator == "\t" else "text/csv"
        )
        self.headings, self.separator, self.bom = headings, separator, bom

    def _row(self, cells: Sequence[Any]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator, lineterminator="\r\n" if self.bom else "\n").writerow(cells)
        return out.getvalue()

    def begin(self) -> None:
        self.write(("\ufeff" if self.bom else "") + self._row(list(self.headings.values())))

    def add(self, sent: Sent) -> None:
        record = texts(sent.record, self.time_text)
        cells = [
            str(value).lower() if isinstance(value, bool) else value
            for value in (record.get(f, "") for f in self.headings)
        ]
        self.write(self._row(cells[: len(cells) // 2] if sent.torn else cells))
        self.records += 1
