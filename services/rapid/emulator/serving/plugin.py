"""GATEWAY_SERVER=rapid: how LocalStack finds the server."""

from typing import Any

from localstack.runtime.server.core import RuntimeServer, RuntimeServerPlugin


class ServerPlugin(RuntimeServerPlugin):
    """Makes the one server of the process."""

    name = "rapid"

    def load(self, *_args: Any, **_kwargs: Any) -> RuntimeServer:
        from rapid.emulator.serving.server import Server

        return Server()
