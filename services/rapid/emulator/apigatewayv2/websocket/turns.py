"""What happens on a connection, as integrations are told of it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
and apigateway-websocket-api-integration-requests.html (read 2026-11).
"""

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from localstack.http import Request

from rapid.emulator.apigateway.variables import value_at
from rapid.emulator.apigatewayv2.events import clock
from rapid.emulator.apigatewayv2.websocket.connections import Connection

CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"
_TYPES = {CONNECT: "CONNECT", DISCONNECT: "DISCONNECT"}
_EXPRESSION = re.compile(r"\$\{(request\.[^}]+)\}|\$(request\.[\w.$\-\[\]]+)")


@dataclass(frozen=True)
class Turn:
    """A client connects, says something, or has left.

    Attributes:
        request: the handshake, at `$connect`.
        body: the message, at all other routes but `$disconnect`.
        ended: code and reason, at `$disconnect`.
    """

    connection: Connection
    route_key: str
    stage_variables: dict[str, str]
    request: Request | None = None
    body: str = ""
    ended: tuple[int, str] | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    @property
    def kind(self) -> str:
        return _TYPES.get(self.route_key, "MESSAGE")

    def context(self) -> dict[str, Any]:
        """`requestContext` of events, `$context` of templates."""
        connection, milliseconds = self.connection, int(time.time() * 1000)
        made: dict[str, Any] = {
            "routeKey": self.route_key,
            "eventType": self.kind,
            "extendedRequestId": self.id,
            "requestTime": clock(milliseconds / 1000),
            "messageDirection": "IN",
            "stage": connection.stage,
            "connectedAt": connection.connected_at,
            "requestTimeEpoch": milliseconds,
            "identity": connection.identity,
            "requestId": self.id,
            "domainName": connection.domain,
            "connectionId": connection.id,
            "apiId": connection.api_id,
        }
        if self.kind == "MESSAGE":
            made["messageId"] = self.id
        if self.ended:
            made["disconnectStatusCode"], made["disconnectReason"] = self.ended
        if connection.authorizer:
            made["authorizer"] = connection.authorizer
        return made

    def asked(self) -> dict[str, Any]:
        """Headers and query of the handshake, as an event has them."""
        if self.request is None:
            return {}
        headers: dict[str, list[str]] = {}
        for name, value in self.request.headers.items():
            headers.setdefault(name, []).append(value)
        query = dict(self.request.args.lists())
        made: dict[str, Any] = {
            "headers": {name: values[-1] for name, values in headers.items()},
            "multiValueHeaders": headers,
        }
        if query:
            made["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
            made["multiValueQueryStringParameters"] = query
        return made

    def event(self) -> dict[str, Any]:
        """What a Lambda proxy gets."""
        made = {**self.asked(), "requestContext": self.context(), "isBase64Encoded": False}
        if self.stage_variables:
            made["stageVariables"] = self.stage_variables
        if self.ended:
            headers = {"Host": self.connection.domain, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
            made |= {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
        if self.kind == "MESSAGE":
            made["body"] = self.body
        return made


def value_of(text: str, turn: Turn) -> str:
    """The value of a parameter's source: `'static'`, `route.request.querystring.name`, `context.connectionId`, ...

    Raises:
        ValueError: it is no source.
    """
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1]
    place, _, rest = text.removeprefix("$").removeprefix("route.").partition(".")
    found: Any
    if place == "stageVariables":
        found = turn.stage_variables.get(rest)
    elif place == "context":
        found = value_at(turn.context(), rest)
    elif place == "request":
        kind, _, name = rest.partition(".")
        request = turn.request
        if kind == "body":
            found = value_at(_parsed(turn.body), name) if name else turn.body
        elif kind == "header":
            found = request.headers.get(name) if request is not None else None
        elif kind in ("querystring", "multivaluequerystring"):
            found = request.args.get(name) if request is not None else None
        else:
            raise ValueError(f"Invalid mapping expression: {text}")
    else:
        raise ValueError(f"Invalid mapping expression: {text}")
    return "" if found is None else found if isinstance(found, str) else json.dumps(found)


def selected(expression: str, turn: Turn) -> str:
    """What a selection expression, as `$request.body.action` or `\\$default`, comes to.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
    (read 2026-11)
    """
    return _EXPRESSION.sub(lambda found: value_of(found[1] or found[2], turn), expression).replace("\\$", "$")


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
