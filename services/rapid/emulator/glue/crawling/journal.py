"""What a crawl says and counts: log lines in CloudWatch Logs, the summary that ListCrawls answers."""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator.glue.models import now

LOG = logging.getLogger(__name__)

LOG_GROUP = "/aws-glue/crawlers"
_BATCH = 1000


@dataclass
class Journal:
    """The lines and counts of one crawl. Lines are sent by `flush`."""

    logs: Any
    crawler: str
    crawl_id: str
    database: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[tuple[str, str], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def log(self, level: str, message: str) -> None:
        stamp = round(now().timestamp() * 1000)
        self.lines.append({"timestamp": stamp, "message": f"[{self.crawl_id}] {level} : {message}"})

    def note(self, kind: str, action: str, table: str, message: str, count: int = 1) -> None:
        """Counts a change: TABLE or PARTITION; ADD, UPDATE or DELETE."""
        self.changes[kind, action][table] = count
        self.log("INFO", message)

    def count(self, kind: str, action: str) -> int:
        return sum(self.changes.get((kind, action), {}).values())

    def summary(self) -> str:
        """CrawlerHistory's Summary."""
        found: dict[str, dict[str, Any]] = {}
        for (kind, action), tables in self.changes.items():
            details = {"names": [f"{self.database}.{name}" for name in tables]}
            counted = {"Count": sum(tables.values()), "Details": json.dumps(details)}
            found.setdefault(kind, {})[action] = json.dumps(counted)
        return json.dumps({kind: json.dumps(actions) for kind, actions in found.items()})

    def flush(self) -> None:
        """Sends the lines. CloudWatch Logs that refuses them is logged, nothing else: the crawl is done."""
        lines, self.lines = self.lines, []
        try:
            self._ensure_stream()
            for start in range(0, len(lines), _BATCH):
                self.logs.put_log_events(
                    logGroupName=LOG_GROUP, logStreamName=self.crawler, logEvents=lines[start : start + _BATCH]
                )
        except (ClientError, BotoCoreError) as error:
            LOG.error("The log lines of crawler %s were not written: %s", self.crawler, error)

    def _ensure_stream(self) -> None:
        for create, arguments in (
            (self.logs.create_log_group, {"logGroupName": LOG_GROUP}),
            (self.logs.create_log_stream, {"logGroupName": LOG_GROUP, "logStreamName": self.crawler}),
        ):
            try:
                create(**arguments)
            except self.logs.exceptions.ResourceAlreadyExistsException:
                continue
