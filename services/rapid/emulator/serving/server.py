"""The listening sockets, the connections that pause, and the threads that serve those that do not."""

import contextlib
import logging
import selectors
import socket
import ssl
import threading
import time
from functools import partial

from localstack.config import HostAndPort
from localstack.runtime.server.core import RuntimeServer
from rolo.gateway import Gateway
from rolo.gateway.wsgi import WsgiGateway

from rapid.emulator.serving.connection import Application, Connection
from rapid.emulator.serving.workers import Workers

LOG = logging.getLogger(__name__)

BACKLOG = 1024
STOP_SECONDS = 10.0
"""How long requests under way may take at the end."""


class Server(RuntimeServer):
    """LocalStack's runtime server. `run` blocks until another thread calls `shutdown`."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        self._paused: list[Connection] = []
        self._open: set[Connection] = set()
        self._lock = threading.Lock()
        self._workers = Workers("http")
        self._stopping = False

    def register(self, gateway: Gateway, listen: list[HostAndPort], ssl_creds: tuple[str, str] | None = None) -> None:
        """Listens. From here on clients can connect; they are served once `run` is called."""
        tls = None
        if ssl_creds:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certfile=ssl_creds[0], keyfile=ssl_creds[1])
        for address in listen:
            self.listen(WsgiGateway(gateway), address.host, address.port, tls)

    def listen(self, application: Application, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listens for one application. Returns: the port, which is a free one for 0."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, partial(Connection, application=application, tls=tls))
        return int(listener.getsockname()[1])

    def run(self) -> None:
        """Accepts connections and wakes those that paused."""
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.fileobj is self._wake_in:
                    self._resume_watching()
                elif isinstance(key.data, Connection):
                    self._selector.unregister(key.fileobj)
                    self._serve(key.data)
                else:
                    self._accept(key)
        self._finish()

    def shutdown(self) -> None:
        """Has `run` end: requests under way are answered, others are not taken any more."""
        self._stopping = True
        self._wake()

    def _accept(self, key: selectors.SelectorKey) -> None:
        listener = key.fileobj
        assert isinstance(listener, socket.socket)  # noqa: S101 - it was registered as one
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection: Connection = key.data(listener.accept()[0])
            with self._lock:
                self._open.add(connection)
            self._serve(connection)

    def _serve(self, connection: Connection) -> None:
        self._workers.submit(partial(self._work, connection))

    def _work(self, connection: Connection) -> None:
        """In a thread: serves a connection until it pauses or ends."""
        still_open = False
        try:
            still_open = connection.serve()
        finally:
            with self._lock:
                if still_open:
                    self._paused.append(connection)
                else:
                    self._open.discard(connection)
        if still_open:
            self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_out.send(b".")

    def _resume_watching(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake_in.recv(4096)
        with self._lock:
            paused, self._paused = self._paused, []
        for connection in paused:
            try:
                self._selector.register(connection.sock, selectors.EVENT_READ, connection)
            except (ValueError, OSError):  # closed meanwhile
                with self._lock:
                    self._open.discard(connection)

    def _finish(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket) and key.fileobj is not self._wake_in:
                key.fileobj.close()
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            with self._lock:
                busy = [connection for connection in self._open if connection.busy]
            if not busy:
                break
            time.sleep(0.02)
        else:
            LOG.warning("%d requests were still running and are cut off", len(busy))
        with self._lock:
            for connection in self._open:
                connection.close()
