"""Fetches a table from a web address: asked for once, with GET alone, and kept on disk while it is read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import IO, Final, NamedTuple

import httpx

from tasks.api.connection import UNPROXIED, USER_AGENT, keep_queries_out_of_logs
from tasks.api.proxies import check_way_out
from tasks.tables.content import HEAD_BYTES, is_page
from tasks.tables.hindrance import Refused, TooLarge, TooMuch

CONNECT_TIMEOUT_S: Final = 20.0
READ_TIMEOUT_S: Final = 60.0


class Patience(NamedTuple):
    """How long a table is waited for, and how large it may be."""

    read_timeout_s: float = READ_TIMEOUT_S
    whole_timeout_s: float = 600.0
    most_bytes: int = 1 << 29


HELD_BYTES: Final = 1 << 24
_SIGN_IN: Final = re.compile(r"//(accounts|login|auth|sso)\.|/[^?]*(log|sign)[-_]?in|oauth", re.IGNORECASE)


@contextmanager
def fetched(url: str, patience: Patience = Patience()) -> Iterator[IO[bytes]]:  # noqa: B008  it is frozen
    """A copy of what lies at `url`, an http or https address; redirects are followed.

    One GET and nothing before it: signed links and published sheets do not answer to HEAD. Raises Refused, TooMuch, and
    what httpx raises where nothing is answered. Raises InputInvalid where a proxy of the environment cannot be used.
    """
    check_way_out()
    keep_queries_out_of_logs()
    with SpooledTemporaryFile(HELD_BYTES) as copy:
        address = httpx.URL(url)
        bare = address.copy_with(username=None, password=None, fragment=None)
        auth = (address.username, address.password) if address.userinfo else None
        timeout = httpx.Timeout(patience.read_timeout_s, connect=CONNECT_TIMEOUT_S)
        headers = {"user-agent": USER_AGENT, "accept-encoding": "identity", "accept": "text/csv, */*"}
        with (
            httpx.Client(timeout=timeout, follow_redirects=True, mounts=UNPROXIED) as client,
            client.stream("GET", bare, headers=headers, auth=auth) as response,
        ):
            if not response.is_success:
                raise Refused(response.status_code)
            _keep(response, copy, patience)
        copy.seek(0)
        if response.history and _SIGN_IN.search(str(response.url)) and is_page(copy.read(HEAD_BYTES)):
            raise Refused(httpx.codes.UNAUTHORIZED)
        copy.seek(0)
        yield copy


def _keep(response: httpx.Response, copy: IO[bytes], patience: Patience) -> None:
    """Write what comes to `copy`. Raises TooMuch where it comes too slowly as a whole, or does not end."""
    until = monotonic() + patience.whole_timeout_s
    for chunk in response.iter_bytes():
        copy.write(chunk)
        if copy.tell() > patience.most_bytes:
            problem = f"is larger than {patience.most_bytes >> 20:,} MB; download it, and name a part of it"
            raise TooLarge(problem)
        if monotonic() > until:
            raise TooMuch(
                f"does not come within {patience.whole_timeout_s / 60:.0f} minutes; download it, and name the file"
            )
