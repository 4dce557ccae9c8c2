"""A WSGI application's answer on its way to a socket."""

import email.utils
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from rapid.emulator.serving.requests import Incoming

Send = Callable[[bytes], None]
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def head(status: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """A response's head. Names keep their case; a line break in a value becomes a space."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {one_line(str(value))}" for name, value in headers)]
    text = "\r\n".join([*lines, "", ""])
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def one_line(value: str) -> str:
    return value if "\n" not in value and "\r" not in value else " ".join(value.split())


class Response:
    """Sends one answer. `sent`: it has begun. `persistent`: another request may follow on the connection."""

    def __init__(self, request: Incoming, send: Send) -> None:
        self._request = request
        self._send = send
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._chunked = False
        self.sent = False
        self.persistent = request.keep_alive

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], None]:
        """WSGI's start_response."""
        self._head = (status, headers)
        return self._write

    def send(self, body: Iterable[bytes]) -> None:
        """Sends head and body, the head with the first piece."""
        for piece in body:
            if piece:
                self._write(piece)
        if not self.sent:
            self._send(self._make_head(b""))
        elif self._chunked:
            self._send(b"0\r\n\r\n")

    def _write(self, piece: bytes) -> None:
        first = b"" if self.sent else self._make_head(piece)
        if self._bodiless:
            piece = b""
        elif self._chunked:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        if first or piece:
            self._send(first + piece if len(piece) < 1 << 16 else first)
            if len(piece) >= 1 << 16:
                self._send(piece)

    @property
    def _bodiless(self) -> bool:
        """RFC 9110: answers to HEAD, and these statuses, have no body."""
        code = self._head[0][:3] if self._head else ""
        return self._request.method == "HEAD" or code in ("204", "304") or code.startswith("1")

    def _make_head(self, first: bytes) -> bytes:
        if self._head is None:
            raise RuntimeError("The application did not start its response.")
        self.sent = True
        status, headers = self._head
        code, _, phrase = status.partition(" ")
        if not phrase or phrase == "UNKNOWN":
            status = f"{code} {_PHRASES.get(int(code), 'Unknown')}"
        names = {name.lower() for name, _ in headers}
        kept = [(name, value) for name, value in headers if name.lower() not in ("transfer-encoding", "connection")]
        if "date" not in names:
            kept.append(("Date", _date(int(time.time()))))
        if self._request.version == "1.0":
            self.persistent = False  # nobody here tells its clients to keep alive
        elif "content-length" not in names and not self._bodiless:
            if first:
                self._chunked = True
                kept.append(("Transfer-Encoding", "chunked"))
            else:
                kept.append(("Content-Length", "0"))
        if any(name.lower() == "connection" and value.lower() == "close" for name, value in headers):
            self.persistent = False
        if not self.persistent:
            kept.append(("Connection", "close"))
        return head(status, kept)


_dated = (0, "")


def _date(second: int) -> str:
    global _dated  # noqa: PLW0603 - made once per second
    if _dated[0] != second:
        _dated = (second, email.utils.formatdate(second, usegmt=True))
    return _dated[1]
