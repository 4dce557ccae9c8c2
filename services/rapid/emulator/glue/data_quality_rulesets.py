"""Data-quality rulesets.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html (read 2026-11).
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue import dqdl
from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.data_quality_results import in_time
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure, now

LONGEST_RULESET = 65536
LISTED = ("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable", "RecommendationRunId")


def find_ruleset(store: GlueStore, name: str) -> Structure:
    """The ruleset of that name.

    Raises:
        EntityNotFoundException: there is none.
    """
    if name not in store.data_quality_rulesets:
        raise EntityNotFoundException(f"Cannot find Data Quality Ruleset {name}.")
    return store.data_quality_rulesets[name]


def save_ruleset(store: GlueStore, name: str, ruleset: str, **more: object) -> None:
    """Keeps a new ruleset.

    Raises:
        AlreadyExistsException: there is one of that name.
        InvalidInputException: it is not DQDL.
    """
    check_name(name)
    if name in store.data_quality_rulesets:
        raise AlreadyExistsException(f"Another ruleset with the same name already exists: {name}")
    moment = now()
    store.data_quality_rulesets[name] = defined(
        {"Name": name, "Ruleset": _checked(ruleset), **more, "CreatedOn": moment, "LastModifiedOn": moment}
    )


def _checked(ruleset: str) -> str:
    if not 1 <= len(ruleset) <= LONGEST_RULESET:
        raise InvalidInputException(f"Ruleset must have 1 to {LONGEST_RULESET} characters.")
    dqdl.rules(ruleset)
    return ruleset


class DataQualityRulesets:
    """Operations on rulesets."""

    @handler("CreateDataQualityRuleset", expand=False)
    def create_data_quality_ruleset(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        members = ("Description", "TargetTable", "DataQualitySecurityConfiguration")
        save_ruleset(store, name, request["Ruleset"], **{key: request.get(key) for key in members})
        if tags := request.get("Tags"):
            store.tags[arn(context, f"dataQualityRuleset/{name}")] = dict(tags)
        return {"Name": name}

    @handler("GetDataQualityRuleset", expand=False)
    def get_data_quality_ruleset(self, context: RequestContext, request: Structure) -> Structure:
        return find_ruleset(store_of(context), request["Name"])

    @handler("UpdateDataQualityRuleset", expand=False)
    def update_data_quality_ruleset(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        before = find_ruleset(store, name)
        given = {key: request[key] for key in ("Description", "Ruleset") if request.get(key) is not None}
        if "Ruleset" in given:
            _checked(given["Ruleset"])
        after = store.data_quality_rulesets[name] = before | given | {"LastModifiedOn": now()}
        return {key: after[key] for key in ("Name", "Description", "Ruleset") if key in after}

    @handler("DeleteDataQualityRuleset", expand=False)
    def delete_data_quality_ruleset(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        find_ruleset(store, name)
        del store.data_quality_rulesets[name]
        store.tags.pop(arn(context, f"dataQualityRuleset/{name}"), None)
        return {}

    @handler("ListDataQualityRulesets", expand=False)
    def list_data_quality_rulesets(self, context: RequestContext, request: Structure) -> Structure:
        store, criteria = store_of(context), request.get("Filter") or {}
        tags = (request.get("Tags") or {}).items()

        def chosen(name: str, ruleset: Structure) -> bool:
            target = ruleset.get("TargetTable") or {}
            return (
                (criteria.get("Name") or "") in name
                and (criteria.get("Description") or "") in ruleset.get("Description", "")
                and in_time(criteria, ruleset["CreatedOn"], "CreatedAfter", "CreatedBefore")
                and in_time(criteria, ruleset["LastModifiedOn"], "LastModifiedAfter", "LastModifiedBefore")
                and all(target.get(key) == value for key, value in (criteria.get("TargetTable") or {}).items())
                and tags <= store.tags.get(arn(context, f"dataQualityRuleset/{name}"), {}).items()
            )

        found, more = page(store.data_quality_rulesets, request, 1000, chosen)
        return {"Rulesets": [_listed(ruleset) for ruleset in found], **more}


def _listed(ruleset: Structure) -> Structure:
    kept = {key: ruleset[key] for key in LISTED if key in ruleset}
    return {**kept, "RuleCount": len(dqdl.rules(ruleset["Ruleset"]))}
