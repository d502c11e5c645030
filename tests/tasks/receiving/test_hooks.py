"""A function that a setting names is found at the start, or the setting is named."""

import pytest

from tasks.errors import InputInvalid
from tasks.receiving.hooks import Hooks
from tests.deployments.events import event_body


def test_functions_are_found_by_name():
    """Each event has at most one; what is not set calls nothing."""
    hooks = Hooks.from_env({"CALLBACK_ON_COMPLETED": " tests.deployments.events:event_body ", "CALLBACK_ON_FAILED": ""})
    assert hooks.on_completed is event_body
    assert Hooks.from_env({"CALLBACK_ON_FAILED": "tests.deployments.events.event_body"}).on_failed is event_body
    assert hooks.on_failed is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nothing_of_this_name:publish", "ModuleNotFoundError"),
        ("json:publish", "AttributeError"),
        ("json", "name one as package.module:function"),
        ("json:__name__", "is not a function"),
        (":publish", "ValueError"),
        ("..json:loads", "ValueError"),
    ],
)
def test_a_name_that_leads_to_no_function_is_told(name, problem):
    """At the start, with its variable and what went wrong."""
    with pytest.raises(InputInvalid) as invalid:
        Hooks.from_env({"CALLBACK_ON_FAILED": name})
    assert str(invalid.value).startswith(f"CALLBACK_ON_FAILED: '{name}'")
    assert problem in str(invalid.value)


def test_a_module_that_breaks_is_told(tmp_path, monkeypatch):
    """Whatever it raises while it is imported."""
    (tmp_path / "broken_shop.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputInvalid, match="ZeroDivisionError"):
        Hooks.from_env({"CALLBACK_ON_COMPLETED": "broken_shop:publish"})
