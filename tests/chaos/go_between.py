"""What stands between a campaign and an API or a bucket, and lets requests and answers go astray."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from tests.chaos.fates import Fate, Passing

HOP_BY_HOP: Final = {"connection", "content-length", "date", "expect", "keep-alive", "server", "transfer-encoding"}
TIMEOUT_S: Final = 60.0


class Handler(BaseHTTPRequestHandler):
    """Passes on what is asked, and what is answered, as far as its fate lets it."""

    protocol_version = "HTTP/1.1"
    upstream: SplitResult
    decide: Callable[[Passing], Fate]

    def pass_on(self) -> None:
        """One request, and its answer."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fate = self.decide(Passing(self.command, self.path, body))
        with suppress(OSError):  # whoever asked has died
            answer = self.ask(body) if fate.arrives else None
            if not fate.is_answered:
                self.close_connection = True
            elif fate.instead is not None:
                status, kind, told = fate.instead
                self.answer(status, [("content-type", kind)], told)
            elif answer is not None:
                self.answer(*answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815  the names of the server

    def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The real answer."""
        connection = HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=TIMEOUT_S)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            connection.request(self.command, self.path, body or None, headers | {"content-length": str(len(body))})
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Hand an answer on. One to HEAD announces a length that does not follow."""
        announced = next((value for name, value in headers if name.lower() == "content-length"), "0")
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", announced if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """One whose clients may be killed at any moment."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def go_between(upstream: str, decide: Callable[[Passing], Fate]) -> Iterator[str]:
    """The address of a proxy before `upstream`, both by http, as long as the context lasts."""
    handler = type("Between", (Handler,), {"upstream": urlsplit(upstream), "decide": staticmethod(decide)})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
