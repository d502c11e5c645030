"""An S3 server of its own, and a bucket there, as fixtures: import both."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

SECRET = "canary-secret-0123456789"


@dataclass(frozen=True)
class Bucket:
    """An empty bucket, and how to look into it without the code under test."""

    server: str
    name: str

    @property
    def url(self) -> str:
        """As a person would write it."""
        return f"s3://{self.name}"

    def keys(self) -> list[str]:
        """Every key in it."""
        fs = S3FileSystem(use_listings_cache=False)
        return sorted(key.removeprefix(f"{self.name}/") for key in fs.find(self.name))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The server knows no key while the context lasts."""
        httpx.post(f"{self.server}/moto-api/reset-auth", content=b"0", trust_env=False).raise_for_status()
        try:
            yield
        finally:
            httpx.post(f"{self.server}/moto-api/reset-auth", content=b"inf", trust_env=False)

    def content_type(self, key: str) -> str:
        """What a browser would be told."""
        return S3FileSystem(use_listings_cache=False).info(f"{self.name}/{key}")["ContentType"]


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The address of a running S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket that the environment leads to, the way a user would set it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    httpx.post(f"{s3_server}/moto-api/reset", trust_env=False)
    httpx.put(f"{s3_server}/campaigns", trust_env=False).raise_for_status()
    S3FileSystem.clear_instance_cache()
    yield Bucket(s3_server, "campaigns")
    S3FileSystem.clear_instance_cache()
