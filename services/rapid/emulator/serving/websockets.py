"""WebSockets (RFC 6455) on a connection that the server hands over: handshake and frames are wsproto's.

An application finds an `Upgrade` in the environment of a request that asks for one. If it accepts, the connection is
its own until it returns; if it does not, the request is answered as any other.
"""

import contextlib
import selectors
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, ProtocolError

from rapid.emulator.serving.requests import Incoming

ENVIRON = "rapid.upgrade"
"""The key of an `Upgrade` in a WSGI environment."""
NO_STATUS, ABNORMAL, TOO_BIG = 1005, 1006, 1009
_RECEIVE = 64 * 1024


class HandshakeError(Exception):
    """The request asks for a WebSocket in a way that RFC 6455 does not know."""


@dataclass
class Upgrade:
    """A request for a WebSocket. `taken`: it was accepted."""

    sock: Any
    request: Incoming
    rest: bytes
    on_take: Callable[[], None]
    taken: bool = False

    @staticmethod
    def wanted(request: Incoming) -> bool:
        """Whether a request asks for a WebSocket."""
        return any(name.lower() == b"upgrade" and value.lower() == b"websocket" for name, value in request.headers)

    def accept(self, subprotocol: str | None = None) -> "WebSocket":
        """Answers 101.

        Raises:
            HandshakeError: it is no handshake; nothing was sent.
        """
        protocol = WSConnection(ConnectionType.SERVER)
        try:
            protocol.receive_data(self._head())
            (asked,) = [event for event in protocol.events() if isinstance(event, Request)]
            chosen = subprotocol if subprotocol in asked.subprotocols else None
            answer = protocol.send(AcceptConnection(subprotocol=chosen))
        except (ProtocolError, ValueError) as error:
            raise HandshakeError(str(error)) from error
        self.taken = True
        self.on_take()
        self.sock.sendall(answer)
        protocol.receive_data(self.rest)
        return WebSocket(self.sock, protocol)

    def _head(self) -> bytes:
        lines = [b"%b: %b" % header for header in self.request.headers]
        return b"\r\n".join([b"GET %b HTTP/1.1" % self.request.target, *lines, b"", b""])


class WebSocket:
    """An open connection. One thread reads `messages`; any may `send` and `close`.

    Attributes:
        ended: code and reason of its end, once `messages` is through.
    """

    def __init__(self, sock: Any, protocol: WSConnection) -> None:
        self._sock = sock
        self._protocol = protocol
        self._lock = threading.Lock()  # of the protocol's state, and of TLS, which is not for two threads at once
        self.ended: tuple[int, str] = (ABNORMAL, "")

    def send(self, text: str | bytes) -> None:
        """Sends one message.

        Raises:
            OSError: the connection has ended.
        """
        self._emit(TextMessage(text) if isinstance(text, str) else BytesMessage(text))

    def close(self, code: int, reason: str = "") -> None:
        """Begins the end of the connection, if it has not begun."""
        with contextlib.suppress(OSError):
            self._emit(CloseConnection(code, reason))
            self.ended = (code, reason)

    def messages(self, idle_seconds: float, lifetime_seconds: float, frame_bytes: int) -> Iterator[str | bytes]:
        """Texts and data as they come, until the connection ends or its time is up.

        Args:
            idle_seconds: how long nothing may come or go.
            lifetime_seconds: how long it may be open.
            frame_bytes: what one frame may have at most.
        """
        end = time.monotonic() + lifetime_seconds
        parts: list[Any] = []
        frame = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            while True:
                for event in self._events():
                    if isinstance(event, CloseConnection):
                        self._closed_by_peer(event)
                        return
                    if isinstance(event, Ping):
                        self._emit(event.response())
                    if not isinstance(event, Message):
                        continue
                    parts.append(event.data)
                    frame = frame + len(event.data)
                    if frame > frame_bytes:
                        self.close(TOO_BIG, "Frame too big")
                        return
                    frame = 0 if event.frame_finished else frame
                    if event.message_finished:
                        whole, parts = parts, []
                        yield "".join(whole) if isinstance(event, TextMessage) else b"".join(whole)
                left = min(idle_seconds, end - time.monotonic())
                if left <= 0 or not (self._pending() or selector.select(left)):
                    self.close(1001, "Going away")
                    return
                if not self._receive():
                    return

    def _events(self) -> list[Event]:
        with self._lock:
            try:
                return list(self._protocol.events())
            except ProtocolError as error:
                self.ended = (1002, str(error))
                raise OSError(str(error)) from error

    def _pending(self) -> bool:
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def _receive(self) -> bool:
        with self._lock:
            try:
                data = self._sock.recv(_RECEIVE)
            except OSError:
                return False
            if data:
                self._protocol.receive_data(data)
            return bool(data)

    def _closed_by_peer(self, event: CloseConnection) -> None:
        if self.ended[0] == ABNORMAL:
            self.ended = (event.code, event.reason or "")
        with contextlib.suppress(OSError):
            self._emit(event.response())

    def _emit(self, event: Event) -> None:
        with self._lock:
            try:
                self._sock.sendall(self._protocol.send(event))
            except LocalProtocolError as error:  # it has ended already
                raise OSError(str(error)) from error
