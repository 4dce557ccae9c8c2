"""The beginning of a text file, as classifiers see it."""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import IO

from rapid.emulator.glue.crawling import objects
from rapid.emulator.glue.crawling.objects import Stored

FIRST = 2**20
"""What a crawler reads at first, https://repost.aws/knowledge-center/glue-crawler-detect-schema (read 2026-11)."""
MOST = 64 * 2**20
"""What is read of a file that has no whole record in its first part, as one large JSON document."""
MOST_RECORDS = 1000


@dataclass
class Sample:
    """The first part of a file's content.

    Attributes:
        consumed: stored bytes that `head` came from; less than the content's if it is compressed.
    """

    stored: Stored
    file: IO[bytes]
    compression: str
    head: bytes
    consumed: int
    complete: bool

    @classmethod
    def read(cls, stored: Stored, file: IO[bytes], size: int = FIRST) -> "Sample":
        """Reads the beginning.

        Raises:
            OSError: the file is damaged.
        """
        file.seek(0)
        kind = objects.compression(file.read(4), stored.name)
        head = objects.beginning(file, kind, size)
        complete = len(head) < size
        consumed = stored.size if complete else min(file.tell(), stored.size) or stored.size
        return cls(stored, file, kind, head, consumed, complete)

    def longer(self) -> "Sample":
        """The same file with as much read as ever is."""
        return self if self.complete else Sample.read(self.stored, self.file, MOST)

    @cached_property
    def text(self) -> str:
        encoding = "utf-16" if self.head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return self.head.decode(encoding, errors="replace")

    @property
    def is_text(self) -> bool:
        return "\0" not in self.text[:4096]

    @cached_property
    def lines(self) -> list[str]:
        """Whole lines, without their ends; empty ones left out."""
        body = self.text if self.complete else self.text[: self.text.rfind("\n") + 1] or self.text
        return [line.rstrip("\r\n") for line in io.StringIO(body, newline="\n") if line.strip()]

    def size(self, records: int) -> tuple[int, int]:
        """How many records the whole file has, and their average length in bytes, from those in the sample."""
        if not records:
            return 0, 0
        return round(records * self.stored.size / max(1, self.consumed)), max(1, len(self.head) // records)
