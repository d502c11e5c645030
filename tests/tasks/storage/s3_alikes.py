"""Stores that speak S3 in their own ways, by https: moto behind what imitates them."""

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

Answer = tuple[int, str, str]
"""Status, code and sentence of a refusal."""
Imitation = Callable[[dict[str, Any]], Answer | None]
"""Looks at a request as WSGI has it, changes it, and may refuse it."""
MAY_NOT: Final = (403, "AccessDenied", "Access Denied")


def r2(request: dict[str, Any]) -> Answer | None:
    """Knows no trailers; honours conditions."""
    payload = request.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    return (501, "NotImplemented", f"{payload} not implemented") if payload.startswith("STREAMING-") else None


def old_minio(request: dict[str, Any]) -> Answer | None:
    """Refuses conditions, and trailers too."""
    if request["REQUEST_METHOD"] in {"PUT", "DELETE"} and {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"} & request.keys():
        return 501, "NotImplemented", "A header you provided implies functionality that is not implemented"
    return r2(request)


def stripping(request: dict[str, Any]) -> Answer | None:
    """A proxy that loses conditions on the way."""
    request.pop("HTTP_IF_NONE_MATCH", None)
    request.pop("HTTP_IF_MATCH", None)
    return None


def without_right(right: str) -> Imitation:
    """A store whose key lacks one of S3's rights."""
    return lambda request: MAY_NOT if right_of(request) == right else None


def right_of(request: dict[str, Any]) -> str:
    """What a request asks to be allowed."""
    if request["REQUEST_METHOD"] == "GET" and "list-type" in request["QUERY_STRING"]:
        return "s3:ListBucket"
    rights = {"PUT": "s3:PutObject", "DELETE": "s3:DeleteObject", "GET": "s3:GetObject", "HEAD": "s3:GetObject"}
    return rights[request["REQUEST_METHOD"]]


class Alike:
    """Answers as `imitation` does, otherwise as moto."""

    def __init__(self, imitation: Imitation) -> None:
        self.imitation = imitation
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, request: dict[str, Any], start: Callable[..., Any]) -> Any:
        """Answer one request."""
        refusal = self.imitation(request)
        if refusal is None:
            return self._moto(request, start)
        is_chunked = request.get("wsgi.input_terminated", False)
        request["wsgi.input"].read(-1 if is_chunked else int(request.get("CONTENT_LENGTH") or 0))
        status, code, sentence = refusal
        start(f"{status} Refused", [("Content-Type", "application/xml")])
        is_head = request["REQUEST_METHOD"] == "HEAD"
        return [] if is_head else [f"<Error><Code>{code}</Code><Message>{sentence}</Message></Error>".encode()]


@contextmanager
def served(imitation: Imitation, folder: Path) -> Iterator[tuple[str, Path]]:
    """Where it listens, and whom to trust for it."""
    certificate = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    alike = Alike(imitation)
    server = make_server("127.0.0.1", 0, alike, threaded=True, request_handler=MotoRequestHandler, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", certificate
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "s3-alike")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "s3-alike.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path
