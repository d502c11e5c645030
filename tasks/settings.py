"""What the environment says: the key, and which API it opens."""

import os
from collections.abc import Mapping
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, StringConstraints

from tasks.errors import InputInvalid
from tasks.models.fault import Fault
from tasks.models.record import Record

PUBLIC_API: Final = "https://api.ideogram.ai"
PUBLIC_IMAGE_HOSTS: Final = frozenset({"ideogram.ai", "d2gu96o5zk2m7w.cloudfront.net"})
"""Where the public API keeps images: the host of its documented links, and a CDN seen in answers of 2026."""
SANDBOX_KEY: Final = "sandbox"


class Settings(Record):
    """Where the API is and what opens it. Lengths of time in seconds, sizes in bytes."""

    api_key: SecretStr
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+(?:/[^?#]*)?$")] = PUBLIC_API
    image_hosts: frozenset[str] = PUBLIC_IMAGE_HOSTS
    """Hosts that images may be downloaded from, their subdomains included."""
    connect_timeout_s: float = 15.0
    answer_timeout_s: float = 180.0
    """How long one image may take: the API blocks 5 to 15 s, its slowest models 25 s."""
    download_timeout_s: float = 60.0
    """How long a whole download may take."""
    download_max_bytes: int = 50_000_000

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Settings of `IDEOGRAM_API_KEY`, `IDEOGRAM_BASE_URL` and `IDEOGRAM_IMAGE_HOSTS`.

        Raises InputInvalid that names the variable; the key's value is in no message.
        """
        key = env.get("IDEOGRAM_API_KEY", "").strip()
        if not key:
            raise _missing(
                "IDEOGRAM_API_KEY", "is not set; put the API's key there, or use --sandbox to try without one"
            )
        if not key.isascii() or not key.isprintable() or " " in key:
            raise _missing("IDEOGRAM_API_KEY", "holds characters that no key has; copy it again")
        base_url = env.get("IDEOGRAM_BASE_URL", "").strip() or PUBLIC_API
        hosts = frozenset(
            filter(None, (host.strip().lower() for host in env.get("IDEOGRAM_IMAGE_HOSTS", "").split(",")))
        )
        return cls.for_api(base_url, key, hosts)

    @classmethod
    def for_api(cls, base_url: str, api_key: str, image_hosts: frozenset[str] = frozenset()) -> Self:
        """Settings for another API that speaks the same routes; its images may lie on its own host."""
        parts = urlsplit(base_url)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise _missing("IDEOGRAM_BASE_URL", f"{base_url!r} is not an address such as {PUBLIC_API}")
        own = frozenset() if base_url.rstrip("/") == PUBLIC_API else frozenset({parts.hostname})
        return cls(
            api_key=SecretStr(api_key),
            base_url=base_url.rstrip("/"),
            image_hosts=PUBLIC_IMAGE_HOSTS | own | image_hosts,
        )


def _missing(variable: str, problem: str) -> InputInvalid:
    return InputInvalid([Fault(source=variable, problem=problem)])


def load_settings() -> Settings:
    """The settings of this process: the only reader of the environment."""
    return Settings.from_env(os.environ)
