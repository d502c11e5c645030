"""The embedded server's socket; what the server does is tested by the campaigns that run on it."""

import socket

from flows.embedded_server import listen


def test_its_connections_send_at_once():
    """They inherit it: the process that accepts them is handed a socket of which asyncio sets nothing."""
    with listen() as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
