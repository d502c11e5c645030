"""A web server on this machine that answers each path as a test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """A web server that answers each path as it is told."""

    url: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The method and the path of each request."""
    signed_in: list[str | None] = field(default_factory=list)

    def says(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """The address at which the server gives this answer."""
        self.answers[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        return f"{self.url}{path}"


@contextmanager
def web_server() -> Iterator[Web]:
    """One that runs, and knows nothing yet."""
    known = Web()

    class Handler(BaseHTTPRequestHandler):
        """Answers from the list."""

        def answer(self) -> None:
            """Whatever the method."""
            known.asked.append(f"{self.command} {self.path}")
            known.signed_in.append(self.headers["authorization"])
            status, headers, body = known.answers.get(self.path, (404, {}, b"no such page"))
            self.send_response(status)
            for name, value in ({"content-length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = answer  # noqa: N815  as the base class calls them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield known
        server.shutdown()
