"""One request that the API accepts, whatever route it came by."""

from dataclasses import dataclass
from typing import Literal

Rewriting = Literal["none", "sentence", "structured"]
"""What an answer has for a prompt: the one sent, one with a sentence more, or the structured JSON prompt of 4.x."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One request without faults, with its defaults filled in."""

    endpoint: str
    """The path asked, such as `/v2/image/generate/ideogram-4-5`."""
    model: str
    prompt: str
    num_images: int
    size_px: tuple[int, int]
    price_usd_micros: int
    """Of one image."""
    quality: str = ""
    """The word for speed or quality by which the price goes, as it was sent or is by default; none on `/generate`."""
    style_type: str | None = None
    rewriting: Rewriting = "none"
    seed: int | None = None
    palette_name: str | None = None
    palette_members: tuple[tuple[str, float], ...] = ()
    """Colour in hex and its weight, in the order asked for."""
    is_transparent: bool = False
    is_edit: bool = False
    """Whether it brings source images, which have prices and sizes of their own."""
    pictures: int = 0
    """How many go along with it."""
    is_async: bool = False
    webhook_url: str | None = None
    unknown_fields: tuple[str, ...] = ()
    """Fields that the route does not list; the API ignores them, and bills all the same."""

    @property
    def cost_usd_micros(self) -> int:
        """The price of all its images."""
        return self.num_images * self.price_usd_micros
