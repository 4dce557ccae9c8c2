"""A crawler's settings: its Configuration JSON and its policies, read once per crawl.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html (read 2026-11)
"""

import json
from dataclasses import dataclass
from typing import Any

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure


@dataclass(frozen=True)
class Policies:
    """What a crawler does with what it finds.

    Attributes:
        update: UPDATE_IN_DATABASE or LOG.
        delete: DELETE_FROM_DATABASE, DEPRECATE_IN_DATABASE or LOG.
        recrawl: CRAWL_EVERYTHING, CRAWL_NEW_FOLDERS_ONLY or CRAWL_EVENT_MODE.
        level: TableLevelConfiguration.
        threshold: the most tables that a crawl may make.
    """

    update: str
    delete: str
    recrawl: str
    merge_columns: bool
    inherit: bool
    combine: bool
    level: int | None
    threshold: int | None
    index: bool

    @classmethod
    def of(cls, crawler: Structure) -> "Policies":
        """Reads the settings of a crawler.

        Raises:
            InvalidInputException: settings that AWS would refuse.
        """
        given = _configuration(crawler.get("Configuration"))
        output, grouping = given.get("CrawlerOutput") or {}, given.get("Grouping") or {}
        tables, partitions = output.get("Tables") or {}, output.get("Partitions") or {}
        changes = crawler.get("SchemaChangePolicy") or {}
        policies = cls(
            update=changes.get("UpdateBehavior") or "UPDATE_IN_DATABASE",
            delete=changes.get("DeleteBehavior") or "DEPRECATE_IN_DATABASE",
            recrawl=(crawler.get("RecrawlPolicy") or {}).get("RecrawlBehavior") or "CRAWL_EVERYTHING",
            merge_columns=tables.get("AddOrUpdateBehavior") == "MergeNewColumns",
            inherit=partitions.get("AddOrUpdateBehavior") == "InheritFromTable",
            combine=grouping.get("TableGroupingPolicy") == "CombineCompatibleSchemas",
            level=_number(grouping.get("TableLevelConfiguration"), "TableLevelConfiguration"),
            threshold=_number(tables.get("TableThreshold"), "TableThreshold"),
            index=bool(given.get("CreatePartitionIndex")),
        )
        if policies.recrawl == "CRAWL_NEW_FOLDERS_ONLY" and (policies.update, policies.delete) != ("LOG", "LOG"):
            raise InvalidInputException(
                'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior '
                "value and LOG UpdateBehavior value."
            )
        return policies


def _configuration(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        given = json.loads(text)
    except ValueError as error:
        raise InvalidInputException(f"Configuration is not valid JSON: {error}.") from error
    if not isinstance(given, dict) or float(given.get("Version") or 0) != 1.0:
        raise InvalidInputException('Configuration should be a JSON object with "Version": 1.0.')
    return given


def _number(value: Any, what: str) -> int | None:
    if value is None:
        return None
    if not str(value).isdigit() or int(value) < 1:
        raise InvalidInputException(f"{what} should be a whole number of at least 1.")
    return int(value)
