"""What every operation needs of a request: its store, its clients, the resource it names, its page."""

import base64
from contextlib import suppress
from typing import Any

from localstack.aws.api import RequestContext

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import AthenaStore, Execution, Structure, WorkGroup, athena_stores
from rapid.emulator.athena.stored import Place
from rapid.emulator.telling import Scope


def store_of(context: RequestContext) -> AthenaStore:
    store: AthenaStore = athena_stores[context.account_id][context.region]
    return store


def scope_of(context: RequestContext) -> Scope:
    return Scope(context.account_id, context.region)


def clients(context: RequestContext) -> tuple[Any, Any]:
    """Glue and S3 of the caller's account and region."""
    scope = scope_of(context)
    return scope.client("glue"), scope.client("s3")


_with_default: set[Scope] = set()


def ensure_default(glue: Any, scope: Scope) -> None:
    """Makes the database `default`, which every catalog has that Athena has ever worked on."""
    if scope not in _with_default:
        with suppress(glue.exceptions.AlreadyExistsException):
            glue.create_database(DatabaseInput={"Name": "default", "Description": "Default Hive database"})
        _with_default.add(scope)


def find_workgroup(store: AthenaStore, name: str | None) -> WorkGroup:
    """The workgroup a request names; `primary` if none.

    Raises:
        InvalidRequestException: there is none.
    """
    found = store.workgroups.get(name or "primary")
    if found is None:
        raise InvalidRequestException(f"WorkGroup {name} is not found.", "WORKGROUP_NOT_FOUND")
    return found


def find_execution(store: AthenaStore, query_id: str) -> Execution:
    """The execution a request names.

    Raises:
        InvalidRequestException: there is none.
    """
    found = store.executions.get(query_id)
    if found is None:
        raise InvalidRequestException(f"QueryExecution {query_id} was not found", "INVALID_QUERY_EXECUTION_ID")
    return found


def page(items: list[Any], request: Structure, limit: int) -> tuple[list[Any], str | None]:
    """One page of a list and the token of the next."""
    start = position(request)
    following = start + min(request.get("MaxResults") or limit, limit)
    return items[start:following], token_of(following) if following < len(items) else None


def token_of(start: int) -> str:
    return token_at(Place(start))


def token_at(place: Place) -> str:
    return base64.urlsafe_b64encode(f"from:{place.row}:{place.byte}".encode()).decode()


def position(request: Structure) -> int:
    """How many items come before the page that a request asks for.

    Raises:
        InvalidRequestException: a token that this service did not give.
    """
    return place_of(request).row


def place_of(request: Structure) -> Place:
    """Where the page that a request asks for begins.

    Raises:
        InvalidRequestException: a token that this service did not give.
    """
    token = request.get("NextToken")
    if not token:
        return Place()
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
        row, byte = text.removeprefix("from:").split(":")
        return Place(int(row), int(byte))
    except ValueError as error:
        raise InvalidRequestException("NextToken is invalid", "INVALID_NEXT_TOKEN") from error


def with_token(response: Structure, token: str | None) -> Structure:
    return {**response, **({"NextToken": token} if token else {})}
