"""What is dialled is what was checked, whatever a name server says the next time."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import pytest

from tasks.callbacks.dialling import ADDRESSES_MAX, AddressRefused, CheckedNetwork


class NoNetwork(httpcore.AsyncNetworkBackend):
    """Notes what is dialled; nothing answers."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse the connection."""
        self.dialled.append((host, port))
        raise httpcore.ConnectError("nobody is there")


def dialled(answers: Iterable[Sequence[str]], *, allow_private: bool = False, error: type[Exception]) -> list[str]:
    """The addresses that one connection dials, where each look-up of its name gets the next of `answers`."""
    rest = iter(answers)
    network = NoNetwork()

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return next(rest)

    async def scenario() -> None:
        with pytest.raises(error):
            await CheckedNetwork(allow_private, resolve, network).connect_tcp("hooks.example.com", 8443)

    asyncio.run(scenario())
    assert {port for _, port in network.dialled} <= {8443}
    return [host for host, _ in network.dialled]


def test_a_name_that_changes_its_mind_is_held_to_its_first_answer():
    """It is looked up once: the second answer would be this machine."""
    assert dialled([["1.1.1.1"], ["127.0.0.1"]], error=httpcore.ConnectError) == ["1.1.1.1"]


def test_private_addresses_among_public_ones_are_passed_over():
    """The first that may be dialled is."""
    answers = [["127.0.0.1", "::1", "1.1.1.1", "10.0.0.1", "2606:4700::1"]]
    assert dialled(answers, error=httpcore.ConnectError) == ["1.1.1.1", "2606:4700::1"]


def test_a_name_with_private_addresses_only_is_refused():
    """Nothing is dialled, unless that is allowed; and then the metadata of a cloud machine is not."""
    assert dialled([["127.0.0.1", "::1"]], error=AddressRefused) == []
    assert dialled([["127.0.0.1"]], allow_private=True, error=httpcore.ConnectError) == ["127.0.0.1"]
    assert dialled([["169.254.169.254"]], allow_private=True, error=AddressRefused) == []


def test_a_name_without_an_address_cannot_be_reached():
    """That is no refusal: it may have one tomorrow."""
    assert dialled([[]], error=httpcore.ConnectError) == []


def test_a_name_with_many_addresses_is_not_tried_for_ever():
    """A few of them are enough."""
    answers = [[f"1.1.1.{n}" for n in range(1, 100)]]
    assert len(dialled(answers, error=httpcore.ConnectError)) == ADDRESSES_MAX
