"""Connections to hosts that strangers named: the address that was checked is the one that is dialled."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpcore

from tasks.api.addresses import may_dial

CONNECT_TIMEOUT_S: Final = 5.0
"""How long one address may take to answer; a name may have several."""
RESOLVE_TIMEOUT_S: Final = 5.0
ADDRESSES_MAX: Final = 3

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host and a port to addresses, the best first. Raises OSError."""


class AddressRefused(Exception):
    """The name leads to no address that may be dialled."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, in the order in which the system prefers them. Raises OSError, also when it takes long.

    On a thread of its own, which nobody waits for at the end: a name server that hangs holds nothing else up.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str], error: OSError | None) -> None:
        if not found.done():
            found.set_exception(error) if error is not None else found.set_result(addresses)

    def look_up() -> None:
        addresses, failed = [], None
        try:
            addresses = [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError as error:
            failed = error
        with suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(tell, addresses, failed)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return await asyncio.wait_for(found, RESOLVE_TIMEOUT_S)
    except TimeoutError as error:
        raise OSError(f"The name {host} could not be looked up within {RESOLVE_TIMEOUT_S:g} s") from error


@dataclass(frozen=True)
class CheckedStream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its encryption does not come about, also because nobody waits any longer.

    httpcore closes it only where that fails by itself: endpoints that never finish greeting would use up all sockets.
    """

    stream: httpcore.AsyncNetworkStream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's
        """As it is."""
        return await self.stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  httpcore's
        """As it is."""
        await self.stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """As it is."""
        await self.stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """The encrypted connection."""
        try:
            return CheckedStream(await self.stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self.stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's
        """As it is."""
        return self.stream.get_extra_info(info)


@dataclass(frozen=True)
class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a name once and dials only what of it may be dialled, so that no second answer can lead elsewhere.

    A name may have addresses of both kinds, as in networks that answer differently inside: the others are passed over,
    and it is refused only where none is left. Host header and certificate stay those of the name.
    """

    allow_private: bool
    resolve: Resolve = resolve
    network: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first connection that comes about. Raises AddressRefused, and ConnectError where none does."""
        try:
            addresses = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"its name is not found: {error}") from error
        allowed = [address for address in addresses if may_dial(address, allow_private=self.allow_private)]
        if addresses and not allowed:
            raise AddressRefused
        failure: Exception = httpcore.ConnectError("its name has no address")
        for address in allowed[:ADDRESSES_MAX]:
            try:
                patience_s = timeout or CONNECT_TIMEOUT_S
                return CheckedStream(
                    await self.network.connect_tcp(address, port, patience_s, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
