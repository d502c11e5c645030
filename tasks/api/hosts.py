"""What can name a host, and which hosts are this machine."""

import ipaddress
import re
from typing import Final

THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts that are reached without a network, a proxy or encryption."""

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")


def is_host(text: str) -> bool:
    """Whether `text`, in lower case and ASCII, can name a host: an address, or labels of up to 63 characters."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None
    return True
