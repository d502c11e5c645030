"""May this address be dialled, where a stranger chose the name that led to it?

The lists are our own, after https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister: what
`ipaddress` calls global differs from one Python to the next, and includes multicast and, in some, 6to4 and NAT64.
"""

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED_V4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network; 0.0.0.0 reaches this machine
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared, behind a carrier's translation
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local; the metadata of cloud machines
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation, as are 198.51.100 and 203.0.113
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
"""All that is handed out: loopback, unique local, link-local, site-local, multicast and NAT64 lie outside it."""
_REFUSED_V6: Final = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: any address of IPv4 may be inside
            "3fff::/20",  # documentation
        ),
    )
)
_PRIVATE: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"),
    )
)
"""Where receivers of one's own are. The metadata of most cloud machines is at link-local addresses, and not here."""
_METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"))
)
"""What tells a cloud machine its secrets at addresses of other kinds: Alibaba, Azure, AWS, Google."""
_WRAPS_V4: Final = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("::/96"))
_LOOPBACK_V6: Final = ipaddress.IPv6Address("::1")


def may_dial(address: str, *, allow_private: bool = False) -> bool:
    """Whether `address` is public, or private where that is allowed. What is no address may not be dialled."""
    try:
        parsed = unwrapped(ipaddress.ip_address(address))
    except ValueError:
        return False
    if parsed in _METADATA:
        return False
    return is_public(parsed) or (allow_private and any(parsed in network for network in _PRIVATE))


def unwrapped(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 maps, or is compatible with; any other is itself."""
    if isinstance(address, ipaddress.IPv6Address) and address != _LOOPBACK_V6 and _is_in(address, _WRAPS_V4):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether an unwrapped address can belong to one machine of the open Internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not _is_in(address, _REFUSED_V4)
    return address in _PUBLIC_V6 and address.scope_id is None and not _is_in(address, _REFUSED_V6)


def _is_in(address: Address, networks: tuple[ipaddress.IPv4Network, ...] | tuple[ipaddress.IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)
