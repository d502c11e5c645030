"""Which variant of an original has which badge, and where that lies: alike in all widths of one picture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import Image

from tasks.images.draw_label import Badge, Box, LabelPlace, with_label
from tasks.images.geometry import Size, contain_size
from tasks.images.ground import is_clear
from tasks.images.label_font import LabelFont
from tasks.records.label import DrawnLabel, Label
from tasks.records.variant import Variant


class Pen(NamedTuple):
    """What a campaign's labels are drawn with."""

    font: LabelFont
    icon: Image.Image | None = None

    def badge(self, label: Label) -> Badge:
        """The label, ready to be drawn."""
        return Badge(label, self.font, self.icon if label.icon is not None else None)


@dataclass
class Labels:
    """Draws the labels of one original's variants, and remembers what it drew."""

    wanted: Mapping[str, Label] = field(default_factory=dict)
    """By the names of variants."""
    pen: Pen | None = None
    widths: Mapping[str, str] = field(default_factory=dict)
    """Of each variant that is another one in another width, the name of that."""
    drawn: dict[str, DrawnLabel] = field(default_factory=dict)
    _placed: dict[str, LabelPlace] = field(default_factory=dict)

    @classmethod
    def of(cls, wanted: Mapping[str, Label], pen: Pen | None, variants: Iterable[Variant]) -> "Labels":
        """Those that are `wanted` on some of the variants."""
        return cls(wanted, pen, {other.name: one.name for one in variants for other in one.narrower})

    def on(self, image: Image.Image, variant: Variant, source: Size) -> Image.Image:
        """The pixels of a variant, cut from a picture of the size `source`, with its label if it has one."""
        label = self.wanted.get(variant.name)
        if label is None or self.pen is None:
            return image
        whole = self.widths.get(variant.name, variant.name)
        image, placed = with_label(
            image, self.pen.badge(label), shown_part(image, variant, source), self._placed.get(whole)
        )
        if placed is not None:
            self._placed[whole] = placed
        self.drawn[variant.name] = DrawnLabel(words=label.words if placed is not None else "", digest=label.digest)
        return image


def shown_part(image: Image.Image, variant: Variant, source: Size) -> Box | None:
    """Where the picture lies on a clear ground, which may be cut off later; None where there is none."""
    if not is_clear(variant):
        return None
    part = contain_size(source, Size(*image.size))
    left, top = (image.width - part.width_px) // 2, (image.height - part.height_px) // 2
    return (left, top, left + part.width_px, top + part.height_px)
