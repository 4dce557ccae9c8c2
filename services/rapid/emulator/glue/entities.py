"""Custom entity types, usage profiles and machine-learning transforms, as definitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-machine-learning-api.html and
https://docs.aws.amazon.com/glue/latest/webapi/API_CreateUsageProfile.html (read 2026-11). A transform stays NOT_READY:
nothing is learned here, so its tasks are refused.
"""

import re
import secrets
from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import Structure, now
from rapid.emulator.glue.tables import find_table


def _get(held: dict[str, Structure], name: str, what: str) -> Structure:
    if name not in held:
        raise EntityNotFoundException(f"{what} {name} not found.")
    return held[name]


def _tag(context: RequestContext, resource: str, request: Structure) -> None:
    if tags := request.get("Tags"):
        store_of(context).tags[arn(context, resource)] = dict(tags)


class CustomEntityTypes:
    """Operations on custom entity types."""

    @handler("CreateCustomEntityType", expand=False)
    def create_custom_entity_type(self, context: RequestContext, request: Structure) -> Structure:
        held, name = store_of(context).custom_entity_types, check_name(request["Name"])
        try:
            re.compile(request["RegexString"])
        except re.error as error:
            raise InvalidInputException(f"RegexString is not a regular expression: {error}.") from error
        if name in held:
            raise AlreadyExistsException(f"Custom entity type {name} already exists.")
        held[name] = {k: v for k, v in defined(request).items() if k != "Tags"}
        _tag(context, f"customEntityType/{name}", request)
        return {"Name": name}

    @handler("GetCustomEntityType", expand=False)
    def get_custom_entity_type(self, context: RequestContext, request: Structure) -> Structure:
        return _get(store_of(context).custom_entity_types, request["Name"], "Custom entity type")

    @handler("BatchGetCustomEntityTypes", expand=False)
    def batch_get_custom_entity_types(self, context: RequestContext, request: Structure) -> Structure:
        held, names = store_of(context).custom_entity_types, request["Names"]
        return {
            "CustomEntityTypes": [held[name] for name in names if name in held],
            "CustomEntityTypesNotFound": [name for name in names if name not in held],
        }

    @handler("ListCustomEntityTypes", expand=False)
    def list_custom_entity_types(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).custom_entity_types, request, 1000)
        return {"CustomEntityTypes": found, **more}

    @handler("DeleteCustomEntityType", expand=False)
    def delete_custom_entity_type(self, context: RequestContext, request: Structure) -> Structure:
        name, held = request["Name"], store_of(context).custom_entity_types
        _get(held, name, "Custom entity type")
        del held[name]
        store_of(context).tags.pop(arn(context, f"customEntityType/{name}"), None)
        return {"Name": name}


