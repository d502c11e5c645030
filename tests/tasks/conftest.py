"""What every test of the tasks shares."""

from collections.abc import Iterator

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.buckets import bucket, s3_server  # noqa: F401  fixtures


@pytest.fixture(scope="session", autouse=True)
def no_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test trusts a server of the world, and reading the world's certificates takes each HTTP client 40 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("no-certificates")))
        yield


@pytest.fixture(autouse=True)
def empty_memory() -> Iterator[None]:
    """What a test has kept in memory goes with it: each listing there walks through all that others have left."""
    yield
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
