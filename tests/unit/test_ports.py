"""Ports for what tests start."""

import socket

import pytest

from tests.conftest import free_port


def test_a_port_is_kept_from_other_sessions_and_left_to_the_service() -> None:
    port = free_port()
    with socket.socket() as service:
        service.bind(("127.0.0.1", port))
    with socket.socket(type=socket.SOCK_DGRAM) as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
