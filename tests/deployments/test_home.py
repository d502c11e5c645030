"""A deployed run starts in the worker's own folder, or says why it does not."""

from pathlib import Path

import pytest

from deployments.home import PROJECT, VARIABLE, HomeMissing, enter_home


def test_the_run_goes_to_the_folder_that_the_worker_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Relative paths among the parameters are found there."""
    monkeypatch.chdir("/")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert enter_home() == {"directory": str(tmp_path.resolve())}
    assert Path.cwd() == tmp_path.resolve()


@pytest.mark.parametrize("name", ["flows", "tasks/", "deployments/", "sandbox.py"])
def test_a_folder_that_would_hide_this_project_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str):
    """Prefect would import the flow from there; the project's own folder is none."""
    path = tmp_path / name
    path.mkdir() if path.suffix == "" else path.touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.chdir("/")
    with pytest.raises(HomeMissing, match=rf"where '{path.stem}' would hide this project's own code"):
        enter_home()
    monkeypatch.setenv(VARIABLE, str(PROJECT))
    assert enter_home() == {"directory": str(PROJECT)}


@pytest.mark.parametrize(("named", "told"), [(None, "is not set"), (" ", "is not set"), ("/nope", "no folder")])
def test_a_worker_without_a_folder_starts_nothing(monkeypatch: pytest.MonkeyPatch, named: str | None, told: str):
    """The images would lie in a folder that is removed at the run's end."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if named is not None:
        monkeypatch.setenv(VARIABLE, named)
    with pytest.raises(HomeMissing, match=told):
        enter_home()
