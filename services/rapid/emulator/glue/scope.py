"""One account in one region: where background work of Glue happens, since it has no request context."""

from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from rapid.emulator.glue.models import GlueStore, glue_stores


@dataclass(frozen=True)
class Scope:
    """An account and a region."""

    account: str
    region: str

    @classmethod
    def of(cls, context: RequestContext) -> "Scope":
        return cls(context.account_id, context.region)

    @property
    def store(self) -> GlueStore:
        store: GlueStore = glue_stores[self.account][self.region]
        return store

    def client(self, service: str) -> Any:
        """A boto3 client that acts as this account in this region, routed in memory."""
        return connect_to(aws_access_key_id=self.account, region_name=self.region).get_client(service)

    def arn(self, resource: str) -> str:
        return f"arn:aws:glue:{self.region}:{self.account}:{resource}"
