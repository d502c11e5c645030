"""Every matrix of an inbox is run once and filed; one that is bad stops no other."""

import asyncio
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.errors import BudgetReached, CreditsExhausted, InputInvalid
from tasks.inbox.inbox import Inbox
from tasks.inbox.names import InboxResult
from tasks.inbox.process_inbox import work_inbox
from tasks.records.fault import Fault
from tasks.records.result import CampaignResult

WELL = CampaignResult(name="x", folder="out/x", cells=2, by_status={"done": 2})
PARTLY = WELL.model_copy(update={"by_status": {"done": 1, "blocked": 1}})


class Maker:
    """Runs campaigns: by the matrix's name, what each comes to."""

    def __init__(self, **comes_to: CampaignResult | Exception) -> None:
        self.comes_to = comes_to
        self.asked: list[tuple[str, str | None]] = []

    async def __call__(self, matrix: str, formats: str | None) -> CampaignResult:
        """Note what is asked for, and answer."""
        self.asked.append((Path(matrix).name, formats and Path(formats).name))
        came = self.comes_to.get(Path(matrix).stem, WELL)
        if isinstance(came, Exception):
            raise came
        return came


def put(folder: Path, *names: str, age_s: float = 300) -> None:
    """Put files into the inbox that were written a while ago."""
    for name in names:
        path = folder / name
        path.write_text("prompt\na cat\n")
        os.utime(path, (time.time() - age_s, time.time() - age_s))


def worked(folder: Path, make: Maker) -> InboxResult:
    """The result of one run."""
    return asyncio.run(work_inbox(Inbox.open(str(folder)), make))


def left_in(folder: Path) -> dict[str, str]:
    """What lies in the inbox, by its path in it without the time, and in which folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name.partition("Z-")[2] or path.name: path.parent.name for path in files}


def test_each_matrix_is_run_with_the_formats_and_filed(tmp_path: Path):
    """In the order of their names; an upload under way and other files stay."""
    put(tmp_path, "b.csv", "a.parquet", "formats.csv", "c.csv.part", "notes.txt")
    make = Maker()
    result = worked(tmp_path, make)
    assert make.asked == [("a.parquet", "formats.csv"), ("b.csv", "formats.csv")]
    assert result.is_well
    assert [filed.came_to for filed in result.filed] == ["2 done, in out/x"] * 2
    home = tmp_path.name
    assert left_in(tmp_path) == {
        "a.parquet": "done",
        "b.csv": "done",
        "formats.csv": home,
        "c.csv.part": home,
        "notes.txt": home,
    }


def test_a_campaign_with_images_that_are_not_done_is_filed_as_done_and_told(tmp_path):
    """Running it again would not mend them; the run is not well, since somebody must look."""
    put(tmp_path, "a.csv", "b.csv")
    result = worked(tmp_path, Maker(b=PARTLY))
    assert not result.is_well
    assert result.sentence() == "1 done, 1 not all done (b.csv)"
    assert left_in(tmp_path) == {"a.csv": "done", "b.csv": "done"}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            InputInvalid([Fault(source="b.csv", row=2, problem="is odd")], more=3),
            "b.csv, row 2: is odd\n... and 3 more",
        ),
        (BudgetReached(Decimal(1), Decimal(1), Decimal("0.08")), "The budget of $1.00 is reached"),
        (RuntimeError("oops"), "A fault of this program: RuntimeError: oops"),
    ],
)
def test_one_bad_matrix_does_not_stop_the_others(tmp_path: Path, fault: Exception, told: str):
    """It lies under `failed`, beside a text that says why."""
    put(tmp_path, "a.csv", "b.csv", "c.csv")
    result = worked(tmp_path, Maker(b=fault))
    assert [(filed.name, filed.shelf) for filed in result.filed] == [
        ("a.csv", "done"),
        ("b.csv", "failed"),
        ("c.csv", "done"),
    ]
    assert not result.is_well
    (text,) = tmp_path.glob("failed/*-b.csv.txt")
    assert told in text.read_text()


def test_what_every_campaign_would_meet_ends_the_run_and_leaves_the_rest(tmp_path: Path):
    """Once the credits are there, the same files are run."""
    put(tmp_path, "a.csv", "b.csv", "c.csv")
    result = worked(tmp_path, Maker(b=CreditsExhausted("No credits (402)")))
    assert (len(result.filed), result.stopped_because) == (1, "No credits (402)")
    home = tmp_path.name
    assert left_in(tmp_path) == {"a.csv": "done", "b.csv": home, "c.csv": home}
    assert len(worked(tmp_path, Maker()).filed) == 2


def test_what_may_still_be_being_written_waits(tmp_path: Path):
    """A matrix alone, or everything where it is the formats."""
    put(tmp_path, "a.csv")
    put(tmp_path, "b.csv", age_s=5)
    result = worked(tmp_path, Maker())
    assert ([filed.name for filed in result.filed], result.left) == (
        ["a.csv"],
        ("b.csv: changed within the last minute",),
    )
    put(tmp_path, "b.csv")
    put(tmp_path, "formats.csv", age_s=5)
    result = worked(tmp_path, Maker())
    assert (result.filed, len(result.left)) == ((), 1)
    assert "formats.csv" in result.left[0]


@pytest.mark.parametrize("comes_to", [WELL, InputInvalid([Fault(source="a.csv", problem="is not there")])])
def test_a_matrix_that_another_run_has_filed_meanwhile_is_told_as_that(tmp_path: Path, comes_to):
    """Two runs have shared its campaign, or this one came too late to read it; the others are run as ever."""

    class Shared(Maker):
        async def __call__(self, matrix: str, formats: str | None) -> CampaignResult:
            if not self.asked:
                assert len((await work_inbox(Inbox.open(str(tmp_path)), Maker())).filed) == 2
            return await super().__call__(matrix, formats)

    put(tmp_path, "a.csv", "b.csv")
    make = Shared(a=comes_to)
    result = worked(tmp_path, make)
    assert make.asked == [("a.csv", None)]
    assert (result.filed, result.elsewhere, result.is_well) == ((), ("a.csv", "b.csv"), True)
    assert left_in(tmp_path) == {"a.csv": "done", "b.csv": "done"}


def test_a_matrix_that_was_replaced_while_it_ran_is_run_again(tmp_path: Path):
    """The new rows have not been looked at."""

    class Replaced(Maker):
        async def __call__(self, matrix: str, formats: str | None) -> CampaignResult:
            if not self.asked:
                put(tmp_path, "a.csv", age_s=100)
            return await super().__call__(matrix, formats)

    put(tmp_path, "a.csv")
    make = Replaced()
    assert worked(tmp_path, make).left == ("a.csv: changed while it was run",)
    assert len(worked(tmp_path, make).filed) == 1


def test_a_run_that_is_ended_from_outside_leaves_its_matrix_to_the_next(tmp_path: Path):
    """Whose campaign pays only for what is missing."""

    async def hang(*_: object) -> CampaignResult:
        raise asyncio.CancelledError

    put(tmp_path, "a.csv")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work_inbox(Inbox.open(str(tmp_path)), hang))
    assert left_in(tmp_path)["a.csv"] == tmp_path.name
