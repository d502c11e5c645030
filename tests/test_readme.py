"""The README says what is there: every option, folder and command, and no others."""

import re
import subprocess
from pathlib import Path

from flows.commands.campaign_command import COMMAND
from flows.commands.check_command import CHECK

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """What stands in code in the first column of the tables of a text."""
    rows = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_option_has_a_row_with_its_default():
    """As the record of a campaign has them; a default that is a word or a number is told as it is."""
    rows = re.findall(r"^\| `(MATRIX|--[a-z-]+)` \|.*\| ?`?(.*?)`? \|$", section("Options"), re.MULTILINE)
    wanted = {COMMAND.shown(name): field.default for name, field in COMMAND.options.items()}
    wanted |= {CHECK.shown(name): None for name in CHECK.options.keys() - COMMAND.options.keys()}
    assert sorted(name for name, _ in rows) == sorted(wanted)
    for name, told in rows:
        if isinstance(wanted[name], str | int) and not isinstance(wanted[name], bool):
            assert told == str(wanted[name]), name


def test_every_folder_has_a_row():
    """Of those that git keeps."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    kept = listed.stdout.split()
    folders = {path.partition("/")[0] + "/" for path in kept if "/" in path and not path.startswith(".")}
    told = [name for name in first_cells(section("Folders")) if name.count("/") == 1]
    assert sorted(told) == sorted(folders)


def test_every_command_that_is_named_is_there():
    """Targets of make, and scripts."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert named <= targets
    assert {"demo", "test", "lint", "bench", "chaos"} <= named
    scripts = set(re.findall(r"python (\S+\.py)", README))
    assert scripts
    assert all((ROOT / script).exists() for script in scripts)


def test_the_demo_is_what_the_readme_says_it_stands_for():
    """Word for word, save for the environment's place."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndemo: ")[2].partition("\n\n")[0]
    typed = recipe.partition("\n")[2].replace("$(BIN)", ".venv/bin").replace("\\\n", " ").split()
    assert " ".join(typed) in " ".join(section("Start").replace("\\\n", " ").split())


def test_the_first_campaign_goes_all_the_way():
    """A newcomer looks, tries, chooses, makes again and hands over, in one story; nothing is published unapproved."""
    told = re.findall(r"python flows/(\w+)\.py (.*?)(?: +#.*)?$", section("Your first campaign"), re.MULTILINE)
    assert [script for script, _ in told[:5]] == ["campaign", "campaign", "review", "campaign", "export"]
    assert all("--hold" in options for _, options in told if "--sandbox" in options or "--budget-usd" in options)
