"""Wherever an export is killed, each file is whole, the manifest names what is there, and the next one ends it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tasks.errors import InputInvalid, StorageFailed
from tasks.exporting.archive import to_archive
from tasks.exporting.export import ExportOrder
from tasks.exporting.export_campaign import export_campaign
from tasks.exporting.folder import to_folder
from tasks.exporting.hand_over import HandOver, digest_of, digests_of
from tasks.storage.storage import CampaignStore
from tests.buckets import Bucket, bucket, s3_server  # noqa: F401  fixtures
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds

STEPS_MAX = 40


class Killed(BaseException):
    """What ends a process between two steps, past every `except Exception`."""


@dataclass(frozen=True)
class Mortal(CampaignStore):
    """A place to which a process can only do so many things before it is killed."""

    left: list[None] = field(default_factory=list)

    @classmethod
    def after(cls, folder: Path, steps: int) -> "Mortal":
        """Which is killed after so many."""
        store = CampaignStore.at(str(folder))
        return cls(store.root, store._fs, store._base, [None] * steps)

    def step(self) -> None:
        """One thing that is done."""
        try:
            self.left.pop()
        except IndexError:
            raise Killed from None

    def publish(self, files: Mapping[str, bytes]) -> None:
        """Write files."""
        for key, data in files.items():  # a bucket writes one after the other
            self.step()
            super().publish({key: data})

    def delete(self, key: str) -> None:
        """Remove a file."""
        self.step()
        super().delete(key)


@dataclass
class Shelf:
    """A campaign's pictures, and a folder that they are handed over to."""

    folder: Path

    @property
    def handed(self) -> Path:
        """Where they are handed over."""
        return self.folder / "handed"

    def wanted(self, **pictures: str) -> HandOver:
        """Pictures by their names, with a manifest that says what they hold."""
        source = CampaignStore.at(str(self.folder / "campaign"))
        source.publish({f"variants/{name}": text.encode() for name, text in pictures.items()})
        keys = {f"{name}.webp": f"variants/{name}" for name in pictures}
        manifest = "\n".join(f"{name}.webp {digest_of(text.encode())}" for name, text in pictures.items())
        return HandOver("Lamps", source, keys, digests_of(source, keys), {"manifest.csv": manifest.encode()})

    def there(self) -> dict[str, bytes]:
        """What is there to be seen."""
        paths = self.handed.iterdir() if self.handed.exists() else ()
        return {path.name: path.read_bytes() for path in paths if not path.name.startswith(".")}

    def handed_over(self, wanted: HandOver) -> int:
        """Hand it over undisturbed; how much was written."""
        return to_folder(wanted, CampaignStore.at(str(self.handed)), lambda *_: None).written


def hand_over_until_killed(shelf: Shelf, wanted: HandOver, steps: int) -> bool:
    """Whether it came to its end before it was killed."""
    try:
        to_folder(wanted, Mortal.after(shelf.handed, steps), lambda *_: None)
    except Killed:
        return False
    return True


def test_killed_between_any_two_steps_nothing_is_half_there(tmp_path):
    """Each picture is the old one or the new one; what the manifest names is there; the next one ends it."""
    before, now = {"a": "A", "b": "B", "c": "C"}, {"a": "A", "b": "B2", "d": "D"}
    for steps in range(STEPS_MAX):
        shelf = Shelf(tmp_path / str(steps))
        shelf.handed_over(shelf.wanted(**before))
        (shelf.handed / "notes.txt").write_text("ours")
        wanted = shelf.wanted(**now)
        is_over = hand_over_until_killed(shelf, wanted, steps)
        there = shelf.there()
        for name in ("a", "b", "c", "d"):
            told = {before.get(name, "").encode(), now.get(name, "").encode()}
            assert there.get(f"{name}.webp", b"") in {*told, *({b""} if name in "cd" else ())}
        assert there["manifest.csv"] in {
            wanted.tables["manifest.csv"],
            Shelf(tmp_path / "x").wanted(**before).tables["manifest.csv"],
        }
        for line in there["manifest.csv"].decode().splitlines():
            assert line.split()[0] in there
        shelf.handed_over(wanted)
        assert shelf.there() == {"a.webp": b"A", "b.webp": b"B2", "d.webp": b"D", "notes.txt": b"ours", **wanted.tables}
        assert shelf.handed_over(wanted) == 0
        if is_over:
            return
    pytest.fail("it never came to its end")


