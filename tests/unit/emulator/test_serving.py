"""The HTTP server on real sockets: what RFC 9112 asks of it, and what S3 clients do."""

import http.client
import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset
from hyperframe.frame import GoAwayFrame

from rapid.emulator import certificate
from rapid.emulator.serving import connection, websockets
from rapid.emulator.serving.server import Server
from tests.websockets import Client

LARGE = bytes(range(250)) * 1200
Start = Callable[[str, list[tuple[str, str]]], Any]


def echo(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Answers what it got: the method, the target and the body."""
    body = environ["wsgi.input"].read()
    match environ["PATH_INFO"]:
        case "/stream":
            start("200 OK", [("X-Case", "Kept")])
            return (piece for piece in (b"one ", b"", b"two"))
        case "/empty":
            start("204 NO CONTENT", [])
            return []
        case "/large":
            start("200 OK", [("Transfer-Encoding", "chunked")])
            return [LARGE]
        case "/fails":
            raise ValueError("a fault of the application")
        case "/breaks":
            start("200 OK", [("Content-Length", "100")])
            return _breaks()
    text = f"{environ['REQUEST_METHOD']} {environ['RAW_URI']} {environ['wsgi.url_scheme']} ".encode() + body
    start("200 OK", [("Content-Length", str(len(text)))])
    return [text]


def _breaks() -> Iterator[bytes]:
    yield b"begun"
    raise ValueError("in the middle")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.shutdown()


def started(server: Server, application: Any = echo, tls: ssl.SSLContext | None = None) -> int:
    port = server.listen(application, "127.0.0.1", 0, tls)
    threading.Thread(target=server.run, daemon=True).start()
    return port


def exchange(port: int, *pieces: bytes) -> bytes:
    """Sends pieces, then reads until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        for piece in pieces:
            sock.sendall(piece)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def http2(port: int, *requests: tuple[list[tuple[str, str]], bytes]) -> list[tuple[str, bytes]]:
    """Sends requests at once on one connection of HTTP/2. Returns: status and body of each, in the order sent."""
    client = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    client.initiate_connection()
    for number, (headers, body) in enumerate(requests):
        client.send_headers(2 * number + 1, headers, end_stream=not body)
        if body:
            client.send_data(2 * number + 1, body, end_stream=True)
    sent = client.data_to_send() + GoAwayFrame(0).serialize()  # nothing more will be asked; answers are waited for
    status, bodies, ended = dict[int, str](), dict[int, bytes](), set[int]()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(sent)
        while len(ended) < len(requests):
            for event in client.receive_data(sock.recv(65536)):
                if isinstance(event, ResponseReceived):
                    status[event.stream_id] = dict(event.headers)[":status"]
                elif isinstance(event, DataReceived):
                    bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                    client.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded | StreamReset):
                    ended.add(event.stream_id)
            sock.sendall(client.data_to_send())
    return [(status.get(stream, "reset"), bodies.get(stream, b"")) for stream in sorted(ended)]


LAST = b"Connection: close\r\n"


