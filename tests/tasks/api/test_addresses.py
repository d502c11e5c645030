"""Only addresses of single machines on the open Internet are dialled, whatever this Python calls global."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.api.addresses import may_dial

PRIVATE = [
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "fc00::1",
    "fdff:ffff::1",
]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::2",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "::ffff:224.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%lo",
    "2606:4700:4700::1111%lo",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2001:200::1",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "3ffe::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_dialled(address):
    """The neighbours of every block that is not."""
    assert may_dial(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_dialled_where_that_is_allowed(address):
    """A receiver of one's own is at one."""
    assert not may_dial(address)
    assert may_dial(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_dialled(address):
    """A cloud machine's metadata, groups of machines, and tunnels to any address at all."""
    assert not may_dial(address)
    assert not may_dial(address, allow_private=True)


v4 = st.ip_addresses(v=4)
v6 = st.ip_addresses(v=6)


@given(v6)
def test_what_this_python_calls_private_is_not_public(address):
    """Our lists are never laxer than those of `ipaddress`, save that some versions refuse every mapped address."""
    if may_dial(str(address)) and int(address) >> 32 not in {0, 0xFFFF}:
        assert address.is_global
        assert not any((address.is_multicast, address.is_reserved, address.is_unspecified))


@given(v4, st.booleans())
def test_a_wrapped_address_is_judged_by_what_it_wraps(address, allow_private):
    """Mapped or compatible."""
    expected = may_dial(str(address), allow_private=allow_private)
    assert may_dial(f"::ffff:{address}", allow_private=allow_private) == expected
    if address != ipaddress.ip_address("0.0.0.1"):  # ::1 is the loopback address before it is a compatible one
        assert may_dial(f"::{address}", allow_private=allow_private) == expected


@given(v4)
def test_tunnels_are_refused_whatever_is_inside(address):
    """Translated by NAT64 or carried by 6to4."""
    high, low = divmod(int(address), 65_536)
    for tunnel in (f"64:ff9b::{address}", f"64:ff9b:1::{address}", f"2002:{high:x}:{low:x}::1"):
        assert not may_dial(tunnel, allow_private=True)


@given(st.text() | st.sampled_from(["127.1", "0x7f000001", "2130706433", "010.0.0.1", "1.1.1.1 ", "[::1]", ""]))
def test_what_is_no_address_is_not_dialled(text):
    """Other spellings that a resolver would read."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not may_dial(text, allow_private=True)


def test_all_of_ipv4_is_judged_as_this_python_judges_it():
    """One address of every third /16: what is not global for this Python is not for us."""
    addresses = (ipaddress.IPv4Address((block << 16) + 8) for block in range(0, 65_536, 3))
    assert [str(address) for address in addresses if not address.is_global and may_dial(str(address))] == []


@pytest.mark.parametrize("address", ["100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:168.63.129.16"])
def test_the_metadata_of_a_cloud_machine_is_never_dialled(address: str):
    """Also where private addresses are allowed."""
    assert not may_dial(address)
    assert not may_dial(address, allow_private=True)
