"""What is installed is what was tried: each requirement is pinned, by version and hash, for each Python."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"requirements.lock": (), "requirements-dev.lock": ("dev", "c2pa")}
PYTHONS = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))


def pins(lock: str) -> dict[str, list[tuple[Requirement, str]]]:
    """By name: what a lock pins, with the options behind it; some have a version for each Python."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: dict[str, list[tuple[Requirement, str]]] = {}
    for line in lines:
        pinned, *options = re.split(r"\s+(?=--)", line, maxsplit=1)
        requirement = Requirement(pinned)
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, " ".join(options)))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_is_one_version_held_by_hashes(lock):
    """And says nothing of where it came from."""
    for requirement, options in (one for ones in pins(lock).values() for one in ones):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64}\s*)+", options), requirement
        assert requirement.url is None


@pytest.mark.parametrize(("lock", "extras"), LOCKS.items())
@pytest.mark.parametrize("python", PYTHONS)
def test_what_the_project_asks_for_is_pinned(lock, extras, python):
    """Within its bounds, with each Python that it names; so is what the tests ask for."""
    asked = PROJECT["dependencies"] + [one for extra in extras for one in PROJECT["optional-dependencies"][extra]]
    pinned, here = pins(lock), {"python_version": python, "python_full_version": f"{python}.9"}
    for wanted in map(Requirement, asked):
        ones = [one for one, _ in pinned[canonicalize_name(wanted.name)]]
        versions = [next(iter(one.specifier)).version for one in ones if not one.marker or one.marker.evaluate(here)]
        assert [wanted.specifier.contains(Version(version)) for version in versions] == [True], wanted


def test_both_locks_pin_the_same():
    """Tests run on what is installed without them."""
    lasting, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    for name, ones in lasting.items():
        assert [str(one.specifier) for one, _ in tested[name]] == [str(one.specifier) for one, _ in ones]


def test_what_signs_needs_nothing_besides_that_is_not_installed():
    """`make credentials` installs it alone, from the one lock, beside what the other one has."""
    pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
    needed = {canonicalize_name(Requirement(one).name) for one in requires("c2pa-python") or ()}
    assert needed
    assert needed <= set(pins("requirements.lock"))


def test_the_pythons_that_are_named_are_run_and_told():
    """In `.ci/run` and in the README."""
    assert f"for version in {' '.join(PYTHONS)};" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    told = f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
    assert told in (ROOT / "README.md").read_text(encoding="utf-8")
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