def test_a_connection_serves_many_requests(server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", started(server))
    for number in range(3):
        client.request("POST", f"/a%20b?n={number}", body=b"x" * number)
        assert client.getresponse().read() == f"POST /a%20b?n={number} http {'x' * number}".encode()


def test_requests_sent_together_are_answered_in_order(server: Server) -> None:
    first = b"POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    answer = exchange(started(server), first + b"GET /2 HTTP/1.1\r\nHost: h\r\n" + LAST + b"\r\n")
    assert answer.index(b"POST /1 http abc") < answer.index(b"GET /2 http ")


def test_a_body_in_chunks_cut_anywhere(server: Server) -> None:
    head = b"PUT /key HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" + LAST + b"\r\n"
    answer = exchange(started(server), head, b"5\r\nhel", b"lo\r\n6", b"\r\n world\r\n0", b"\r\n\r\n")
    assert answer.endswith(b"PUT /key http hello world")


def test_a_client_that_waits_for_100_continue(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", started(server)), timeout=60) as sock:
        sock.sendall(b"PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n" + LAST + b"\r\n")
        assert sock.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"body")
        assert b"".join(iter(lambda: sock.recv(1024), b"")).endswith(b"PUT /k http body")


def test_a_client_without_a_body_that_waits_for_100_continue(server: Server) -> None:
    asked = b"PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n"
    answer = exchange(started(server), asked + LAST + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


def test_an_answer_without_a_length_is_chunked_and_header_names_keep_their_case(server: Server) -> None:
    answer = exchange(started(server), b"GET /stream HTTP/1.1\r\nHost: h\r\n" + LAST + b"\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"X-Case: Kept" in head
    assert b"Transfer-Encoding: chunked" in head
    assert body == b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"


def test_answers_without_a_body(server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", started(server))
    client.request("HEAD", "/k")
    answer = client.getresponse()
    assert (answer.read(), answer.getheader("Content-Length")) == (b"", str(len("HEAD /k http ")))
    client.request("GET", "/empty")
    answer = client.getresponse()
    assert (answer.status, answer.reason, answer.read()) == (204, "NO CONTENT", b"")
    client.request("GET", "/after")  # nothing of the others is left on the connection
    assert client.getresponse().read() == b"GET /after http "


def test_http_1_0_ends_with_the_connection(server: Server) -> None:
    answer = exchange(started(server), b"GET /stream HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"one two")
    assert b"chunked" not in answer


def test_what_is_no_http_is_refused_and_others_go_on(server: Server) -> None:
    port = started(server)
    assert exchange(port, b"\x00\x01\x02 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert b"GET /k http" in exchange(port, b"GET /k HTTP/1.1\r\nHost: h\r\n" + LAST + b"\r\n")


def test_a_fault_of_the_application_is_a_500_or_a_cut_answer(server: Server) -> None:
    port = started(server)
    assert exchange(port, b"GET /fails HTTP/1.1\r\nHost: h\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.request("GET", "/breaks")
    with pytest.raises(http.client.IncompleteRead):
        client.getresponse().read()


def test_a_connection_that_paused_goes_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.001)
    paused = threading.Event()
    work = server._work  # to know when its thread has left it

    def work_then_tell(each: Any) -> None:
        work(each)
        paused.set()

    monkeypatch.setattr(server, "_work", work_then_tell)
    client = http.client.HTTPConnection("127.0.0.1", started(server))
    for _ in range(3):
        client.request("GET", "/k")
        assert client.getresponse().read() == b"GET /k http "
        assert paused.wait(60)
        paused.clear()


def test_a_large_body_arrives_whole(server: Server) -> None:
    body = bytes(range(256)) * 40_000
    client = http.client.HTTPConnection("127.0.0.1", started(server))
    client.request("PUT", "/k", body=io.BytesIO(body), headers={"Content-Length": str(len(body))})
    assert client.getresponse().read() == b"PUT /k http " + body


def test_https_on_the_same_port(server: Server, tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text(certificate.make(["127.0.0.1"]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    port = started(server, tls=tls)
    trusting = ssl.create_default_context(cafile=tmp_path / "server.pem")
    for client in (
        http.client.HTTPSConnection("127.0.0.1", port, context=trusting),
        http.client.HTTPConnection("127.0.0.1", port),
    ):
        for _ in range(2):
            client.request("GET", "/k")
            scheme = b"https" if isinstance(client, http.client.HTTPSConnection) else b"http"
            assert client.getresponse().read() == b"GET /k " + scheme + b" "


def shout(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Answers each message of a WebSocket in capitals, and requests without one with 426."""
    if upgrade := environ.get(websockets.ENVIRON):
        socket = upgrade.accept("loud")
        for text in socket.messages(60, 60, 1024):
            socket.send(text.upper())
            if text == "end":
                socket.close(4000, "as asked")
    start("426 Upgrade Required", [])
    return []


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_websocket(server: Server, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "server.pem").write_text(certificate.make(["localhost", "127.0.0.1"]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    port = started(server, shout, tls)
    trusting = ssl.create_default_context(cafile=tmp_path / "server.pem") if scheme == "wss" else None
    client = Client(f"{scheme}://127.0.0.1:{port}/", subprotocols=["loud"], tls=trusting)
    for text in ("a", "b" * 1000):
        client.send(text)
        assert client.receive() == text.upper()
    client.send("end")
    assert [client.receive(), client.receive()] == ["END", (4000, "as asked")]


def test_a_frame_that_is_too_large_ends_a_websocket(server: Server) -> None:
    client = Client(f"ws://127.0.0.1:{started(server, shout)}/")
    client.send("x" * 1025)
    assert client.receive()[0] == websockets.TOO_BIG


def test_requests_that_are_no_handshake_are_answered(server: Server) -> None:
    port = started(server, shout)
    assert exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + LAST + b"\r\n").startswith(b"HTTP/1.1 426")
    broken = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert exchange(port, broken).startswith(b"HTTP/1.1 500")


def test_many_connections_at_once(server: Server) -> None:
    port = started(server)
    clients = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(60)]
    for client in clients:
        client.request("GET", "/k")
    assert [client.getresponse().read() for client in clients] == [b"GET /k http "] * 60


def test_a_request_under_way_is_answered_at_the_end(server: Server) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        begun.set()
        go_on.wait(60)
        return echo(environ, start)

    client = http.client.HTTPConnection("127.0.0.1", started(server, slow))
    client.request("GET", "/k")
    assert begun.wait(60)
    server.shutdown()
    go_on.set()
    assert client.getresponse().read() == b"GET /k http "


def get(path: str, method: str = "GET") -> list[tuple[str, str]]:
    return [(":method", method), (":path", path), (":scheme", "http"), (":authority", "h")]


def test_http_2_answers_streams_of_one_connection(server: Server) -> None:
    answers = http2(
        started(server),
        ([*get("/k?a=%20b", "POST"), ("content-length", "4")], b"body"),
        (get("/stream"), b""),
        (get("/empty"), b""),
        (get("/large"), b""),
        (get("/fails"), b""),
    )
    assert answers[0] == ("200", b"POST /k?a=%20b http body")
    assert answers[1] == ("200", b"one two")
    assert answers[2] == ("204", b"")
    assert answers[3] == ("200", LARGE)  # more than the client's window
    assert answers[4] == ("reset", b"")


def test_http_2_requests_do_not_wait_for_each_other(server: Server) -> None:
    meeting = threading.Barrier(2, timeout=60)

    def meet(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        meeting.wait()
        start("200 OK", [])
        return [f"{environ['HTTP_HOST']} {environ.get('HTTP_COOKIE')}".encode()]

    cookies = [("cookie", "a=1"), ("cookie", "b=2")]
    answers = http2(started(server, meet), ([*get("/"), *cookies], b""), (get("/"), b""))
    assert answers == [("200", b"h a=1; b=2"), ("200", b"h None")]
