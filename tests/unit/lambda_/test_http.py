"""The Runtime API's HTTP, over a socket pair."""

import socket
from collections.abc import Iterator

import pytest

from rapid.emulator.lambda_.http import Connection, Request


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket]]:
    server, client = socket.socketpair()
    server.setblocking(False)
    yield Connection(server, keep=100), client
    server.close()
    client.close()


def take(connection: Connection) -> Request | None:
    connection.receive()
    return connection.take()


def test_a_request_in_pieces(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    for piece in (b"POST /a HTTP/1.1\r\nX-A: 1", b"\r\nContent-Length: 5\r\n\r\nhe"):
        client.sendall(piece)
        assert take(connection) is None
    client.sendall(b"llo")
    request = take(connection)
    assert request is not None
    assert (request.method, request.path, request.body, request.length) == ("POST", "/a", b"hello", 5)
    assert request.headers["x-a"] == "1"


def test_two_requests_at_once(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    client.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /b HTTP/1.1\r\n\r\n")
    first, second = take(connection), connection.take()
    assert first is not None
    assert second is not None
    assert (first.body, second.path, connection.take()) == (b"x", "/b", None)


def test_a_body_that_is_too_long_is_dropped_and_counted(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    client.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 150\r\n\r\n" + b"x" * 100)
    assert take(connection) is None
    client.sendall(b"x" * 50 + b"GET /b HTTP/1.1\r\n\r\n")
    request = take(connection)
    assert request is not None
    assert (request.length, request.body) == (150, b"")
    following = connection.take()
    assert following is not None
    assert following.path == "/b"


def test_expect_continue_is_answered(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    client.sendall(b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert take(connection) is None
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_an_answer_and_the_end(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    connection.answer("200 OK", b"{}", {"X-B": "2"})
    head, _, body = client.recv(1000).partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK", b"Content-Type: application/json", b"Content-Length: 2", b"X-B: 2"
    ]  # fmt: skip
    assert body == b"{}"
    client.close()
    assert take(connection) is None
    assert connection.closed


def test_a_body_in_chunks_with_trailers(ends: tuple[Connection, socket.socket]) -> None:
    """RFC 9112, 7.1; every way of cutting it."""
    connection, client = ends
    sent = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\n\r\n\r\n0\r\nX-E: f\r\n\r\n"
    for size in range(1, len(sent) + 1):
        requests = []
        for start in range(0, len(sent), size):
            client.sendall(sent[start : start + size])
            requests.append(take(connection))
        assert requests[:-1] == [None] * (len(requests) - 1)
        last = requests[-1]
        assert last is not None
        assert (last.body, last.length, last.headers["x-e"]) == (b"abc\r\n", 5, "f")


def test_a_sink_takes_pieces_as_they_come() -> None:
    server, client = socket.socketpair()
    pieces: list[bytes] = []
    with server, client:
        connection = Connection(server, 100, lambda path, _headers: pieces.append if path == "/a" else None)
        client.sendall(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        assert take(connection) is None
        assert pieces == [b"abc"]
        client.sendall(b"0\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
        first, second = take(connection), connection.take()
        assert first is not None
        assert second is not None
        assert (first.body, first.length, second.body, pieces) == (b"", 3, b"x", [b"abc"])
