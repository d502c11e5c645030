"""Whoever names a path that leads nowhere is told where it was looked for, and what may have been meant."""

from pathlib import Path

import pytest

from tasks.storage.absence import absent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a worker."""
    for name in ("launch.csv", "Spring 2026.csv", ".launhc.csv", "formats.parquet", "inbox/summer.csv", "out/a[1].csv"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("launhc.csv", "does not exist in {home}; there is launch.csv"),
        ("Launch.CSV", "does not exist in {home}; there is launch.csv"),
        ("launch.csv.csv", "does not exist in {home}; there is launch.csv"),
        ("launch", "does not exist in {home}; there is launch.csv"),
        ("spring-2026.csv", "does not exist in {home}; there is Spring 2026.csv"),
        ("summer.csv", "does not exist in {home}; there is inbox/summer.csv"),
        ("a[1].csv", "does not exist in {home}; there is out/a[1].csv"),
        ("formats.csv", "does not exist in {home}; there is formats.parquet"),
        ("xyz.csv", "does not exist in {home}; what there is: Spring 2026.csv, launch.csv"),
        ("inbox/somer.csv", "does not exist in {home}/inbox; there is summer.csv"),
        ("inbux/summer.csv", "does not exist: there is no inbux in {home}; there is inbox"),
        ("zzz/deeper/summer.csv", "does not exist: there is no zzz in {home}"),
        ("launch.csv/summer.csv", "does not exist: {home}/launch.csv is a file and no folder"),
        ("xyz", "does not exist in {home}"),
    ],
)
def test_the_folder_is_named_and_what_is_like_it(home: Path, path: str, said: str):
    """The one that is there, of those on the way; a name in capitals, without its ending, or of the folder below."""
    assert absent(f"{home}/{path}") == said.format(home=home)


def test_a_full_folder_is_not_told_whole(home: Path):
    """A few names, and how many more there are."""
    for number in range(20):
        (home / "out" / f"{number}.csv").touch()
    assert absent(f"{home}/out/xyz.csv").endswith("; what there is: 0.csv, 1.csv, 10.csv and 18 more")
