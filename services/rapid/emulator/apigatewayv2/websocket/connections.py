"""Who is connected. Connections end with the process that has them."""

import base64
import contextlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from localstack.http import Request

from rapid.emulator.serving.websockets import WebSocket

PAYLOAD_BYTES = 128 * 1024
FRAME_BYTES = 32 * 1024
IDLE_SECONDS = 10 * 60.0
LIFETIME_SECONDS = 2 * 60 * 60.0
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
(read 2026-11)."""


def _identifier() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


@dataclass
class Connection:
    """One client's connection to a stage.

    Attributes:
        domain: host, and where the API has no host of its own also the path, at which the API is reached.
        socket: None until the handshake is through.
        authorizer: what the authorizer said of the client when it connected.
    """

    account: str
    region: str
    api_id: str
    stage: str
    domain: str
    source_ip: str
    user_agent: str
    socket: WebSocket | None = None
    authorizer: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=_identifier)
    connected_at: int = field(default_factory=lambda: int(time.time() * 1000))
    last_active_at: int = field(default_factory=lambda: int(time.time() * 1000))

    def send(self, data: str | bytes) -> None:
        """Sends one message: data as text, if they are some.

        Raises:
            OSError: the client is gone.
        """
        if self.socket is None:
            raise ConnectionError("The connection is not open yet.")
        if isinstance(data, bytes):
            with contextlib.suppress(UnicodeDecodeError):
                data = data.decode()
        self.socket.send(data)
        self.last_active_at = int(time.time() * 1000)

    @property
    def identity(self) -> dict[str, str]:
        return {"sourceIp": self.source_ip, **({"userAgent": self.user_agent} if self.user_agent else {})}


OPEN: dict[tuple[str, str, str], Connection] = {}
"""API, stage and connection id to those that are open."""


def new(account: str, region: str, api_id: str, stage: str, domain: str, request: Request) -> Connection:
    """A connection that is being made."""
    address, agent = request.remote_addr or "127.0.0.1", request.headers.get("User-Agent", "")
    return Connection(account, region, api_id, stage, domain, address, agent)