def test_what_an_interrupted_export_has_left_is_known_to_the_next(tmp_path):
    """Also where that wants other pictures: nothing stays that nobody has approved."""
    for steps in range(STEPS_MAX):
        shelf = Shelf(tmp_path / str(steps))
        is_over = hand_over_until_killed(shelf, shelf.wanted(a="A", b="B"), steps)
        wanted = shelf.wanted(b="B2", c="C")
        shelf.handed_over(wanted)
        assert shelf.there() == {"b.webp": b"B2", "c.webp": b"C", **wanted.tables}
        if is_over:
            return
    pytest.fail("it never came to its end")


def test_what_a_killed_export_has_staged_goes_with_the_next(tmp_path):
    """Once it is a minute old; what others have there under such names stays."""
    shelf = Shelf(tmp_path)
    shelf.handed_over(shelf.wanted(a="A"))
    left, fresh, other = (shelf.handed / f".{name}.part" for name in ("0" * 32, "1" * 32, "film"))
    for path in (left, fresh, other):
        path.write_text("half")
    for path in (left, other):
        os.utime(path, (0, 0))
    shelf.handed_over(shelf.wanted(a="A"))
    assert [path.exists() for path in (left, fresh, other)] == [False, True, True]


def test_nothing_elsewhere_is_removed_whatever_the_record_says(tmp_path):
    """A place may be one that others write to as well."""
    shelf = Shelf(tmp_path)
    shelf.handed_over(shelf.wanted(a="A"))
    (tmp_path / "mine.webp").write_bytes(b"A")
    record = json.loads((shelf.handed / ".export.json").read_text())
    record["files"]["../mine.webp"] = record["files"]["a.webp"]
    (shelf.handed / ".export.json").write_text(json.dumps(record))
    with pytest.raises(InputInvalid, match="which no export has written"):
        shelf.handed_over(shelf.wanted(a="A"))
    assert (tmp_path / "mine.webp").exists()


def test_two_campaigns_are_not_handed_over_to_one_place(tmp_path):
    """One would take the other's pictures away."""
    shelf = Shelf(tmp_path)
    shelf.handed_over(shelf.wanted(a="A"))
    with pytest.raises(InputInvalid, match="holds what was handed over of Lamps; name another folder"):
        shelf.handed_over(shelf.wanted(a="A")._replace(campaign="Vases"))


def test_a_picture_that_changes_meanwhile_is_not_handed_over(tmp_path):
    """The manifest would tell of another."""
    shelf = Shelf(tmp_path)
    wanted = shelf.wanted(a="A")
    wanted.source.write("variants/a", b"A2")
    with pytest.raises(StorageFailed, match="has changed meanwhile; export again"):
        shelf.handed_over(wanted)
    with pytest.raises(StorageFailed, match="has changed meanwhile; export again"):
        to_archive(wanted, str(tmp_path / "a.zip"), lambda *_: None)
    assert not shelf.there()
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.usefixtures("without_engine")
def test_a_bucket_is_handed_the_same(tmp_path, bucket: Bucket):  # noqa: F811  the fixture
    """Below an address, and as one file; the second time nothing is written, and browsers are told what each is."""
    rounds = Rounds(tmp_path, "product,prompt\nLamp,A lamp\n")
    rounds.made()
    for to, count in (("handed/over", 2), ("lamps.zip", 2)):
        order = ExportOrder(campaign_folder=rounds.store.root, to=f"{bucket.url}/{to}", undecided=True)
        assert [export_campaign(order, patience_s=0).written for _ in range(2)] == [count, 0]
    name = "handed/over/lamp-1x1-og.png"
    assert bucket.keys() == ["handed/over/.export.json", name, "handed/over/manifest.csv", "lamps.zip"]
    types = [bucket.content_type(key) for key in (name, "handed/over/manifest.csv", "lamps.zip")]
    assert types == ["image/png", "text/csv; charset=utf-8", "application/zip"]
