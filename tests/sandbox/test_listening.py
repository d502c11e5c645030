"""The sandbox's socket."""

import socket

from sandbox.listening import listen


def test_its_connections_send_at_once() -> None:
    """An answer's second part waits for nobody's acknowledgement of the first."""
    with listen(0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
