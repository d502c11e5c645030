"""Pictures are drawn when asked for, and memory stays bounded."""

import asyncio
from pathlib import Path

import pytest

from sandbox.gallery import Gallery, draftsman
from sandbox.generation import Generation, Made
from sandbox.options import SandboxOptions
from sandbox.picture import Brief, draw_plain
from tests.sandbox.examples import image_request


def test_old_pictures_are_drawn_again() -> None:
    """A picture that fell out of memory comes back with the same bytes; facts too old are forgotten."""

    async def scenario() -> None:
        gallery = Gallery(link_life_s=60, draw=draw_plain, drawn_max=2, remembered_max=5)
        ids = [f"picture-{seed}" for seed in range(5)]
        for seed, picture_id in enumerate(ids):
            gallery.admit(picture_id, image_request(), seed)
        first = [await gallery.file_of(picture_id) for picture_id in ids]
        assert [await gallery.file_of(picture_id) for picture_id in ids] == first
        assert len(set(first)) == 5
        gallery.admit("another", image_request(), 6)
        with pytest.raises(KeyError):
            await gallery.file_of(ids[0])
        gallery.close()

    asyncio.run(scenario())


def test_a_link_lives_as_long_as_set() -> None:
    """The same link is good before and refused after its time."""
    now = [1000.0]

    async def scenario() -> None:
        gallery = Gallery(link_life_s=60, draw=draw_plain, clock=lambda: now[0])
        made = Generation("g", image_request(), 1, (Made(1, "one"),), "http://here", now[0], ready_at=now[0])
        _, _, query = gallery.link("http://here", "one", made).partition("?exp=")
        expires_at, _, signature = query.partition("&sig=")
        assert gallery.opens("one", expires_at, signature)
        now[0] += 60
        assert not gallery.opens("one", expires_at, signature)
        gallery.close()

    asyncio.run(scenario())


def test_the_pictures_of_a_folder_are_handed_out_as_they_are(tmp_path: Path) -> None:
    """One after the other by seed, and again from the first."""
    for name in ("b.png", "a.png"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "notes.txt").write_bytes(b"none of them")
    draw = draftsman(SandboxOptions(pictures=tmp_path))
    assert [draw(Brief.of(image_request(), seed), "PNG") for seed in range(3)] == [b"a.png", b"b.png", b"a.png"]
