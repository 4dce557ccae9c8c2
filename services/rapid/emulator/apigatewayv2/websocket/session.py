"""The life of one connection: `$connect`, its messages, `$disconnect`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
(read 2026-11). Messages of one client are handled one after the other.
"""

import json
import logging
from functools import partial
from typing import Any

from localstack.http import Request, Response
from moto.apigatewayv2.models import Api

from rapid.emulator.apigateway import access_logs
from rapid.emulator.apigateway.variables import value_at
from rapid.emulator.apigatewayv2.authorizers import RefusedError
from rapid.emulator.apigatewayv2.endpoint import message
from rapid.emulator.apigatewayv2.websocket.admission import admit
from rapid.emulator.apigatewayv2.websocket.connections import (
    FRAME_BYTES,
    IDLE_SECONDS,
    LIFETIME_SECONDS,
    OPEN,
    PAYLOAD_BYTES,
    Connection,
)
from rapid.emulator.apigatewayv2.websocket.integrations import Answer, FailedError, integrate
from rapid.emulator.apigatewayv2.websocket.turns import CONNECT, DEFAULT, DISCONNECT, Turn, selected
from rapid.emulator.serving.websockets import TOO_BIG, HandshakeError, Upgrade

LOG = logging.getLogger(__name__)

_UNSUPPORTED_DATA = 1003
_BAD_GATEWAY = 502


class Session:
    """Serves a connection in the thread that calls `serve`."""

    def __init__(self, connection: Connection, api: Api) -> None:
        self._connection = connection
        self._api = api

    def serve(self, request: Request, upgrade: Upgrade) -> Response:
        """Connects, stays until the client is gone, and tells what was answered to the handshake."""
        turn = self._turn(CONNECT, request=request)
        try:
            answer = self._connect(turn, request)
        except RefusedError as refused:
            self._log(turn, refused.status)
            return message(refused.status, refused.message)
        except FailedError:
            self._log(turn, _BAD_GATEWAY)
            return message(_BAD_GATEWAY, "Internal server error")
        self._log(turn, answer.status)
        if not 200 <= answer.status < 300:
            return Response(answer.body, answer.status, {"Content-Type": "application/json"})
        connection = self._connection
        key = (connection.api_id, connection.stage, connection.id)
        try:
            connection.socket = upgrade.accept(answer.subprotocol)
        except HandshakeError:
            return message(400, "Bad Request")
        OPEN[key] = connection
        try:
            self._listen()
        except OSError as error:
            LOG.debug("A WebSocket ended: %s", error)
        finally:
            OPEN.pop(key, None)
        self._disconnect()
        return Response(status=101)

    def _connect(self, turn: Turn, request: Request) -> Answer:
        route = self._route(CONNECT)
        if route is None:
            return Answer(200, "")
        self._connection.authorizer = admit(turn, request, self._api, route)
        integration = self._integration(route)
        return integrate(turn, integration) if integration else Answer(200, "")

    def _listen(self) -> None:
        socket = self._connection.socket
        if socket is None:
            return
        for data in socket.messages(IDLE_SECONDS, LIFETIME_SECONDS, FRAME_BYTES):
            if isinstance(data, bytes):
                socket.close(_UNSUPPORTED_DATA, "Binary frames are not supported")
            elif len(data.encode()) > PAYLOAD_BYTES:
                socket.close(TOO_BIG, "Message too long")
            else:
                self._answer(data)

    def _answer(self, text: str) -> None:
        asked = self._turn(DEFAULT, body=text)
        key = selected(self._api.route_selection_expression, asked)
        route = self._route(key) if key not in (CONNECT, DISCONNECT) else None
        route = route or self._route(DEFAULT)
        integration = self._integration(route) if route else None
        if route is None or integration is None:
            self._log(asked, 403 if route is None else 500)
            self._complain("Forbidden" if route is None else "Internal server error", asked)
            return
        turn = self._turn(route.route_key, body=text)
        try:
            answer = integrate(turn, integration)
        except FailedError:
            self._log(turn, 500)
            self._complain("Internal server error", turn)
            return
        self._log(turn, answer.status)
        if route.route_response_selection_expression and answer.body:
            self._connection.send(answer.body)

    def _complain(self, text: str, turn: Turn) -> None:
        told = {"message": text, "connectionId": self._connection.id, "requestId": turn.id}
        self._connection.send(json.dumps(told))

    def _disconnect(self) -> None:
        route, socket = self._route(DISCONNECT), self._connection.socket
        integration = self._integration(route) if route else None
        if integration and socket:
            code, reason = socket.ended
            turn = self._turn(DISCONNECT, ended=(code, reason or _REASONS.get(code, "")))
            try:
                self._log(turn, integrate(turn, integration).status)
            except FailedError:
                self._log(turn, 500)

    def _log(self, turn: Turn, status: int) -> None:
        at, stage = self._connection, self._api.stages.get(self._connection.stage)
        variable = partial(value_at, {**turn.context(), "status": status})
        access_logs.write(
            stage and stage.access_log_settings, at.account, at.region, f"{at.api_id}/{at.stage}", variable
        )

    def _turn(self, route_key: str, **told: Any) -> Turn:
        stage = self._api.stages.get(self._connection.stage)
        return Turn(self._connection, route_key, dict((stage and stage.stage_variables) or {}), **told)

    def _route(self, key: str) -> Any:
        return next((route for route in self._api.routes.values() if route.route_key == key), None)

    def _integration(self, route: Any) -> Any:
        return self._api.integrations.get((route.target or "").removeprefix("integrations/"))


_REASONS = {1005: "Client-side close frame status not set", 1006: "Connection Closed Abnormally"}
