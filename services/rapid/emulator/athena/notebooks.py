"""Notebooks, kept as they are given.

https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark.html (read 2026-11).
"""

import json
import uuid

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import AthenaStore, Structure, now
from rapid.emulator.athena.requests import clients, find_workgroup, page, store_of, with_token

_EMPTY = {"cells": [], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


class Notebooks:
    """Operations on notebooks. Their sessions are in `sessions`."""

    @handler("CreateNotebook", expand=False)
    def create_notebook(self, context: RequestContext, request: Structure) -> Structure:
        return _add(store_of(context), request, json.dumps(_EMPTY))

    @handler("ImportNotebook", expand=False)
    def import_notebook(self, context: RequestContext, request: Structure) -> Structure:
        payload = request.get("Payload")
        if location := request.get("NotebookS3LocationUri"):
            from rapid.emulator.athena.objects import split_uri

            bucket, key = split_uri(location.replace("S3://", "s3://"))
            s3 = clients(context)[1]
            try:
                payload = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
            except s3.exceptions.ClientError as error:
                raise InvalidRequestException(f"The notebook {location} cannot be read: {error}") from error
        if not payload:
            raise InvalidRequestException("Either Payload or NotebookS3LocationUri is required")
        return _add(store_of(context), request, _checked(payload))

    @handler("ExportNotebook", expand=False)
    def export_notebook(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["NotebookId"])
        return {"NotebookMetadata": _metadata(found), "Payload": found["Payload"]}

    @handler("GetNotebookMetadata", expand=False)
    def get_notebook_metadata(self, context: RequestContext, request: Structure) -> Structure:
        return {"NotebookMetadata": _metadata(_find(store_of(context), request["NotebookId"]))}

    @handler("ListNotebookMetadata", expand=False)
    def list_notebook_metadata(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        workgroup = find_workgroup(store, request["WorkGroup"]).name
        part = (request.get("Filters") or {}).get("Name", "")
        found = [_metadata(n) for n in store.notebooks.values() if n["WorkGroup"] == workgroup and part in n["Name"]]
        shown, token = page(found, request, 50)
        return with_token({"NotebookMetadataList": shown}, token)

    @handler("UpdateNotebook", expand=False)
    def update_notebook(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["NotebookId"])
        found.update({"Payload": _checked(request["Payload"]), "LastModifiedTime": now()})
        return {}

    @handler("UpdateNotebookMetadata", expand=False)
    def update_notebook_metadata(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(store_of(context), request["NotebookId"])
        found.update({"Name": request["Name"], "LastModifiedTime": now()})
        return {}

    @handler("DeleteNotebook", expand=False)
    def delete_notebook(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        del store.notebooks[_find(store, request["NotebookId"])["NotebookId"]]
        return {}

    @handler("ListNotebookSessions", expand=False)
    def list_notebook_sessions(self, context: RequestContext, request: Structure) -> Structure:
        _find(store_of(context), request["NotebookId"])
        return {"NotebookSessionsList": []}


def _add(store: AthenaStore, request: Structure, payload: str) -> Structure:
    workgroup = find_workgroup(store, request["WorkGroup"]).name
    if any(n["Name"] == request["Name"] and n["WorkGroup"] == workgroup for n in store.notebooks.values()):
        raise InvalidRequestException(f"Notebook {request['Name']} already exists in WorkGroup {workgroup}")
    moment, notebook_id = now(), str(uuid.uuid4())
    store.notebooks[notebook_id] = {
        "NotebookId": notebook_id,
        "Name": request["Name"],
        "WorkGroup": workgroup,
        "CreationTime": moment,
        "LastModifiedTime": moment,
        "Type": "IPYNB",
        "Payload": payload,
    }
    return {"NotebookId": notebook_id}


def _find(store: AthenaStore, notebook_id: str) -> Structure:
    found = store.notebooks.get(notebook_id)
    if found is None:
        raise InvalidRequestException(f"Notebook {notebook_id} is not found")
    return found


def _checked(payload: str) -> str:
    try:
        json.loads(payload)
    except ValueError as error:
        raise InvalidRequestException(f"The notebook is not valid JSON: {error}") from error
    return payload


def _metadata(found: Structure) -> Structure:
    return {name: value for name, value in found.items() if name != "Payload"}
