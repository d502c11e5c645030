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
    """The place of the journal, the API whose webhooks come, and a Prefect server by the variable that names it."""
    env = {
        "CALLBACK_UNSIGNED": "yes",
        "CALLBACK_INBOX": "/srv/in.sqlite",
        "IDEOGRAM_BASE_URL": "http://127.0.0.1:8090/",
        "PREFECT_API_URL": "http://127.0.0.1:4200/api",
    }
    api_url, inbox = "http://127.0.0.1:8090", Path("/srv/in.sqlite")
    expected = ReceiverSettings(secrets=None, inbox=inbox, api_url=api_url, uses_prefect=True)
    assert ReceiverSettings.from_env(env) == expected


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        ({}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": " ", "CALLBACK_UNSIGNED": "0"}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": "canary"}, "CALLBACK_SECRET"),
        ({"CALLBACK_SECRET": SECRET, "CALLBACK_UNSIGNED": "1"}, "CALLBACK_UNSIGNED"),
        ({"CALLBACK_UNSIGNED": "perhaps"}, "CALLBACK_UNSIGNED"),
        ({"CALLBACK_SECRET": SECRET, "IDEOGRAM_BASE_URL": "api"}, "IDEOGRAM_BASE_URL"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_named(env, variable):
    """Whoever forgot the secret does not find out by being believed or not."""
    with pytest.raises(InputInvalid) as invalid:
        ReceiverSettings.from_env(env)
    assert str(invalid.value).startswith(f"{variable}: ")
    assert not {SECRET, "canary"} & set(str(invalid.value).split())
