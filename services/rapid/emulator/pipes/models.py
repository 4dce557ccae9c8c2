"""Pipes as they are kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

RUNNING, STOPPED = "RUNNING", "STOPPED"


@dataclass
class Pipe:
    """One pipe. `settings` are CreatePipe's members, but for its name, tags and desired state."""

    name: str
    arn: str
    settings: dict[str, Any]
    desired: str = RUNNING
    tags: dict[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))

    def summary(self) -> dict[str, Any]:
        """What operations that change it answer."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "DesiredState": self.desired,
            "CurrentState": self.desired,
            "CreationTime": self.created,
            "LastModifiedTime": self.changed,
        }


class PipeStore(BaseStore):
    """The pipes of one account and region."""

    pipes: dict[str, Pipe] = LocalAttribute(default=dict)
    """By name."""


pipe_stores: AccountRegionBundle = AccountRegionBundle("pipes", PipeStore)
