"""Workgroups: https://docs.aws.amazon.com/athena/latest/ug/workgroups.html (read 2026-11)."""

from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena import history
from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import ENGINE, SPARK, Structure, WorkGroup, default_configuration, engine_version
from rapid.emulator.athena.requests import find_workgroup, page, store_of, with_token
from rapid.emulator.athena.tags import arn, set_tags

ENGINES = ("AUTO", ENGINE, SPARK)


class WorkGroups:
    """Operations on workgroups."""

    @handler("CreateWorkGroup", expand=False)
    def create_work_group(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        if name in store.workgroups:
            raise InvalidRequestException("WorkGroup is already created")
        configuration = request.get("Configuration") or {}
        _check(configuration)
        store.workgroups[name] = WorkGroup(name, default_configuration(configuration), request.get("Description", ""))
        set_tags(store, arn(context, "workgroup", name), request.get("Tags"))
        return {}

    @handler("GetWorkGroup", expand=False)
    def get_work_group(self, context: RequestContext, request: Structure) -> Structure:
        found = find_workgroup(store_of(context), request["WorkGroup"])
        described = {
            "Name": found.name,
            "State": found.state,
            "Configuration": found.configuration,
            "Description": found.description,
            "CreationTime": found.created,
        }
        return {"WorkGroup": described}

    @handler("ListWorkGroups", expand=False)
    def list_work_groups(self, context: RequestContext, request: Structure) -> Structure:
        groups = [
            {
                "Name": g.name,
                "State": g.state,
                "Description": g.description,
                "CreationTime": g.created,
                "EngineVersion": g.configuration["EngineVersion"],
            }
            for g in store_of(context).workgroups.values()
        ]
        shown, token = page(groups, request, 50)
        return with_token({"WorkGroups": shown}, token)

    @handler("UpdateWorkGroup", expand=False)
    def update_work_group(self, context: RequestContext, request: Structure) -> Structure:
        found = find_workgroup(store_of(context), request["WorkGroup"])
        updates = request.get("ConfigurationUpdates") or {}
        _check(updates)
        found.configuration = _updated(found.configuration, updates)
        found.description = request.get("Description", found.description)
        found.state = request.get("State", found.state)
        return {}

    @handler("DeleteWorkGroup", expand=False)
    def delete_work_group(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["WorkGroup"]
        if name == "primary":
            raise InvalidRequestException("The primary WorkGroup cannot be deleted.")
        find_workgroup(store, name)
        holds = any(q["WorkGroup"] == name for q in store.named_queries.values())
        holds = holds or any(key[0] == name for key in store.prepared)
        holds = holds or any(n["WorkGroup"] == name for n in store.notebooks.values())
        holds = holds or any(e.workgroup == name for e in store.executions.values())
        if holds and not request.get("RecursiveDeleteOption"):
            raise InvalidRequestException(f"WorkGroup {name} is not empty")
        store.named_queries = {k: q for k, q in store.named_queries.items() if q["WorkGroup"] != name}
        store.prepared = {k: p for k, p in store.prepared.items() if k[0] != name}
        store.notebooks = {k: n for k, n in store.notebooks.items() if n["WorkGroup"] != name}
        gone = [k for k, e in store.executions.items() if e.workgroup == name]
        for query_id in gone:
            del store.executions[query_id]
        history.forget(context.account_id, context.region, gone)
        store.tags.pop(arn(context, "workgroup", name), None)
        del store.workgroups[name]
        return {}

    @handler("ListEngineVersions", expand=False)
    def list_engine_versions(self, _context: RequestContext, _request: Structure) -> Structure:
        return {"EngineVersions": [engine_version({"SelectedEngineVersion": v}) for v in ENGINES]}


def _check(configuration: Structure) -> None:
    results = configuration.get("ResultConfiguration") or configuration.get("ResultConfigurationUpdates") or {}
    location = results.get("OutputLocation")
    if location and not location.startswith("s3://"):
        raise InvalidRequestException("outputLocation is not a valid S3 path.")
    encryption = results.get("EncryptionConfiguration") or {}
    if encryption.get("EncryptionOption") in ("SSE_KMS", "CSE_KMS") and not encryption.get("KmsKey"):
        raise InvalidRequestException(f"KmsKey is required for {encryption['EncryptionOption']}")
    managed = configuration.get("ManagedQueryResultsConfiguration") or {}
    if managed.get("Enabled") and location:
        raise InvalidRequestException("Managed query results cannot be enabled together with an output location")
    engine = (configuration.get("EngineVersion") or {}).get("SelectedEngineVersion", "AUTO")
    if engine not in ENGINES:
        raise InvalidRequestException(f"Engine version {engine} is not one of {', '.join(ENGINES)}")


_RESULT_MEMBERS = ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


def _updated(configuration: Structure, updates: Structure) -> Structure:
    """https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfigurationUpdates.html."""
    rest: dict[str, Any] = dict(updates)
    results = dict(configuration.get("ResultConfiguration") or {})
    changes = rest.pop("ResultConfigurationUpdates", {})
    for member in _RESULT_MEMBERS:
        if changes.get(f"Remove{member}"):
            results.pop(member, None)
        elif member in changes:
            results[member] = changes[member]
    merged = {**configuration, "ResultConfiguration": results}
    for name in ("BytesScannedCutoffPerQuery", "CustomerContentEncryptionConfiguration"):
        if rest.pop(f"Remove{name}", False):
            merged.pop(name, None)
    if managed := rest.pop("ManagedQueryResultsConfigurationUpdates", None):
        kept = {**(merged.get("ManagedQueryResultsConfiguration") or {}), **managed}
        if kept.pop("RemoveEncryptionConfiguration", False):
            kept.pop("EncryptionConfiguration", None)
        merged["ManagedQueryResultsConfiguration"] = kept
    if engine := rest.pop("EngineVersion", None):
        merged["EngineVersion"] = engine_version(engine)
    return {**merged, **rest}
