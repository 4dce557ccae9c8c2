"""Connections and classifiers: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html.

A connection is stored and handed to jobs and crawlers. TestConnection logs in to PostgreSQL and MySQL; of other kinds
it says that it cannot tell.
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue import jdbc
from rapid.emulator.glue.common import arn, catalog_of, check_name, defined, failure, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure, now
from rapid.emulator.glue.scope import Scope
from rapid.emulator.grok import GrokError, compiled

KINDS = ("GrokClassifier", "XMLClassifier", "JsonClassifier", "CsvClassifier")


def _connection(store: GlueStore, name: str) -> Structure:
    if name not in store.connections:
        raise EntityNotFoundException(f"Connection {name} not found.")
    return store.connections[name]


def _shown(connection: Structure, request: Structure) -> Structure:
    if not request.get("HidePassword"):
        return connection
    properties = {k: v for k, v in connection.get("ConnectionProperties", {}).items() if k != "PASSWORD"}
    return {**connection, "ConnectionProperties": properties}


class Connections:
    """Operations on connections."""

    @handler("CreateConnection", expand=False)
    def create_connection(self, context: RequestContext, request: Structure) -> Structure:
        store, given = catalog_of(context, request), request["ConnectionInput"]
        name = check_name(given["Name"])
        if name in store.connections:
            raise AlreadyExistsException(f"Connection {name} already exists.")
        created = now()
        store.connections[name] = {
            **{k: v for k, v in defined(given).items() if k != "ValidateCredentials"},
            "CreationTime": created,
            "LastUpdatedTime": created,
            "Status": "READY",
        }
        if tags := request.get("Tags"):
            store.tags[arn(context, f"connection/{name}")] = dict(tags)
        return {"CreateConnectionStatus": "READY"}

    @handler("GetConnection", expand=False)
    def get_connection(self, context: RequestContext, request: Structure) -> Structure:
        return {"Connection": _shown(_connection(catalog_of(context, request), request["Name"]), request)}

    @handler("GetConnections", expand=False)
    def get_connections(self, context: RequestContext, request: Structure) -> Structure:
        wanted = request.get("Filter") or {}
        kind, criteria = wanted.get("ConnectionType"), set(wanted.get("MatchCriteria") or ())

        def chosen(_name: str, connection: Structure) -> bool:
            return kind in (None, connection.get("ConnectionType")) and criteria <= set(
                connection.get("MatchCriteria") or ()
            )

        found, more = page(catalog_of(context, request).connections, request, 1000, chosen)
        return {"ConnectionList": [_shown(connection, request) for connection in found], **more}

    @handler("UpdateConnection", expand=False)
    def update_connection(self, context: RequestContext, request: Structure) -> Structure:
        store = catalog_of(context, request)
        before = _connection(store, request["Name"])
        given = {k: v for k, v in defined(request["ConnectionInput"]).items() if k != "ValidateCredentials"}
        kept = {key: before[key] for key in ("Name", "CreationTime", "Status")}
        store.connections[request["Name"]] = {**given, **kept, "LastUpdatedTime": now()}
        return {}

    @handler("TestConnection", expand=False)
    def test_connection(self, context: RequestContext, request: Structure) -> Structure:
        """Logs in to the database that a connection, stored or given, leads to."""
        store = catalog_of(context, request)
        if name := request.get("ConnectionName"):
            connection = _connection(store, name)
        else:
            connection = {"Name": "(unnamed)", **(request.get("TestConnectionInput") or {})}
        if connection.get("ConnectionType") != "JDBC":
            raise InvalidInputException(
                f"Connections of type {connection.get('ConnectionType')} cannot be tested here; those of type JDBC can."
            )
        with jdbc.cursor(jdbc.place(Scope.of(context), connection)) as cursor:
            cursor.execute("SELECT 1")
        return {}

    @handler("DeleteConnection", expand=False)
    def delete_connection(self, context: RequestContext, request: Structure) -> Structure:
        store, name = catalog_of(context, request), request["ConnectionName"]
        _connection(store, name)
        del store.connections[name]
        store.tags.pop(arn(context, f"connection/{name}"), None)
        return {}

    @handler("BatchDeleteConnection", expand=False)
    def batch_delete_connection(self, context: RequestContext, request: Structure) -> Structure:
        deleted, errors = [], {}
        for name in request["ConnectionNameList"]:
            try:
                self.delete_connection(context, {**request, "ConnectionName": name})
                deleted.append(name)
            except GlueError as error:
                errors[name] = failure(error)
        return {"Succeeded": deleted, "Errors": errors}


def _classifier(request: Structure) -> tuple[str, Structure]:
    given = [kind for kind in KINDS if request.get(kind)]
    if len(given) != 1:
        raise InvalidInputException(f"Give exactly one of {', '.join(KINDS)}.")
    body = defined(request[given[0]])
    _check_patterns(given[0], body)
    return given[0], body


def _check_patterns(kind: str, body: Structure) -> None:
    """Refuses a grok pattern or a JSON path that cannot be.

    Raises:
        InvalidInputException: it says why.
    """
    from jsonpath_ng.exceptions import JSONPathError  # type: ignore[import-untyped]
    from jsonpath_ng.ext import parse  # type: ignore[import-untyped]

    try:
        if kind == "GrokClassifier" and body.get("GrokPattern"):
            compiled(body["GrokPattern"], body.get("CustomPatterns") or "")
        elif kind == "JsonClassifier" and body.get("JsonPath"):
            parse(body["JsonPath"])
    except (GrokError, JSONPathError) as error:
        raise InvalidInputException(f"{kind} {body['Name']}: {error}") from error


class Classifiers:
    """Operations on classifiers."""

    @handler("CreateClassifier", expand=False)
    def create_classifier(self, context: RequestContext, request: Structure) -> Structure:
        kind, body = _classifier(request)
        store, name = store_of(context), check_name(body["Name"])
        if name in store.classifiers:
            raise AlreadyExistsException(f"Classifier {name} already exists.")
        created = now()
        store.classifiers[name] = {kind: {**body, "CreationTime": created, "LastUpdated": created, "Version": 1}}
        return {}

    def _find(self, context: RequestContext, name: str) -> Structure:
        found = store_of(context).classifiers.get(name)
        if found is None:
            raise EntityNotFoundException(f"Classifier {name} not found.")
        return found

    @handler("GetClassifier", expand=False)
    def get_classifier(self, context: RequestContext, request: Structure) -> Structure:
        return {"Classifier": self._find(context, request["Name"])}

    @handler("GetClassifiers", expand=False)
    def get_classifiers(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).classifiers, request, 1000)
        return {"Classifiers": found, **more}

    @handler("UpdateClassifier", expand=False)
    def update_classifier(self, context: RequestContext, request: Structure) -> Structure:
        kind, body = _classifier(request)
        found = self._find(context, body["Name"])
        if kind not in found:
            raise InvalidInputException(f"Classifier {body['Name']} is not a {kind}.")
        before = found[kind]
        found[kind] = {**before, **body, "LastUpdated": now(), "Version": before["Version"] + 1}
        return {}

    @handler("DeleteClassifier", expand=False)
    def delete_classifier(self, context: RequestContext, request: Structure) -> Structure:
        self._find(context, request["Name"])
        del store_of(context).classifiers[request["Name"]]
        return {}
