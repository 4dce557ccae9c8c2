"""Requests as they arrive, parsed by httptools (llhttp), and the WSGI environment made of them."""

import tempfile
from collections import deque
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

SPOOL_BYTES = 4 * 2**20
"""Longer bodies go to a temporary file while they arrive."""


@dataclass
class Incoming:
    """One request. `complete` once its last byte is there.

    `expects_continue` until something of its body came. A request whose body is empty is told to continue, too: where
    botocore (1.42) gets its final answer at once, it misreads the next one on that connection and waits for a minute.
    """

    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: IO[bytes] = field(default_factory=lambda: tempfile.SpooledTemporaryFile(SPOOL_BYTES, "rb+"))  # noqa: SIM115
    length: int = 0
    method: str = ""
    version: str = "1.1"
    keep_alive: bool = True
    expects_continue: bool = False
    complete: bool = False


class Reader:
    """Turns the bytes of one connection into requests. `feed` raises httptools' errors for what is no HTTP."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._current = Incoming()
        self.complete: deque[Incoming] = deque()
        self.rest = b""  # what came after a request for another protocol

    @property
    def current(self) -> Incoming:
        """The request that is arriving."""
        return self._current

    def feed(self, data: bytes) -> None:
        """Takes bytes, cut anywhere; whole requests are in `complete`."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:  # if nobody takes it, the request itself is answered
            self._parser = httptools.HttpRequestParser(self)
            self.rest = data[upgrade.args[0] :]

    # What httptools calls

    def on_message_begin(self) -> None:
        self._current = Incoming()

    def on_url(self, url: bytes) -> None:
        self._current.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._current.headers.append((name, value))
        if name.lower() == b"expect" and value.lower() == b"100-continue":
            self._current.expects_continue = True

    def on_headers_complete(self) -> None:
        self._current.method = self._parser.get_method().decode("ascii")
        self._current.version = self._parser.get_http_version()

    def on_body(self, data: bytes) -> None:
        self._current.expects_continue = False
        self._current.body.write(data)
        self._current.length += len(data)

    def on_message_complete(self) -> None:
        request = self._current
        request.keep_alive = self._parser.should_keep_alive()
        request.complete = True
        request.body.seek(0)
        self.complete.append(request)


def environ(request: Incoming, scheme: str, server: tuple[str, int], client: tuple[str, int]) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of a request, with what rolo's gateway reads beside it."""
    target = request.target.decode("latin-1")
    path, _, query = target.partition("?")
    if not path.startswith("/"):  # the absolute form, sent to proxies (RFC 9112, 3.2.2)
        path = urlsplit(path).path or "/"
    made: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": request.body,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "rolo.headers": request.headers,
    }
    for name, value in request.headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        made[key] = f"{made[key]},{text}" if key in made else text
    return made
