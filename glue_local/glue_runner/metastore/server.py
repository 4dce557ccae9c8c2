"""The metastore's socket: open from the start, so that Spark can be told where it is; everything else on first use."""

import logging
import socket
import threading
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)


class Metastore:
    """Listens on loopback, on a free port. A connection costs a thread; none is made unless a job asks for tables."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Opens the socket.

        Args:
            folder: the job's own folder, removed after it.
            home: a folder that stays, where databases and tables go that would lie in the job's own.
        """
        self._folder, self._home = folder, home
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._processor: Any = None

    @property
    def uri(self) -> str:
        return f"thrift://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        threading.Thread(target=self._accept, name="metastore", daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._serve, args=(connection,), name="metastore-call", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """Answers one client until it hangs up."""
        from thriftpy2.protocol import TCyBinaryProtocolFactory
        from thriftpy2.transport import TCyBufferedTransportFactory, TSocket, TTransportException

        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain = TSocket()
        plain.set_handle(connection)
        transport = TCyBufferedTransportFactory().get_transport(plain)
        protocol = TCyBinaryProtocolFactory().get_protocol(transport)
        try:
            processor = self.processor()
            while True:
                processor.process(protocol, protocol)
        except TTransportException:
            LOG.debug("a metastore client hung up")
        except Exception:  # the process edge: the client sees the connection end
            LOG.exception("the metastore's connection")
        finally:
            transport.close()

    def processor(self) -> Any:
        """What answers calls, made once: it costs half a second of imports."""
        with self._lock:
            if self._processor is None:
                import boto3
                from thriftpy2.thrift import TProcessor

                from glue_runner.metastore.handler import Answering, Handler
                from glue_runner.metastore.wire import hive

                handler = Handler(boto3.client("glue"), self._folder, self._home)
                self._processor = TProcessor(hive.ThriftHiveMetastore, Answering(handler))
            return self._processor
