"""Tags: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-tags.html."""

from collections.abc import Container

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import store_of
from rapid.emulator.glue.errors import EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure

MAXIMUM = 50


def _exists(store: GlueStore, kind: str, name: str) -> bool:
    """Whether there is a resource of that kind and name.

    Raises:
        InvalidInputException: resources of that kind take no tags.
    """
    if kind == "table":
        database, _, table = name.partition("/")
        return database in store.databases and table in store.databases[database].tables
    if kind == "schema":
        registry, _, schema = name.partition("/")
        return registry in store.registries and schema in store.registries[registry].schemas
    kinds: dict[str, Container[str]] = {
        "job": store.jobs,
        "trigger": store.triggers,
        "workflow": store.workflows,
        "connection": store.connections,
        "database": store.databases,
        "crawler": store.crawlers,
        "registry": store.registries,
        "session": store.sessions,
        "dataQualityRuleset": store.data_quality_rulesets,
        "mlTransform": store.ml_transforms,
        "usageProfile": store.usage_profiles,
        "customEntityType": store.custom_entity_types,
        "devEndpoint": (),
        "blueprint": (),
    }
    if kind not in kinds:
        raise InvalidInputException(f"Resources of kind {kind} take no tags.")
    return name in kinds[kind]


class Tags:
    """Operations on tags."""

    def _tags(self, context: RequestContext, arn: str) -> dict[str, str]:
        """The tags of a resource, to be changed in place."""
        parts = arn.split(":", 5)
        if len(parts) != 6 or parts[2] != "glue":
            raise InvalidInputException(f"Invalid resource ARN: {arn}")
        kind, _, name = parts[5].partition("/")
        if not _exists(store_of(context), kind, name):
            raise EntityNotFoundException(f"Entity not found: {arn}")
        return store_of(context).tags.setdefault(arn, {})

    @handler("GetTags", expand=False)
    def get_tags(self, context: RequestContext, request: Structure) -> Structure:
        return {"Tags": self._tags(context, request["ResourceArn"])}

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Structure) -> Structure:
        tags = self._tags(context, request["ResourceArn"])
        merged = tags | request["TagsToAdd"]
        if len(merged) > MAXIMUM:
            raise InvalidInputException(f"A resource can have at most {MAXIMUM} tags.")
        tags.update(merged)
        return {}

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: Structure) -> Structure:
        tags = self._tags(context, request["ResourceArn"])
        for key in request["TagsToRemove"]:
            tags.pop(key, None)
        return {}
