"""A function that a setting names is found at the start, or the setting is named."""

import pytest

from tasks.errors import InputInvalid
from tasks.receiving.hooks import Hooks
from tasks.receiving.received_event import ReceivedEvent, parse_event
from tasks.records.event import EVENT_NAMES, EventName
from tests.deployments.events import event_body


def test_functions_are_found_by_name():
    """Each event has at most one; what is not set calls nothing."""
    hooks = Hooks.from_env({"CALLBACK_ON_COMPLETED": " tests.deployments.events:event_body ", "CALLBACK_ON_FAILED": ""})
    assert hooks.on_completed is event_body
    assert Hooks.from_env({"CALLBACK_ON_FAILED": "tests.deployments.events.event_body"}).on_failed is event_body
    assert hooks.on_failed is None


@pytest.mark.parametrize(
    ("kind", "variable"),
    [
        ("generation.completed", "CALLBACK_ON_COMPLETED"),
        ("generation.failed", "CALLBACK_ON_FAILED"),
        ("generation.approved", "CALLBACK_ON_APPROVED"),
        ("generation.rejected", "CALLBACK_ON_REJECTED"),
    ],
)
def test_each_event_of_an_image_has_a_setting_of_its_own(kind, variable):
    """Whoever publishes on approval hears of nothing else; a campaign's own events call nothing."""
    hooks = Hooks.from_env({variable: "tests.deployments.events:event_body"})
    own = {name: hooks.of(an_event_of(name)) for name in EVENT_NAMES}
    assert [name for name, hook in own.items() if hook is not None] == [kind]


def an_event_of(kind: EventName) -> ReceivedEvent:
    """One of this kind."""
    event = parse_event("evt_1", event_body(event=kind))
    assert event is not None
    return event


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
