"""What the groups of metastore calls share."""

import fnmatch
import re
from pathlib import Path
from typing import Any


class Calls:
    """A group of calls. Whatever they raise becomes one of Hive's exceptions in `handler`."""

    def __init__(self, glue: Any, folder: Path, home: Path) -> None:
        """Begins.

        Args:
            glue: a boto3 client of Glue.
            folder: the job's own folder, removed after it.
            home: a folder that stays.
        """
        self.glue = glue
        self._folder, self._home = folder, home

    def lasting(self, location: str | None) -> str | None:
        """A location that outlives the job: Spark's default warehouse is in the job's own folder."""
        for scheme in ("file://", "file:"):
            if location and location.startswith(f"{scheme}{self._folder}/"):
                return f"file:{self._home}/{location.removeprefix(f'{scheme}{self._folder}/')}"
        return location

    def pages(self, operation: str, member: str, **request: Any) -> list[dict[str, Any]]:
        """All that a paged operation answers."""
        return [found for page in self.glue.get_paginator(operation).paginate(**request) for found in page[member]]


def matcher(pattern: str | None) -> "re.Pattern[str]":
    """Hive's pattern for names: `*` is anything, `|` is or, case does not count."""
    parts = (pattern or "*").replace(".*", "*").split("|")
    return re.compile("|".join(fnmatch.translate(part.strip()) for part in parts), re.IGNORECASE)
