"""A WebSocket client for tests."""

import socket
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)


class RejectedError(Exception):
    """The handshake was answered with another status."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


class Client:
    """A connection, open from its constructor on. `receive` gives a text, or (code, reason) at the end."""

    def __init__(
        self,
        url: str,
        headers: list[tuple[bytes, bytes]] | None = None,
        subprotocols: Iterable[str] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._sock = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60)
        if tls:
            self._sock = tls.wrap_socket(self._sock, server_hostname=parts.hostname)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        asked = Request(parts.netloc, target, extra_headers=headers or [], subprotocols=list(subprotocols))
        self._sock.sendall(self._protocol.send(asked))
        self.subprotocol: str | None = None
        self._pending: list[Any] = []
        first = self._next()
        if isinstance(first, RejectConnection):
            body = b""
            while first.has_body:
                data = self._next()
                assert isinstance(data, RejectData)
                body += data.data
                if data.body_finished:
                    break
            self._sock.close()
            raise RejectedError(first.status_code, body.decode())
        assert isinstance(first, AcceptConnection)
        self.subprotocol = first.subprotocol

    def send(self, data: str | bytes) -> None:
        message = TextMessage(data) if isinstance(data, str) else BytesMessage(data)
        self._sock.sendall(self._protocol.send(message))

    def receive(self) -> Any:
        event = self._next()
        if isinstance(event, CloseConnection):
            self._sock.sendall(self._protocol.send(event.response()))
            self._sock.close()
            return event.code, event.reason
        text = event.data
        while not event.message_finished:
            event = self._next()
            text += event.data
        return text

    def close(self, code: int = 1000, reason: str = "") -> None:
        self._sock.sendall(self._protocol.send(CloseConnection(code, reason)))
        while not isinstance(self._next(), CloseConnection):
            pass
        self._sock.close()

    def vanish(self) -> None:
        """Ends the connection without a word."""
        self._sock.close()

    def _next(self) -> Any:
        while not self._pending:
            data = self._sock.recv(65536)
            self._protocol.receive_data(data or None)
            self._pending += self._protocol.events()
        return self._pending.pop(0)
