"""HTTP/1.1, as much as the Runtime API needs, on one socket and without a thread.

The clients are AWS's runtime client (libcurl, keep-alive), Python's http.client for init errors, and those of custom
runtimes, which may send what a function streams in chunks.
"""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

_RECEIVE = 256 * 1024
_SEND_SECONDS = 10.0
"""A runtime that waits for its event takes 6 MB in milliseconds; one that does not for this long is stuck."""
_MAX_HEADERS = 2 * 1024 * 1024
"""The runtime client sends X-Ray causes of up to 1 MB as a header."""


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case, trailers among them.

    `body` is empty when `length` exceeds what the server keeps, and when a `Sink` took it.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    length: int


Sink = Callable[[bytes], None]
"""Takes a body piece by piece."""


@dataclass
class _Body:
    """A body under way. `left`: of it, or of its chunk; None before a chunk's size is known."""

    headers: dict[str, str]
    chunked: bool
    left: int | None
    sink: Sink | None
    kept: bytearray = field(default_factory=bytearray)
    length: int = 0
    ended: bool = False


@dataclass
class Connection:
    """One accepted connection. Bodies longer than `keep` bytes are read and dropped.

    `sink_of` says of a request's path and headers who takes its body as it comes, if anybody does.
    """

    sock: socket.socket
    keep: int
    sink_of: Callable[[str, dict[str, str]], Sink | None] = lambda _path, _headers: None
    closed: bool = False
    _buffer: bytearray = field(default_factory=bytearray)
    _head: tuple[str, str] = ("", "")
    _body: _Body | None = None

    def receive(self) -> None:
        """Takes what has arrived, once; marks the connection closed at its end."""
        try:
            data = self.sock.recv(_RECEIVE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.closed = not data
        self._buffer += data

    def take(self) -> Request | None:
        """The next complete request, or None."""
        self._body = self._body or self._read_head()
        body = self._body
        if body is None:
            return None
        while not body.ended and self._read_piece(body):
            continue
        if not body.ended:
            return None
        self._body = None
        return Request(*self._head, body.headers, bytes(body.kept), body.length)

    def _read_piece(self, body: _Body) -> bool:
        """Takes one step further in a body. Returns: whether there was enough for one."""
        if body.left is None:
            return self._read_chunk_head(body)
        piece = bytes(self._buffer[: body.left])
        del self._buffer[: len(piece)]
        body.left -= len(piece)
        body.length += len(piece)
        if body.sink and piece:
            body.sink(piece)
        elif body.length <= self.keep:
            body.kept += piece
        else:
            body.kept.clear()
        if body.left:
            return False
        if body.chunked:
            body.left = None
        body.ended = not body.chunked
        return True

    def _read_chunk_head(self, body: _Body) -> bool:
        """The size of the next chunk, or what follows the last one: its trailers."""
        if body.length and self._buffer.startswith(b"\r\n"):
            del self._buffer[:2]  # the end of the chunk before
        line, found, _ = self._buffer.partition(b"\r\n")
        if not found:
            return False
        size = int(line.partition(b";")[0], 16)
        if size:
            del self._buffer[: len(line) + 2]
            body.left = size
            return True
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        body.headers.update(_fields(self._buffer[len(line) + 2 : end].decode("latin-1").split("\r\n")))
        del self._buffer[: end + 4]
        body.ended = True
        return True

    def _read_head(self) -> _Body | None:
        """What is to be read after a complete head."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            self.closed = self.closed or len(self._buffer) > _MAX_HEADERS
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, path, *_ = *lines[0].split(" "), "", ""
        headers = _fields(lines[1:])
        if headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._head = method, path
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        length = None if chunked else int(headers.get("content-length") or 0)
        return _Body(headers, chunked, length, self.sink_of(path, headers))

    def answer(self, status: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Sends a response; a client that is gone is noticed at the next read."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._send("\r\n".join([*lines, "", ""]).encode() + body)

    def _send(self, data: bytes) -> None:
        try:
            self.sock.settimeout(_SEND_SECONDS)
            self.sock.sendall(data)
            self.sock.setblocking(False)
        except OSError:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _fields(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines if line)
    return {name.lower(): value.strip() for name, _, value in pairs}
