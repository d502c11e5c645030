"""What the environment says to the receiver of callbacks."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from tasks.api.settings import PUBLIC_API, base_url_in
from tasks.callbacks.callback_settings import SECRET_VARIABLE, is_yes, secrets_of
from tasks.callbacks.signature import Secrets
from tasks.errors import InputInvalid
from tasks.records.record import Record

UNSIGNED_VARIABLE: Final = "CALLBACK_UNSIGNED"
INBOX_VARIABLE: Final = "CALLBACK_INBOX"
PREFECT_VARIABLE: Final = "PREFECT_API_URL"
DEFAULT_INBOX: Final = Path("data/callbacks.sqlite")


class ReceiverSettings(Record):
    """How callbacks are received."""

    secrets: Secrets | None
    """None: whoever reaches the receiver is believed."""
    inbox: Path = DEFAULT_INBOX
    api_url: str = PUBLIC_API
    """The API that publishes the keys of its webhooks."""
    uses_prefect: bool = False
    """What follows a callback runs as a flow on the user's Prefect server."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Settings of `CALLBACK_SECRET`, `CALLBACK_UNSIGNED`, `CALLBACK_INBOX`, `IDEOGRAM_BASE_URL`, `PREFECT_API_URL`.

        Without a secret nothing is received, unless the user says that it should be. Raises InputInvalid.
        """
        secrets, is_unsigned = secrets_of(env), is_yes(env, UNSIGNED_VARIABLE)
        if secrets is None and not is_unsigned:
            problem = f"is not set; give the sender's secret, or set {UNSIGNED_VARIABLE}=1 to believe whoever calls"
            raise InputInvalid.of(source=SECRET_VARIABLE, problem=problem)
        if secrets is not None and is_unsigned:
            problem = f"says to believe whoever calls, and {SECRET_VARIABLE} says not to; unset one of them"
            raise InputInvalid.of(source=UNSIGNED_VARIABLE, problem=problem)
        inbox = env.get(INBOX_VARIABLE, "").strip()
        return cls(
            secrets=secrets,
            inbox=Path(inbox).expanduser() if inbox else DEFAULT_INBOX,
            api_url=base_url_in(env),
            uses_prefect=bool(env.get(PREFECT_VARIABLE, "").strip()),
        )


def load_receiver_settings() -> ReceiverSettings:
    """The settings of this process."""
    return ReceiverSettings.from_env(os.environ)
