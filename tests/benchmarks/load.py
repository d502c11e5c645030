"""What a benchmark asks for, and the least time in which anybody could have it."""

import csv
import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.options import SandboxOptions
from sandbox.tariff import latency_s


@dataclass(frozen=True)
class Load:
    """So many images, of an account with so many places, each of which takes the API so long."""

    cells: int
    places: int = 10
    latency_range_s: tuple[float, float] = (2.0, 6.0)
    plain_pictures: bool = False
    pictures: Path | None = None
    """A folder of pictures to be delivered, where the stand-in cannot draw as fast as they are asked for."""
    subject: str = "Product"
    """Two loads with different subjects have no prompt in common."""
    model: str = "V_2"

    @property
    def sandbox(self) -> SandboxOptions:
        """The stand-in for such an API."""
        return SandboxOptions(
            places=self.places,
            latency_range_s=self.latency_range_s,
            plain_pictures=self.plain_pictures,
            pictures=self.pictures,
        )

    @property
    def prompts(self) -> list[str]:
        """One an image."""
        return [f"{self.subject} {number}, a picture" for number in range(self.cells)]

    @property
    def latencies_s(self) -> list[float]:
        """How long the stand-in takes for each image; the same in every run."""
        return [latency_s(prompt, self.model, range_s=self.latency_range_s) for prompt in self.prompts]

    def write_matrix(self, path: Path) -> Path:
        """The load as a campaign matrix at `path`."""
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["prompt", "model"], *([prompt, self.model] for prompt in self.prompts)])
        return path

    def __str__(self) -> str:
        """Such as `80 images of 2 to 6 s`."""
        return "{} images of {:g} to {:g} s".format(self.cells, *self.latency_range_s)


def greedy_makespan_s(latencies_s: Iterable[float], places: int) -> float:
    """When the last image is answered if each starts, in the given order, as soon as any place is free."""
    free = [0.0] * places
    for latency in latencies_s:
        heapq.heapreplace(free, free[0] + latency)
    return max(free)
