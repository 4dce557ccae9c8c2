"""One accepted connection: reads requests, has the application answer them, in the thread that calls `serve`."""

import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httptools

from rapid.emulator.serving.http2 import PREFACE, Http2
from rapid.emulator.serving.requests import Incoming, Reader, environ
from rapid.emulator.serving.responses import Response, head
from rapid.emulator.serving.websockets import ENVIRON, Upgrade

LOG = logging.getLogger(__name__)

LINGER_SECONDS = 1.0
"""How long a thread waits for the next request of a connection before it leaves it to the server's selector."""
STALL_SECONDS = 120.0
"""How long a client may pause in the middle of a request, or not take what is sent."""
_RECEIVE = 256 * 1024
_TLS_HANDSHAKE = 22
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Connection:
    """Its socket may be plain or TLS, which its first byte tells."""

    def __init__(self, sock: socket.socket, application: Application, tls: ssl.SSLContext | None) -> None:
        self.sock = sock
        self._application = application
        self._tls = tls
        self._reader = Reader()
        self._client: tuple[str, int] = ("", 0)
        self._server: tuple[str, int] = ("", 0)
        self._answering = False
        self._http2: Http2 | None = None

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self._answering or (self._http2 is not None and self._http2.busy)

    def serve(self) -> bool:
        """Serves requests until the connection ends or pauses. Returns: whether it is still open."""
        try:
            if not self._client[0]:
                self._open()
            if self._http2:
                self._http2.serve()
                self.close()
                return False
            while (request := self._next()) is not None:
                self._answering = True
                persistent = self._respond(request)
                self._answering = False
                if not persistent:
                    self.close()
                    return False
        except TimeoutError:
            if not self._reader.current.target or self._reader.current.complete:
                return True  # between two requests
            self.close()
            return False
        except (httptools.HttpParserError, httptools.HttpParserInvalidMethodError) as error:
            LOG.info("A request was no HTTP: %s", error)
            with contextlib.suppress(OSError):
                self.sock.sendall(head("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")]))
        except OSError as error:  # it went away, or its TLS is not ours
            LOG.debug("A connection ended: %s", error)
        finally:
            self._answering = False
        self.close()
        return False

    def _given_away(self) -> None:
        """It is a WebSocket from here on: the server's end does not wait for it."""
        self._answering = False

    def close(self) -> None:
        """Ends it; whoever reads from it stops."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _open(self) -> None:
        self.sock.settimeout(STALL_SECONDS)
        self._client = self.sock.getpeername()[:2]
        self._server = self.sock.getsockname()[:2]
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(LINGER_SECONDS)
        try:
            first = self.sock.recv(len(PREFACE), socket.MSG_PEEK)
        except TimeoutError:
            self._client = ("", 0)  # opened ahead of use: looked at again when something arrives
            raise
        if first and first[0] == _TLS_HANDSHAKE and self._tls:
            self.sock.settimeout(STALL_SECONDS)
            self.sock = self._tls.wrap_socket(self.sock, server_side=True)
        elif first.startswith(b"PRI "):  # no method: the preface of HTTP/2
            self.sock.settimeout(STALL_SECONDS)
            self._http2 = Http2(self.sock, self._application, self._server, self._client)

    def _next(self) -> Incoming | None:
        """The next request; None at the end of the connection. TimeoutError: the client pauses."""
        reader = self._reader
        self.sock.settimeout(LINGER_SECONDS)
        while not reader.complete:
            data = self.sock.recv(_RECEIVE)
            if not data:
                return None
            self.sock.settimeout(STALL_SECONDS)
            reader.feed(data)
            if reader.current.expects_continue and reader.current.method:
                reader.current.expects_continue = False
                self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return reader.complete.popleft()

    def _respond(self, request: Incoming) -> bool:
        """Has the application answer. Returns: whether the connection can go on."""
        scheme = "https" if isinstance(self.sock, ssl.SSLSocket) else "http"
        self.sock.settimeout(STALL_SECONDS)
        response = Response(request, self.sock.sendall)
        body: Iterable[bytes] = ()
        asked = environ(request, scheme, self._server, self._client)
        upgrade = Upgrade(self.sock, request, self._reader.rest, on_take=self._given_away)
        if Upgrade.wanted(request):
            asked[ENVIRON] = upgrade
        try:
            body = self._application(asked, response.start)
            if upgrade.taken:
                return False
            response.send(body)
        except OSError:
            raise
        except Exception:  # the application's edge: its fault must not take the thread or leave a client waiting
            LOG.exception("A request failed: %s %s", request.method, request.target.decode("latin-1"))
            if not response.sent and not upgrade.taken:
                failed = [("Content-Length", "0"), ("Connection", "close")]
                self.sock.sendall(head("500 Internal Server Error", failed))
            return False
        finally:
            if close := getattr(body, "close", None):
                close()
            request.body.close()
        return response.persistent
