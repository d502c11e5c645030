"""What the environment says about callbacks: what they are signed with, and where they may go."""

import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Self

from tasks.callbacks.names import Term
from tasks.callbacks.signature import Secrets
from tasks.errors import InputInvalid
from tasks.records.record import Record

SECRET_VARIABLE: Final = "CALLBACK_SECRET"  # noqa: S105  a name
ALLOW_PRIVATE_VARIABLE: Final = "CALLBACK_ALLOW_PRIVATE"
UNSIGNED_NOTE: Final = (
    "callbacks are sent without a signature, so a receiver cannot tell who sent them; set CALLBACK_SECRET to sign them"
)
_YES: Final = {"1", "true", "yes"}
_NO: Final = {"", "0", "false", "no"}


class CallbackSettings(Record):
    """How callbacks are sent."""

    secrets: Secrets | None = None
    """Without one, callbacks are not signed."""
    allow_private: bool = False
    """Receivers may be at private addresses, this machine's own included."""
    timeout_s: float = 15.0
    """How long one attempt may take in all."""
    body_timeout_s: float = 2.0
    """How long the rest of an answer is waited for once its status has come, which says how the attempt went."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Settings of `CALLBACK_SECRET` and `CALLBACK_ALLOW_PRIVATE`. Raises InputInvalid that names the variable."""
        return cls(secrets=secrets_of(env), allow_private=is_yes(env, ALLOW_PRIVATE_VARIABLE))

    def terms(self) -> frozenset[Term]:
        """How a campaign that runs with these settings has its events sent, also later and elsewhere."""
        terms: dict[Term, object] = {"signed": self.secrets, "private": self.allow_private}
        return frozenset(term for term, is_so in terms.items() if is_so)

    def under(self, terms: AbstractSet[Term]) -> Self:
        """These settings with the leave that was given to the campaign whose events are sent."""
        return self.model_copy(update={"allow_private": self.allow_private or "private" in terms})

    def hindrance(self, terms: AbstractSet[Term]) -> str:
        """Why events may not be sent with these settings; empty where they may."""
        is_hindered = "signed" in terms and self.secrets is None
        return f"the campaign signs them, and {SECRET_VARIABLE} is not set here" if is_hindered else ""


def secrets_of(env: Mapping[str, str]) -> Secrets | None:
    """The secrets of `CALLBACK_SECRET`, None where it is not set. Raises InputInvalid, which does not repeat them."""
    text = env.get(SECRET_VARIABLE, "").strip()
    try:
        return Secrets.parse(text) if text else None
    except ValueError as error:
        raise InputInvalid.of(source=SECRET_VARIABLE, problem=str(error)) from None


def is_yes(env: Mapping[str, str], variable: str) -> bool:
    """Whether a switch is on; it is off where it is not set. Raises InputInvalid where it says neither."""
    word = env.get(variable, "").strip().lower()
    if word not in _YES | _NO:
        raise InputInvalid.of(source=variable, value=word, problem="is neither yes (1, true) nor no (0, false)")
    return word in _YES


def load_callback_settings() -> CallbackSettings:
    """The settings of this process."""
    return CallbackSettings.from_env(os.environ)
