"""Tags of workgroups and data catalogs."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException, ResourceNotFoundException
from rapid.emulator.athena.models import AthenaStore, Structure
from rapid.emulator.athena.requests import page, store_of, with_token


def arn(context: RequestContext, kind: str, name: str) -> str:
    return f"arn:{context.partition}:athena:{context.region}:{context.account_id}:{kind}/{name}"


def set_tags(store: AthenaStore, resource: str, tags: list[dict[str, str]] | None) -> None:
    if tags:
        store.tags.setdefault(resource, {}).update({t["Key"]: t.get("Value", "") for t in tags})


def _existing(context: RequestContext, resource: str) -> str:
    store = store_of(context)
    kind, _, name = resource.rsplit(":", 1)[-1].partition("/")
    kinds: dict[str, set[str]] = {
        "workgroup": {*store.workgroups, *(f"{s.workgroup}/session/{s.id}" for s in store.sessions.values())},
        "datacatalog": set(store.catalogs),
        "capacity-reservation": set(store.reservations),
    }
    known = kinds.get(kind)
    if known is None:
        raise InvalidRequestException(f"Invalid resource ARN: {resource}")
    if name not in known and name.lower() != "awsdatacatalog":
        raise ResourceNotFoundException(f"Resource {resource} is not found", resource)
    return resource


class Tags:
    """Operations on tags."""

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Structure) -> Structure:
        set_tags(store_of(context), _existing(context, request["ResourceARN"]), request["Tags"])
        return {}

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: Structure) -> Structure:
        tags = store_of(context).tags.get(_existing(context, request["ResourceARN"]), {})
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(self, context: RequestContext, request: Structure) -> Structure:
        tags = store_of(context).tags.get(_existing(context, request["ResourceARN"]), {})
        shown, token = page([{"Key": k, "Value": v} for k, v in tags.items()], request, 75)
        return with_token({"Tags": shown}, token)
