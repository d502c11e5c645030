"""Who of those that a campaign is to call back will not be dialled: told with the plan, and not by dead letters."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Thread
from typing import Final

from tasks.api.addresses import may_dial
from tasks.callbacks.callback_settings import ALLOW_PRIVATE_VARIABLE

PATIENCE_S: Final = 1.0
"""A name server that hangs does not hold the plan up: what is not known by then is found out by the deliverer."""
HOSTS_MAX: Final = 20
HOSTS_TOLD: Final = 5

LookUp = Callable[[str], Sequence[str]]


def look_up(host: str) -> list[str]:
    """The addresses of `host`. Raises OSError, and UnicodeError where it is no name."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


def undialled_notes(hosts: Iterable[str], *, allow_private: bool, look_up: LookUp = look_up) -> Iterator[str]:
    """A sentence for those at addresses that must be allowed first, and one for those that never are."""
    private, never = list[str](), list[str]()
    for host, addresses in found(sorted(set(hosts))[:HOSTS_MAX], look_up).items():
        if not addresses or any(may_dial(address, allow_private=allow_private) for address in addresses):
            continue
        shown = host if host in addresses else f"{host} ({addresses[0]})"
        (private if any(may_dial(address, allow_private=True) for address in addresses) else never).append(shown)
    if private:
        yield (
            f"callbacks to {listed(private)} will not be sent, for that is a private address; "
            f"set {ALLOW_PRIVATE_VARIABLE}=1 where the campaign runs, if that is meant"
        )
    if never:
        yield f"callbacks to {listed(never)} will not be sent: no receiver may be at such an address"


def found(hosts: Iterable[str], look_up: LookUp, patience_s: float = PATIENCE_S) -> dict[str, Sequence[str]]:
    """The addresses of each host that are known in time; on threads that nobody waits for at the end."""
    known: dict[str, Sequence[str]] = {}

    def ask(host: str) -> None:
        try:
            known[host] = look_up(host)
        except (OSError, UnicodeError):
            known[host] = ()

    threads = [Thread(target=ask, args=(host,), daemon=True) for host in hosts]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + patience_s
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(sorted(known.items()))


def listed(hosts: Sequence[str]) -> str:
    """Such as `a, b and 3 more`."""
    more = len(hosts) - HOSTS_TOLD
    return ", ".join(hosts[:HOSTS_TOLD]) + (f" and {more} more" if more > 0 else "")
