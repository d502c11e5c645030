"""How one sandbox behaves: everything that can be set from the command line except the port."""

import math
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Settings of one sandbox. Raises ValueError, naming the option, when a value makes no sense."""

    places: int = 10
    """Images that may be in flight at once; the documented default of the real API."""
    latency_scale: float = 1.0
    """Factor on every waiting time; 0 answers at once."""
    latency_range_s: tuple[float, float] | None = None
    """Shortest and longest waiting time for every model, instead of the model's own range."""
    link_life_s: float = 3600.0
    credits_usd: float | None = None
    """Prepaid balance; None never runs out."""
    api_key: str | None = None
    """The only key accepted; None accepts any non-empty key."""
    polls_in_10_s: int = 1000
    """How often generations may be looked at in ten seconds."""
    is_admin: bool = True
    """Whether the key is an organization admin's, who alone may read the usage."""
    books: str | None = None
    """The campaign's folder, as a path or a URL: what is accepted is kept there, and known when it is started again."""
    plain_pictures: bool = False
    """Draw pictures of the right size that cost a few milliseconds, for benchmarks."""
    pictures: Path | None = None
    """A folder of PNGs to hand out, one by one and again, as they are; nothing is drawn then."""

    def __post_init__(self) -> None:
        """Check that each value can be served."""
        if self.places < 1:
            raise ValueError("--places must be at least 1")
        if self.polls_in_10_s < 1:
            raise ValueError("--polls-in-10-s must be at least 1")
        if not _is_duration(self.latency_scale):
            raise ValueError("--latency-scale must be a number from 0 up")
        if not _is_duration(self.link_life_s):
            raise ValueError("--link-life-s must be a number of seconds from 0 up")
        if self.credits_usd is not None and not _is_duration(self.credits_usd):
            raise ValueError("--credits-usd must be an amount from 0 up")
        if self.api_key == "":
            raise ValueError("--api-key must not be empty; leave it out to accept any key")
        if self.pictures is not None and not any(self.pictures.glob("*.png")):
            raise ValueError(f"--pictures must be a folder with PNG files, not {self.pictures}")
        if self.latency_range_s is not None:
            shortest_s, longest_s = self.latency_range_s
            if not (_is_duration(shortest_s) and _is_duration(longest_s) and shortest_s <= longest_s):
                raise ValueError("--latency must be MIN:MAX in seconds, 0 <= MIN <= MAX, such as 0.1:0.3")


def _is_duration(value: float) -> bool:
    return math.isfinite(value) and value >= 0
