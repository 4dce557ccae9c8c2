"""HTTP/1.1, as much as the Runtime API needs, on one socket and without a thread.

The client is AWS's runtime client (libcurl, keep-alive) and, for init errors, Python's http.client.
"""

import contextlib
import socket
from dataclasses import dataclass, field

_RECEIVE = 256 * 1024
_SEND_SECONDS = 10.0
"""A runtime that waits for its event takes 6 MB in milliseconds; one that does not for this long is stuck."""
_MAX_HEADERS = 2 * 1024 * 1024
"""The runtime client sends X-Ray causes of up to 1 MB as a header."""


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case. `body` is empty when `length` exceeds what the server keeps."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    length: int


@dataclass
class Connection:
    """One accepted connection. Bodies longer than `keep` bytes are read and dropped."""

    sock: socket.socket
    keep: int
    closed: bool = False
    _buffer: bytearray = field(default_factory=bytearray)
    _head: tuple[str, str, dict[str, str], int] | None = None
    _dropped: int = 0

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
        self._head = self._head or self._read_head()
        if self._head is None:
            return None
        method, path, headers, length = self._head
        if length > self.keep:
            part = min(len(self._buffer), length - self._dropped)
            self._dropped += part
            del self._buffer[:part]
            if self._dropped < length:
                return None
            body = b""
        else:
            if len(self._buffer) < length:
                return None
            body = bytes(self._buffer[:length])
            del self._buffer[:length]
        self._head, self._dropped = None, 0
        return Request(method, path, headers, body, length)

    def _read_head(self) -> tuple[str, str, dict[str, str], int] | None:
        """(method, path, headers, body length) once the head is complete."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            self.closed = self.closed or len(self._buffer) > _MAX_HEADERS
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, path, *_ = *lines[0].split(" "), "", ""
        pairs = (line.partition(":") for line in lines[1:])
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        if headers.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return method, path, headers, int(headers.get("content-length") or 0)

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