class UsageProfiles:
    """Operations on usage profiles."""

    @handler("CreateUsageProfile", expand=False)
    def create_usage_profile(self, context: RequestContext, request: Structure) -> Structure:
        held, name = store_of(context).usage_profiles, check_name(request["Name"])
        if name in held:
            raise AlreadyExistsException(f"Usage profile {name} already exists.")
        created = now()
        given = {k: v for k, v in defined(request).items() if k != "Tags"}
        held[name] = {**given, "CreatedOn": created, "LastModifiedOn": created}
        _tag(context, f"usageProfile/{name}", request)
        return {"Name": name}

    @handler("GetUsageProfile", expand=False)
    def get_usage_profile(self, context: RequestContext, request: Structure) -> Structure:
        return _get(store_of(context).usage_profiles, request["Name"], "Usage profile")

    @handler("ListUsageProfiles", expand=False)
    def list_usage_profiles(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).usage_profiles, request, 200)
        return {"Profiles": [{k: v for k, v in p.items() if k != "Configuration"} for p in found], **more}

    @handler("UpdateUsageProfile", expand=False)
    def update_usage_profile(self, context: RequestContext, request: Structure) -> Structure:
        held, name = store_of(context).usage_profiles, request["Name"]
        before = _get(held, name, "Usage profile")
        held[name] = {**before, **defined(request), "LastModifiedOn": now()}
        return {"Name": name}

    @handler("DeleteUsageProfile", expand=False)
    def delete_usage_profile(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a profile; one that does not exist is no error."""
        store_of(context).usage_profiles.pop(request["Name"], None)
        store_of(context).tags.pop(arn(context, f"usageProfile/{request['Name']}"), None)
        return {}


class MLTransforms:
    """Operations on machine-learning transforms."""

    @handler("CreateMLTransform", expand=False)
    def create_ml_transform(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        schema: list[Structure] = []
        for given in request["InputRecordTables"]:
            table = find_table(store, given["DatabaseName"], given["TableName"]).current
            columns = (table.get("StorageDescriptor") or {}).get("Columns", ())
            schema += [{"Name": column["Name"], "DataType": column.get("Type", "string")} for column in columns]
        if any(transform["Name"] == request["Name"] for transform in store.ml_transforms.values()):
            raise AlreadyExistsException(f"A transform with the name {request['Name']} already exists.")
        transform_id, created = "tfm-" + secrets.token_hex(20), now()
        store.ml_transforms[transform_id] = {
            "GlueVersion": "0.9",
            "MaxCapacity": 10.0,
            "MaxRetries": 0,
            "Timeout": 2880,
            **{k: v for k, v in defined(request).items() if k != "Tags"},
            "TransformId": transform_id,
            "Status": "NOT_READY",
            "CreatedOn": created,
            "LastModifiedOn": created,
            "LabelCount": 0,
            "Schema": schema,
        }
        _tag(context, f"mlTransform/{transform_id}", request)
        return {"TransformId": transform_id}

    @handler("GetMLTransform", expand=False)
    def get_ml_transform(self, context: RequestContext, request: Structure) -> Structure:
        return _get(store_of(context).ml_transforms, request["TransformId"], "MLTransform")

    def _chosen(self, context: RequestContext, request: Structure) -> tuple[list[Structure], Structure]:
        wanted, tags = request.get("Filter") or {}, (request.get("Tags") or {}).items()
        held = store_of(context).tags

        def chosen(transform_id: str, transform: Structure) -> bool:
            named = all(transform.get(k) == wanted[k] for k in ("Name", "Status", "GlueVersion") if wanted.get(k))
            return named and tags <= held.get(arn(context, f"mlTransform/{transform_id}"), {}).items()

        return page(store_of(context).ml_transforms, request, 1000, chosen)

    @handler("GetMLTransforms", expand=False)
    def get_ml_transforms(self, context: RequestContext, request: Structure) -> Structure:
        found, more = self._chosen(context, request)
        return {"Transforms": found, **more}

    @handler("ListMLTransforms", expand=False)
    def list_ml_transforms(self, context: RequestContext, request: Structure) -> Structure:
        found, more = self._chosen(context, request)
        return {"TransformIds": [transform["TransformId"] for transform in found], **more}

    @handler("UpdateMLTransform", expand=False)
    def update_ml_transform(self, context: RequestContext, request: Structure) -> Structure:
        held, transform_id = store_of(context).ml_transforms, request["TransformId"]
        before = _get(held, transform_id, "MLTransform")
        held[transform_id] = {**before, **defined(request), "LastModifiedOn": now()}
        return {"TransformId": transform_id}

    @handler("DeleteMLTransform", expand=False)
    def delete_ml_transform(self, context: RequestContext, request: Structure) -> Structure:
        held: dict[str, Any] = store_of(context).ml_transforms
        _get(held, request["TransformId"], "MLTransform")
        del held[request["TransformId"]]
        store_of(context).tags.pop(arn(context, f"mlTransform/{request['TransformId']}"), None)
        return {"TransformId": request["TransformId"]}

    @handler("GetMLTaskRuns", expand=False)
    def get_ml_task_runs(self, context: RequestContext, request: Structure) -> Structure:
        _get(store_of(context).ml_transforms, request["TransformId"], "MLTransform")
        return {"TaskRuns": []}
