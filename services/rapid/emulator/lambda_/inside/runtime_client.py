"""What awslambdaric needs of its own compiled module `runtime_client`, for a Python that it is not compiled for here.

The four calls of the Runtime API on a connection that stays open. In a runtime folder of the interpreter's version it
stands beside awslambdaric, which imports it by this name.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (read 2026-11)
"""

from __future__ import annotations  # Python 3.9

import os
import socket
from typing import Any

_host, _, _port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
_socket = socket.create_connection((_host, int(_port)))
_answers = _socket.makefile("rb")
_PREFIX = "/2018-06-01/runtime/invocation/"
_DEADLINE = "Lambda-Runtime-Deadline-Ms"
_agent = ""


def initialize_client(user_agent: str) -> None:
    """Notes the client's name, for the header."""
    global _agent  # noqa: PLW0603 - the module is the client, as the compiled one is
    _agent = user_agent


def next() -> tuple[bytes, dict[str, Any]]:  # noqa: A001 - the compiled module's name
    """Waits for an event. Returns: its payload, and the headers that came with it; the deadline is a number."""
    payload, headers = _exchange("GET", "next", b"", {}, 200)
    return payload, {**headers, _DEADLINE: int(headers[_DEADLINE])}


def post_invocation_result(
    invoke_id: str, result_data: bytes, content_type: str, _invocation_id: str | None = None
) -> None:
    """Sends what the handler returned."""
    _exchange("POST", f"{invoke_id}/response", result_data, {"Content-Type": content_type}, 202)


def post_error(invoke_id: str, error_response_data: str, xray_fault: str, _invocation_id: str | None = None) -> None:
    """Sends what the handler raised."""
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault}
    _exchange("POST", f"{invoke_id}/error", error_response_data.encode(), headers, 202)


def _exchange(
    method: str, path: str, body: bytes, headers: dict[str, str], expected: int
) -> tuple[bytes, dict[str, str]]:
    """One request and its answer. The server is the emulator's, which always names the length."""
    headers = {"Host": f"{_host}:{_port}", "User-Agent": _agent, "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {_PREFIX}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    _socket.sendall("\r\n".join(lines).encode("latin-1", "replace") + body)
    status = int(_answers.readline().split()[1])
    found = {}
    for line in iter(_answers.readline, b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        found[name] = value.strip()
    answer = _answers.read(int(found["Content-Length"]))
    if status != expected:
        raise RuntimeError(f"The Runtime API answered {status}: {answer.decode(errors='replace')}")
    return answer, found
