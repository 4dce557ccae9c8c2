"""What the groups of metastore calls share."""

import fnmatch
import re
from typing import Any


class Calls:
    """A group of calls. Whatever they raise becomes one of Hive's exceptions in `handler`."""

    def __init__(self, glue: Any) -> None:
        """Begins.

        Args:
            glue: a boto3 client of Glue.
        """
        self.glue = glue

    def pages(self, operation: str, member: str, **request: Any) -> list[dict[str, Any]]:
        """All that a paged operation answers."""
        return [found for page in self.glue.get_paginator(operation).paginate(**request) for found in page[member]]


def matcher(pattern: str | None) -> "re.Pattern[str]":
    """Hive's pattern for names: `*` is anything, `|` is or, case does not count."""
    parts = (pattern or "*").replace(".*", "*").split("|")
    return re.compile("|".join(fnmatch.translate(part.strip()) for part in parts), re.IGNORECASE)
