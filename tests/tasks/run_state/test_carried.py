"""Pictures that many requests carry are held once."""

import asyncio

import pytest

from tasks.errors import ReferenceLost
from tasks.records.reference import Reference
from tasks.run_state.carried import Carried

LOGO, SHOT = (Reference(sha256=name, media_type="image/png") for name in ("logo", "shot"))


def test_each_is_read_once_while_anybody_carries_it():
    """Ten requests share a logo; when the last is answered, its bytes are let go."""
    asked: list[str] = []

    async def read(reference: Reference) -> bytes:
        asked.append(reference.sha256)
        await asyncio.sleep(0)
        return reference.sha256.encode() * 3

    async def scenario() -> None:
        carried = Carried()
        all_hold = asyncio.Barrier(10)

        async def carry() -> None:
            async with carried.holding((LOGO, SHOT, LOGO), read) as contents:
                await all_hold.wait()
                assert contents == {"logo": b"logo" * 3, "shot": b"shot" * 3}

        await asyncio.gather(*(carry() for _ in range(10)))
        assert sorted(asked) == ["logo", "shot"]
        async with carried.holding((LOGO,), read), carried.holding((), read) as none:
            assert none == {}
        assert sorted(asked) == ["logo", "logo", "shot"]

    asyncio.run(scenario())


def test_one_that_is_lost_is_looked_for_again():
    """Whoever waits for it hears of it; it may be back for the next."""
    there = False

    async def read(_: Reference) -> bytes:
        if not there:
            raise ReferenceLost("gone")
        return b"back"

    async def scenario() -> None:
        nonlocal there
        carried = Carried()
        for _ in range(2):
            with pytest.raises(ReferenceLost):
                async with carried.holding((LOGO,), read):
                    raise AssertionError("nothing can be sent")
        there = True
        async with carried.holding((LOGO,), read) as contents:
            assert contents == {"logo": b"back"}

    asyncio.run(scenario())
