"""What a contributor is told is so: commands, Pythons, hooks, the version of the changelog, types in each package."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")


def recipe(target: str) -> list[str]:
    """The commands of a target of make, without the folder that they are in."""
    return re.findall(r"^\t\$\(BIN\)/(.+)$", MAKEFILE.partition(f"\n{target}:")[2].partition("\n\n")[0], re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_named_is_there(document):
    """Targets of make, and what is linked to."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= set(
        re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    )
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in linked if not (ROOT / link).exists()] == []


def test_the_changelog_knows_the_version():
    """Newest first, below what is not released yet."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", PYPROJECT["project"]["version"]]


def test_hooks_check_what_lint_checks():
    """With the same commands; ruff is told by name what to pass over among the files that it is given."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    run = [hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude") for hook in hooks]
    assert run == recipe("lint")


def test_the_workflow_runs_each_python_and_what_ci_runs():
    """And one that is only tried."""
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]["check"]
    named = re.findall(r"Python :: (3\.\d+)", " ".join(PYPROJECT["project"]["classifiers"]))
    *supported, tried = job["strategy"]["matrix"]["python"]
    assert supported == named
    assert tried in job["continue-on-error"]
    local = re.findall(r"^make \w+", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    assert [step["run"].removesuffix(" PYTHON=python") for step in job["steps"] if "run" in step] == local


def test_each_package_says_that_it_is_typed():
    """To whoever imports it once it is installed."""
    assert all((ROOT / package / "py.typed").exists() for package in PYPROJECT["tool"]["mypy"]["packages"])
