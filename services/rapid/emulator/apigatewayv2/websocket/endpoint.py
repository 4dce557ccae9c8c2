"""Requests at the address of a WebSocket API: handshakes, and `@connections` by which its backend reaches clients.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
(read 2026-11)
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from localstack.http import Request, Response
from moto.apigatewayv2.models import Api

from rapid.emulator.apigateway.signatures import SignatureError, verify
from rapid.emulator.apigatewayv2.endpoint import message
from rapid.emulator.apigatewayv2.websocket import connections
from rapid.emulator.apigatewayv2.websocket.session import Session
from rapid.emulator.lambda_.executor import endpoint
from rapid.emulator.serving.websockets import ENVIRON

_CONNECTIONS = "@connections"
_NORMAL = 1000


def answer(found: tuple[str, str, Api], request: Request, path: str) -> Response:
    """Answers one request; to a handshake once the connection has ended.

    Args:
        found: as from `find_api`.
        path: what was asked for, from the slash after the API's address.
    """
    account, region, api = found
    stage, _, rest = path.strip("/").partition("/")
    if stage not in api.stages:
        return message(403, "Forbidden")
    if rest.startswith(f"{_CONNECTIONS}/"):
        connection_id = unquote(rest.removeprefix(f"{_CONNECTIONS}/"))
        return _manage(request, account, connections.OPEN.get((api.api_id, stage, connection_id)))
    upgrade = request.environ.get(ENVIRON)
    if upgrade is None or rest:
        return message(403, "Forbidden")
    connection = connections.new(account, region, api.api_id, stage, _domain(request, api.api_id), request)
    return Session(connection, api).serve(request, upgrade)


def _domain(request: Request, api_id: str) -> str:
    """`domainName` of events: what a backend puts between `https://` and the stage to reach `@connections`."""
    host: str = request.host
    if ".execute-api." in host:
        return host
    return f"{urlsplit(endpoint()).netloc}/_aws/execute-api/{api_id}"


def _manage(request: Request, account: str, connection: connections.Connection | None) -> Response:
    try:
        verify(request, request.get_data(), account)
    except SignatureError as error:
        return _error(403, "ForbiddenException", str(error) or "Forbidden")
    operation = _OPERATIONS.get(request.method)
    if operation is None:
        return message(403, "Missing Authentication Token")
    if connection is None:
        return _error(410, "GoneException")
    return operation(request, connection)


def _get(_request: Request, connection: connections.Connection) -> Response:
    told = {
        "connectedAt": _instant(connection.connected_at),
        "identity": connection.identity,
        "lastActiveAt": _instant(connection.last_active_at),
    }
    return Response(json.dumps(told), 200, {"Content-Type": "application/json"})


def _post(request: Request, connection: connections.Connection) -> Response:
    data = request.get_data()
    if len(data) > connections.PAYLOAD_BYTES:
        return _error(413, "PayloadTooLargeException", "Message too long")
    try:
        connection.send(data)
    except OSError:
        return _error(410, "GoneException")
    return Response(status=200)


def _delete(_request: Request, connection: connections.Connection) -> Response:
    if connection.socket:
        connection.socket.close(_NORMAL, "Connection closed by backend")
    return Response(status=204)


_OPERATIONS: dict[str, Callable[[Request, connections.Connection], Response]] = {
    "GET": _get,
    "POST": _post,
    "DELETE": _delete,
}


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, code: str, text: str | None = None) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return Response(json.dumps({"message": text} if text else {}), status, headers)
