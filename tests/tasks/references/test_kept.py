"""A campaign keeps a copy of each picture, and sends nothing else than what was planned."""

from hashlib import sha256
from pathlib import Path

import pytest

from tasks.errors import InputInvalid, ReferenceLost
from tasks.records.reference import FoundReference, Reference
from tasks.references.kept import keep_references, read_kept
from tasks.storage.storage import CampaignStore

DATA = b"the bytes of a logo"


def found(place: Path, data: bytes = DATA) -> FoundReference:
    """What planning knows of a picture at `place` that held `data`."""
    return FoundReference(
        reference=Reference(sha256=sha256(data).hexdigest(), media_type="image/png"),
        typed=place.name,
        place=str(place),
        size_bytes=len(data),
        width_px=8,
        height_px=8,
    )


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty campaign."""
    return CampaignStore.open(str(tmp_path / "out"), "spring")


def test_it_is_copied_once_and_found_on_any_machine(store, tmp_path):
    """Under its digest; the next run needs neither its name nor its place."""
    logo = tmp_path / "logo.png"
    logo.write_bytes(DATA)
    keep_references(store, [found(logo)])
    logo.unlink()
    keep_references(store, [found(logo)])
    assert store.names("references") == [f"{sha256(DATA).hexdigest()}.png"]
    assert read_kept(store, found(logo).reference) == DATA


def test_what_moved_or_changed_since_the_plan_is_told_before_anything_is_sent(store, tmp_path):
    """Every one of them; what was priced and identified is not what would leave."""
    gone, changed, same = (tmp_path / name for name in ("gone.png", "changed.png", "same.png"))
    changed.write_bytes(b"another logo")
    same.write_bytes(b"a third")
    with pytest.raises(InputInvalid) as told:
        keep_references(store, [found(gone), found(changed), found(same, b"a third")])
    assert [str(fault) for fault in told.value.faults] == [
        f"{gone}: does not exist; it was there when the plan was made, so run again",
        f"{changed}: was changed since the plan was made; run again to plan with it as it is",
    ]


def test_a_copy_that_is_gone_or_another_is_not_sent(store, tmp_path):
    """It costs nothing, and says which file, and how it comes back."""
    logo = tmp_path / "logo.png"
    logo.write_bytes(DATA)
    reference = found(logo).reference
    with pytest.raises(ReferenceLost, match=r"^Nothing was sent: .*references/[0-9a-f]{64}\.png is not there any more"):
        read_kept(store, reference)
    store.write(reference.key, b"another logo")
    with pytest.raises(ReferenceLost, match=r"was changed; delete it, and --retry failed copies it again$") as told:
        read_kept(store, reference)
    assert not told.value.is_billed
    assert not told.value.retryable
