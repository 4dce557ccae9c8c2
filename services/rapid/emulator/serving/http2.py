"""HTTP/2 without TLS (RFC 9113), framed by the library h2: some clients speak nothing else, as Kinesis' for JavaScript.

A client that knows its server begins with a preface (3.3). Each request is answered in a thread of its own.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from hyperframe.frame import Frame, GoAwayFrame

from rapid.emulator.serving.requests import Incoming, environ
from rapid.emulator.serving.responses import one_line
from rapid.emulator.serving.workers import Workers

LOG = logging.getLogger(__name__)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_RECEIVE = 256 * 1024
_OF_CONNECTIONS = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
"""Headers that HTTP/2 has no place for (8.2.2)."""
_workers = Workers("http2")


class _Framing(H2Connection):
    """h2's, which a client's GOAWAY would end at once."""

    def _receive_goaway_frame(self, _frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        """The client asks for nothing more, and still waits for what it has asked (RFC 9113, 6.8)."""
        return [], []


class Http2:
    """One connection, its preface not read yet. What h2 holds is touched under `_turn`, which tells of changes."""

    def __init__(self, sock: socket.socket, application: Any, server: tuple[str, int], client: tuple[str, int]) -> None:
        self._sock = sock
        self._application = application
        self._environ = partial(environ, scheme="http", server=server, client=client)
        self._h2 = _Framing(H2Configuration(client_side=False, header_encoding=None))
        self._turn = threading.Condition()
        self._arriving: dict[int, Incoming] = {}
        self._answered: set[int] = set()

    @property
    def busy(self) -> bool:
        """Whether requests are being answered."""
        return bool(self._answered)

    def serve(self) -> None:
        """Reads requests until the connection ends."""
        with self._turn:
            self._h2.initiate_connection()
            self._flush()
        try:
            while data := self._receive():
                with self._turn:
                    for event in self._h2.receive_data(data):
                        self._take(event)
                    self._flush()
                    self._turn.notify_all()
        except ProtocolError as error:
            LOG.info("A request was no HTTP/2: %s", error)
            with self._turn:
                self._flush()
        finally:
            with self._turn:
                self._answered.clear()
                self._turn.notify_all()

    def _receive(self) -> bytes:
        while True:
            try:
                return self._sock.recv(_RECEIVE)
            except TimeoutError:
                continue  # between two requests

    def _flush(self) -> None:
        self._sock.sendall(self._h2.data_to_send())

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._arriving[event.stream_id] = _incoming(event.headers)
        elif isinstance(event, DataReceived):
            request = self._arriving[event.stream_id]
            request.body.write(event.data)
            request.length += len(event.data)
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            request = self._arriving.pop(event.stream_id)
            request.complete = True
            request.body.seek(0)
            self._answered.add(event.stream_id)
            _workers.submit(partial(self._answer, event.stream_id, request))
        elif isinstance(event, StreamReset):
            self._arriving.pop(event.stream_id, None)
            self._answered.discard(event.stream_id)

    def _answer(self, stream: int, request: Incoming) -> None:
        """In a thread: has the application answer one request."""
        body: Iterable[bytes] = ()
        answer = _Answer(partial(self._send_head, stream), partial(self._send, stream))
        try:
            body = self._application(self._environ(request), answer.start)
            for piece in body:
                answer.write(piece)
            answer.write(b"")
            with self._turn:
                if stream in self._answered:
                    self._h2.end_stream(stream)
                    self._flush()
        except OSError as error:
            LOG.debug("A client went away: %s", error)
        except Exception:  # the application's edge: its fault must not leave a client waiting
            LOG.exception("A request failed: %s %s", request.method, request.target.decode("latin-1"))
            with self._turn:
                if stream in self._answered:
                    self._h2.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
                    self._flush()
        finally:
            if close := getattr(body, "close", None):
                close()
            request.body.close()
            with self._turn:
                self._answered.discard(stream)

    def _send_head(self, stream: int, status: str, headers: list[tuple[str, str]]) -> None:
        kept = [(name.lower(), one_line(str(value))) for name, value in headers if name.lower() not in _OF_CONNECTIONS]
        with self._turn:
            self._require(stream)
            self._h2.send_headers(stream, [(":status", status[:3]), *kept])
            self._flush()

    def _send(self, stream: int, piece: bytes) -> None:
        """Sends a piece of a body, as fast as the client takes it."""
        rest = memoryview(piece)
        while rest:
            with self._turn:
                while not self._turn.wait_for(lambda: self._room(stream), timeout=self._sock.gettimeout()):
                    raise TimeoutError("the client does not take what is sent")
                self._require(stream)
                size = min(self._room(stream), len(rest))
                self._h2.send_data(stream, bytes(rest[:size]))
                self._flush()
            rest = rest[size:]

    def _room(self, stream: int) -> int:
        """Bytes that may be sent now; 1 where the stream is gone, which `_require` tells."""
        if stream not in self._answered:
            return 1
        return min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)

    def _require(self, stream: int) -> None:
        if stream not in self._answered:
            raise ConnectionError("the stream is gone")


class _Answer:
    """WSGI's start_response and write for one stream: the head goes with the first piece."""

    def __init__(self, send_head: Callable[[str, list[tuple[str, str]]], None], send: Callable[[bytes], None]) -> None:
        self._send_head, self._send = send_head, send
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._sent = False

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], None]:
        self._head = (status, headers)
        return self.write

    def write(self, piece: bytes) -> None:
        if not self._sent:
            if self._head is None:
                raise RuntimeError("The application did not start its response.")
            self._send_head(*self._head)
            self._sent = True
        self._send(piece)


def _incoming(headers: Iterable[tuple[bytes, bytes]]) -> Incoming:
    """A request of HTTP/2 as one of HTTP/1.1 would be: the authority is its host, crumbs of cookies are one header."""
    fields = list(headers)
    own = {name: value for name, value in fields if name.startswith(b":")}
    request = Incoming(target=own.get(b":path", b"/"), method=own[b":method"].decode("ascii"), version="2.0")
    plain = [(name, value) for name, value in fields if not name.startswith(b":") and name != b"cookie"]
    crumbs = [value for name, value in fields if name == b"cookie"]
    if not any(name == b"host" for name, _ in plain):
        plain.append((b"host", own.get(b":authority", b"")))
    request.headers = [*plain, *([(b"cookie", b"; ".join(crumbs))] if crumbs else [])]
    return request
