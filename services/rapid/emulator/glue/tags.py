"""Tags: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-tags.html."""

from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import store_of
from rapid.emulator.glue.errors import EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure
from rapid.emulator.moto import moto

MAXIMUM = 50


def _holder(store: GlueStore, kind: str, name: str) -> bool | None:
    """Whether the resource exists; None if its kind is Moto's."""
    kinds: dict[str, Any] = {
        "job": store.jobs,
        "trigger": store.triggers,
        "workflow": store.workflows,
        "connection": store.connections,
        "database": store.databases,
        "crawler": store.crawlers,
    }
    if kind == "table":
        database, _, table = name.partition("/")
        return database in store.databases and table in store.databases[database].tables
    return name in kinds[kind] if kind in kinds else None


class Tags:
    """Operations on tags."""

    def _tags(self, context: RequestContext, arn: str) -> dict[str, str] | None:
        """The tags of a resource of ours, to be changed in place; None if the resource is Moto's."""
        parts = arn.split(":", 5)
        if len(parts) != 6 or parts[2] != "glue":
            raise InvalidInputException(f"Invalid resource ARN: {arn}")
        kind, _, name = parts[5].partition("/")
        exists = _holder(store_of(context), kind, name)
        if exists is None:
            return None
        if not exists:
            raise EntityNotFoundException(f"Entity not found: {arn}")
        return store_of(context).tags.setdefault(arn, {})

    @handler("GetTags", expand=False)
    def get_tags(self, context: RequestContext, request: Structure) -> Any:
        tags = self._tags(context, request["ResourceArn"])
        return moto(context, request) if tags is None else {"Tags": tags}

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Structure) -> Any:
        tags = self._tags(context, request["ResourceArn"])
        if tags is None:
            return moto(context, request)
        merged = tags | request["TagsToAdd"]
        if len(merged) > MAXIMUM:
            raise InvalidInputException(f"A resource can have at most {MAXIMUM} tags.")
        tags.update(merged)
        return {}

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: Structure) -> Any:
        tags = self._tags(context, request["ResourceArn"])
        if tags is None:
            return moto(context, request)
        for key in request["TagsToRemove"]:
            tags.pop(key, None)
        return {}
