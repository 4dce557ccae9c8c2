"""Named queries and prepared statements.

https://docs.aws.amazon.com/athena/latest/ug/saved-queries.html
and .../querying-with-prepared-statements.html (read 2026-11).
"""

import uuid

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException, ResourceNotFoundException
from rapid.emulator.athena.models import AthenaStore, PreparedStatement, Structure, now
from rapid.emulator.athena.requests import find_workgroup, page, store_of, with_token


class SavedQueries:
    """Operations on named queries and prepared statements."""

    @handler("CreateNamedQuery", expand=False)
    def create_named_query(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        workgroup = find_workgroup(store, request.get("WorkGroup"))
        query_id = str(uuid.uuid4())
        members = ("Name", "Description", "Database", "QueryString")
        described = {m: request[m] for m in members if request.get(m) is not None}
        store.named_queries[query_id] = {**described, "NamedQueryId": query_id, "WorkGroup": workgroup.name}
        return {"NamedQueryId": query_id}

    @handler("GetNamedQuery", expand=False)
    def get_named_query(self, context: RequestContext, request: Structure) -> Structure:
        return {"NamedQuery": _named(store_of(context), request["NamedQueryId"])}

    @handler("BatchGetNamedQuery", expand=False)
    def batch_get_named_query(self, context: RequestContext, request: Structure) -> Structure:
        store, ids = store_of(context), request["NamedQueryIds"]
        missing = [
            {"NamedQueryId": i, "ErrorCode": "INVALID_INPUT", "ErrorMessage": f"NamedQuery {i} was not found"}
            for i in ids
            if i not in store.named_queries
        ]
        found = [store.named_queries[i] for i in ids if i in store.named_queries]
        return {"NamedQueries": found, "UnprocessedNamedQueryIds": missing}

    @handler("ListNamedQueries", expand=False)
    def list_named_queries(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        workgroup = find_workgroup(store, request.get("WorkGroup")).name
        ids, token = page([i for i, q in store.named_queries.items() if q["WorkGroup"] == workgroup], request, 50)
        return with_token({"NamedQueryIds": ids}, token)

    @handler("UpdateNamedQuery", expand=False)
    def update_named_query(self, context: RequestContext, request: Structure) -> Structure:
        found = _named(store_of(context), request["NamedQueryId"])
        found.update({m: request[m] for m in ("Name", "Description", "QueryString") if request.get(m) is not None})
        return {}

    @handler("DeleteNamedQuery", expand=False)
    def delete_named_query(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        _named(store, request["NamedQueryId"])
        del store.named_queries[request["NamedQueryId"]]
        return {}

    @handler("CreatePreparedStatement", expand=False)
    def create_prepared_statement(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["StatementName"]
        workgroup = find_workgroup(store, request["WorkGroup"]).name
        if (workgroup, name) in store.prepared:
            raise InvalidRequestException(f"PreparedStatement {name} already exists")
        store.prepared[workgroup, name] = PreparedStatement(
            name, workgroup, request["QueryStatement"], request.get("Description", "")
        )
        return {}

    @handler("GetPreparedStatement", expand=False)
    def get_prepared_statement(self, context: RequestContext, request: Structure) -> Structure:
        found = _prepared(store_of(context), request["WorkGroup"], request["StatementName"])
        return {"PreparedStatement": _describe(found)}

    @handler("BatchGetPreparedStatement", expand=False)
    def batch_get_prepared_statement(self, context: RequestContext, request: Structure) -> Structure:
        store, group = store_of(context), request["WorkGroup"]
        names = request["PreparedStatementNames"]
        missing = [
            {"StatementName": n, "ErrorCode": "INVALID_INPUT", "ErrorMessage": f"PreparedStatement {n} was not found"}
            for n in names
            if (group, n) not in store.prepared
        ]
        found = [_describe(store.prepared[group, n]) for n in names if (group, n) in store.prepared]
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    @handler("ListPreparedStatements", expand=False)
    def list_prepared_statements(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        workgroup = find_workgroup(store, request["WorkGroup"]).name
        statements = [
            {"StatementName": p.name, "LastModifiedTime": p.modified}
            for p in store.prepared.values()
            if p.workgroup == workgroup
        ]
        shown, token = page(statements, request, 50)
        return with_token({"PreparedStatements": shown}, token)

    @handler("UpdatePreparedStatement", expand=False)
    def update_prepared_statement(self, context: RequestContext, request: Structure) -> Structure:
        found = _prepared(store_of(context), request["WorkGroup"], request["StatementName"])
        found.statement, found.modified = request["QueryStatement"], now()
        found.description = request.get("Description", found.description)
        return {}

    @handler("DeletePreparedStatement", expand=False)
    def delete_prepared_statement(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        found = _prepared(store, request["WorkGroup"], request["StatementName"])
        del store.prepared[found.workgroup, found.name]
        return {}


def _named(store: AthenaStore, query_id: str) -> Structure:
    found = store.named_queries.get(query_id)
    if found is None:
        raise InvalidRequestException(f"NamedQuery {query_id} was not found")
    return found


def _prepared(store: AthenaStore, workgroup: str, name: str) -> PreparedStatement:
    found = store.prepared.get((find_workgroup(store, workgroup).name, name))
    if found is None:
        raise ResourceNotFoundException(f"PreparedStatement {name} was not found", name)
    return found


def _describe(found: PreparedStatement) -> Structure:
    return {
        "StatementName": found.name,
        "QueryStatement": found.statement,
        "WorkGroupName": found.workgroup,
        "Description": found.description,
        "LastModifiedTime": found.modified,
    }
