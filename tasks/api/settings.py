"""What the environment says: the key, and which API it opens."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, StringConstraints

from tasks.api.hosts import THIS_MACHINE, is_host
from tasks.api.webhook_url import webhook_url_in
from tasks.errors import InputInvalid
from tasks.records.outcome import SANDBOX
from tasks.records.record import Record

PUBLIC_API: Final = "https://api.ideogram.ai"
PUBLIC_IMAGE_HOSTS: Final = frozenset({"ideogram.ai", "d2gu96o5zk2m7w.cloudfront.net"})
"""Where the public API keeps images: the host of its documented links, and a CDN seen in answers of 2026."""
SANDBOX_KEY: Final = "sandbox"
KEY_VARIABLE: Final = "IDEOGRAM_API_KEY"
KEY_BLOCK: Final = "ideogram-api-key"
"""The Secret block of a Prefect server that may hold the key instead; `stored_key.py` looks there."""

POLLING: Final = {"IDEOGRAM_POLLS_IN_10_S": ("polls_max", 1000), "IDEOGRAM_PENDING_MAX_S": ("pending_max_s", 86_400)}
"""The field that each variable sets, and its greatest value: the API takes so many polls of an account."""

_BASE_URL: Final = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", re.IGNORECASE)


class Settings(Record):
    """Where the API is and what opens it. Lengths of time in seconds, sizes in bytes."""

    api_key: SecretStr
    base_url: Annotated[str, StringConstraints(pattern=r"^(?i:https?)://[^/?#@]+(?:/[^?#]*)?$")] = PUBLIC_API
    image_hosts: frozenset[str] = PUBLIC_IMAGE_HOSTS
    """Hosts that images may be downloaded from, their subdomains included, on any port."""
    webhook_url: str | None = None
    """Where the API tells that an image is done which it has accepted to draw; None: nowhere."""
    connect_timeout_s: float = 15.0
    answer_timeout_s: float = 180.0
    """How long one image may take: the API blocks 5 to 15 s, its slowest models 25 s."""
    pending_max_s: float = 600
    """How long a run waits for an image that the API has accepted and still draws, from when it begins to wait."""
    first_look_s: float = 0.5
    """So long after it was accepted an image is looked for at the earliest, until it is known how long they take."""
    polls_max: int = 100
    """How often this process may ask how images stand, in any ten seconds: a tenth of what an account may."""
    download_timeout_s: float = 60.0
    """How long one try of a download may take in all."""
    download_max_bytes: int = 50_000_000

    @property
    def made_by(self) -> str:
        """What makes the images: `sandbox`, or the API's host, with its port where the address names one."""
        return SANDBOX if self.api_key.get_secret_value() == SANDBOX_KEY else urlsplit(self.base_url).netloc.lower()

    @classmethod
    def from_env(cls, env: Mapping[str, str], stored_key: str | None = None) -> Self:
        """Settings of the variables that begin with `IDEOGRAM_`.

        `stored_key` is used where the variable is not set. Raises InputInvalid that names the variable; the key's value
        is in no message.
        """
        source, key = KEY_VARIABLE, env.get(KEY_VARIABLE, "").strip()
        if not key and stored_key is not None:
            source, key = f"Secret block {KEY_BLOCK}", stored_key.strip()
        if not key:
            problem = f"is not set, and no Prefect server has a Secret block {KEY_BLOCK}; set either, or use --sandbox"
            raise _invalid(KEY_VARIABLE, f"{problem} to try without a key")
        if not key.isascii() or not key.isprintable() or set(key) & set(" '\""):
            raise _invalid(source, "holds characters that no key has; copy it again, without quotes")
        base_url = base_url_in(env)
        hosts = filter(None, (host.strip() for host in env.get("IDEOGRAM_IMAGE_HOSTS", "").split(",")))
        settings = cls.for_api(base_url, key, frozenset(map(_image_host, hosts)))
        webhook_url = webhook_url_in(env, is_api_here=_api_host(base_url) in THIS_MACHINE)
        return settings.model_copy(update={"webhook_url": webhook_url} | dict(_numbers(env)))

    @classmethod
    def for_api(cls, base_url: str, api_key: str, image_hosts: frozenset[str] = frozenset()) -> Self:
        """Settings for another API that speaks the same routes; its images may lie on its own host."""
        return cls(
            api_key=SecretStr(api_key),
            base_url=base_url.rstrip("/"),
            image_hosts=PUBLIC_IMAGE_HOSTS | {_api_host(base_url)} | image_hosts,
        )


def _numbers(env: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The field and the value of each number that the environment sets."""
    for variable, (field, most) in POLLING.items():
        text = env.get(variable, "").strip()
        if text:
            if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
                raise _invalid(variable, f"is no whole number from 1 to {most:,}", value=text)
            yield field, int(text)


def base_url_in(env: Mapping[str, str]) -> str:
    """The API's address by `IDEOGRAM_BASE_URL`, without a slash at its end. Raises InputInvalid."""
    base_url = env.get("IDEOGRAM_BASE_URL", "").strip() or PUBLIC_API
    _api_host(base_url)
    return base_url.rstrip("/")


def _api_host(base_url: str) -> str:
    """The host of `base_url`, whose value may hold a password, or be the key in the wrong place: it is not repeated."""
    try:
        parts = urlsplit(base_url)
        host = (parts.hostname or "").removesuffix(".")
        is_valid = _BASE_URL.fullmatch(base_url) is not None and parts.port != 0 and is_host(host)
    except ValueError:
        is_valid = False
    if not is_valid:
        problem = f"is not an address such as {PUBLIC_API}, without a user name, password or question mark"
        raise _invalid("IDEOGRAM_BASE_URL", problem)
    if parts.scheme == "http" and host not in THIS_MACHINE:
        raise _invalid("IDEOGRAM_BASE_URL", f"would send the key to {host} unencrypted; use https")
    return host


def _image_host(text: str) -> str:
    """One entry of the list as hosts are compared: ASCII, lower case, without the dot that may end it."""
    try:
        host = text.encode("idna").decode() if not text.isascii() else text
    except UnicodeError:
        host = ""
    host = host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if not is_host(host):
        problem = "is not a host; name hosts such as cdn.example.com, separated by commas; subdomains are included"
        raise _invalid("IDEOGRAM_IMAGE_HOSTS", problem, value=text)
    return host


def _invalid(variable: str, problem: str, value: str | None = None) -> InputInvalid:
    return InputInvalid.of(source=variable, problem=problem, value=value)


def load_settings(stored_key: str | None = None) -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ, stored_key)


def is_key_set() -> bool:
    """Whether the environment of this process holds a key."""
    return bool(os.environ.get(KEY_VARIABLE, "").strip())


def load_notification_block() -> str | None:
    """The notification block of `CAMPAIGN_NOTIFY`, such as `slack-webhook/marketing`; None where nobody is notified."""
    return os.environ.get("CAMPAIGN_NOTIFY", "").strip() or None
