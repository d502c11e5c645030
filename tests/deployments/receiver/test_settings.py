"""The receiver believes whom the user says, and asks where the user says nothing or two things."""

from pathlib import Path

import pytest

from deployments.receiver.settings import ReceiverSettings
from tasks.errors import InputInvalid
from tests.deployments.events import SECRET, SECRETS


def test_a_secret_is_enough():
    """The journal has a place of its own; nothing of Prefect is needed."""
    settings = ReceiverSettings.from_env({"CALLBACK_SECRET": SECRET, "CALLBACK_INBOX": " ", "PREFECT_API_URL": ""})
    assert settings == ReceiverSettings(secrets=SECRETS, inbox=Path("data/callbacks.sqlite"), uses_prefect=False)


def test_everything_can_be_set():
    """The place of the journal, and a Prefect server by the variable that names it."""
    env = {
        "CALLBACK_UNSIGNED": "yes",
        "CALLBACK_INBOX": "/srv/in.sqlite",
        "PREFECT_API_URL": "http://127.0.0.1:4200/api",
    }
    settings = ReceiverSettings.from_env(env)
    assert settings == ReceiverSettings(secrets=None, inbox=Path("/srv/in.sqlite"), uses_prefect=True)


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        ({}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": " ", "CALLBACK_UNSIGNED": "0"}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": "canary"}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": SECRET, "CALLBACK_UNSIGNED": "1"}, "CALLBACK_UNSIGNED"),
        ({"CALLBACK_UNSIGNED": "perhaps"}, "CALLBACK_UNSIGNED"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_named(env, variable):
    """Whoever forgot the secret does not find out by being believed or not."""
    with pytest.raises(InputInvalid) as invalid:
        ReceiverSettings.from_env(env)
    assert str(invalid.value).startswith(f"{variable}: ")
    assert not {SECRET, "canary"} & set(str(invalid.value).split())
