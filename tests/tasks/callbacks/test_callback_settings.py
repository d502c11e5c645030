"""The environment becomes settings of callbacks, or a sentence that names the variable and repeats no secret."""

import pytest

from tasks.callbacks.callback_settings import CallbackSettings, load_callback_settings
from tasks.callbacks.signature import Secrets
from tasks.errors import InputInvalid

SECRET = "whsec_" + "Y2FuYXJ5" * 4


def test_nothing_needs_to_be_set():
    """Callbacks are then unsigned, and go to public addresses only."""
    settings = CallbackSettings.from_env({"CALLBACK_SECRET": " ", "CALLBACK_ALLOW_PRIVATE": ""})
    assert settings == CallbackSettings.from_env({}) == CallbackSettings()
    assert settings.secrets is None
    assert not settings.allow_private


def test_what_is_set_is_read(monkeypatch):
    """In this process, with white space around it."""
    monkeypatch.setenv("CALLBACK_SECRET", f" {SECRET}\n")
    monkeypatch.setenv("CALLBACK_ALLOW_PRIVATE", "Yes")
    assert load_callback_settings() == CallbackSettings(secrets=Secrets.parse(SECRET), allow_private=True)


@pytest.mark.parametrize(("word", "is_on"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("No", False)])
def test_a_switch_is_on_or_off(word, is_on):
    """In the words that people use."""
    assert CallbackSettings.from_env({"CALLBACK_ALLOW_PRIVATE": word}).allow_private is is_on


@pytest.mark.parametrize(
    ("variable", "value"), [("CALLBACK_SECRET", f"{SECRET}-canary"), ("CALLBACK_ALLOW_PRIVATE", "maybe")]
)
def test_what_cannot_be_read_is_named(variable, value):
    """The variable is, its secret is not."""
    with pytest.raises(InputInvalid) as invalid:
        CallbackSettings.from_env({variable: value})
    assert str(invalid.value).startswith(f"{variable}: ")
    assert "canary" not in str(invalid.value)
    assert SECRET not in str(invalid.value)


def test_the_secret_shows_in_no_text_of_the_settings():
    """Neither printed nor written as JSON."""
    settings = CallbackSettings.from_env({"CALLBACK_SECRET": SECRET})
    told = f"{settings} {settings!r} {settings.model_dump_json()}"
    assert SECRET not in told
    assert "canary" not in told
