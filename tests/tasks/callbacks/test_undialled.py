"""Who is to be called back and will not be is known before anything is paid."""

import threading

import pytest

from tasks.callbacks.undialled import HOSTS_TOLD, found, undialled_notes

KNOWN = {
    "shop.example": ["8.8.8.8"],
    "receiver": ["172.18.0.3"],
    "split.internal": ["10.0.0.3", "1.1.1.1"],
    "metadata": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "10.0.0.9": ["10.0.0.9"],
}
LEAVE = "set CALLBACK_ALLOW_PRIVATE=1 where the campaign runs, if that is meant"


def known(host: str) -> list[str]:
    """What a name server would say."""
    if host not in KNOWN:
        raise OSError(host)
    return KNOWN[host]


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("receiver", f"callbacks to receiver (172.18.0.3) will not be sent, for that is a private address; {LEAVE}"),
        ("localhost", f"callbacks to localhost (127.0.0.1) will not be sent, for that is a private address; {LEAVE}"),
        ("10.0.0.9", f"callbacks to 10.0.0.9 will not be sent, for that is a private address; {LEAVE}"),
    ],
)
def test_a_private_address_is_told_unless_it_is_allowed(host, told):
    """With the variable that allows it."""
    assert list(undialled_notes([host], allow_private=False, look_up=known)) == [told]
    assert list(undialled_notes([host], allow_private=True, look_up=known)) == []


@pytest.mark.parametrize("host", ["shop.example", "split.internal", "no.such.name"])
def test_nothing_is_said_of_who_may_be_called(host):
    """Or of whom nothing is known."""
    assert list(undialled_notes([host], allow_private=False, look_up=known)) == []


@pytest.mark.parametrize("allow_private", [True, False])
def test_what_is_never_dialled_is_told_in_any_case(allow_private):
    """The machine's own secrets lie there."""
    [told] = undialled_notes(["metadata"], allow_private=allow_private, look_up=known)
    assert told.startswith("callbacks to metadata (169.254.169.254) will not be sent: no receiver may be")


@pytest.mark.parametrize("written", ["127.1", "0x7f000001", "2130706433", "::1", "::ffff:10.0.0.1"])
def test_an_address_may_be_written_in_any_way(written):
    """As the system reads it, without asking anybody."""
    [told] = undialled_notes([written], allow_private=False)
    assert "a private address" in told


def test_a_name_server_that_hangs_holds_nothing_up():
    """What is not known by then is not told."""
    never = threading.Event()
    assert found(["a"], lambda host: [host] if never.wait() else [], patience_s=0.0) == {}
    never.set()


def test_many_hosts_are_not_all_told():
    """The first are."""
    hosts = [f"10.0.0.{number}" for number in range(1, HOSTS_TOLD + 3)]
    [told] = undialled_notes(hosts, allow_private=False, look_up=lambda host: [host])
    assert "10.0.0.5 and 2 more will" in told
