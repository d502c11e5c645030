"""Whether labels can be drawn: their files are read, and each text is held against the font and the variants."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from tasks.errors import InputInvalid
from tasks.images.draw_label import Badge, layout_of
from tasks.images.geometry import Size
from tasks.images.label_font import LabelFont, NoFont, can_shape, is_shaped
from tasks.images.label_layout import FLOOR_PX
from tasks.images.labels import Pen
from tasks.ledger.label_files import NoIcon, icon_of, read_label_file
from tasks.planning.faults import Faults
from tasks.records.fault import without_secrets
from tasks.records.label import (
    NO_LABEL,
    NOTHING_SAID,
    Label,
    LabelAt,
    LabelFile,
    LabelSource,
    LabelStyle,
)
from tasks.records.says import Says
from tasks.records.variant import Variant
from tasks.references.look import NoPicture
from tasks.references.read import read_picture
from tasks.storage.storage import CampaignStore
from tasks.tables.placeholders import may_hold_one, placeholder

_SHOWN: Final = 5
UNSHAPED: Final = (
    "has letters that join, carry marks or run from right to left, which this machine cannot set: Pillow finds no "
    "FriBiDi here (on Debian: apt install libfribidi0)"
)


class LabelWish(Protocol):
    """What a person says of labels."""

    @property
    def label(self) -> str | None: ...  # noqa: D102
    @property
    def label_at(self) -> LabelAt | None: ...  # noqa: D102
    @property
    def label_icon(self) -> str | None: ...  # noqa: D102
    @property
    def label_font(self) -> str | None: ...  # noqa: D102


class AskedLabel(NamedTuple):
    """The same with its files read."""

    style: LabelStyle = NOTHING_SAID
    sources: tuple[LabelSource, ...] = ()
    contents: Mapping[str, bytes] = {}
    """Of the files, by their digests."""


def asked_label(wish: LabelWish, faults: Faults) -> AskedLabel:
    """What is asked for; what is wrong with its files is noted."""
    found: dict[str, LabelFile] = {}
    sources, contents = list[LabelSource](), dict[str, bytes]()
    for kind, place, look in (("icon", wish.label_icon, icon_of), ("font", wish.label_font, LabelFont)):
        if place is None:
            continue
        if place.strip().casefold() == NO_LABEL:
            found[kind] = LabelFile()
            continue
        try:
            data = read_picture(place)
            look(data)
        except (NoPicture, NoIcon, NoFont) as error:
            faults.add(f"--label-{kind}", str(error), value=place)
            continue
        found[kind] = LabelFile(sha256=hashlib.sha256(data).hexdigest(), name=_name_of(place))
        sources.append(LabelSource(place=place, file=found[kind]))
        contents[found[kind].sha256] = data
    style = LabelStyle(text=wish.label, at=wish.label_at, **found)
    return AskedLabel(style, tuple(sources), contents)


def pen_for(asked: AskedLabel, style: LabelStyle, store: Callable[[], CampaignStore]) -> Pen:
    """What labels of the `style` are drawn with, of which some files may be in the campaign's `store` from before.

    Raises InputInvalid where a copy there is gone, and StorageFailed.
    """

    def content(file: LabelFile | None, option: str) -> bytes | None:
        if file is None or not file.sha256:
            return None
        return asked.contents.get(file.sha256) or read_label_file(store(), file, option)

    try:
        font, icon = content(style.font, "--label-font"), content(style.icon, "--label-icon")
        return Pen(LabelFont(font), icon_of(icon) if icon is not None else None)
    except (NoIcon, NoFont) as error:
        raise InputInvalid.of(source="--label", problem=str(error)) from error


def read_again(source: LabelSource) -> bytes:
    """The file as it was when the plan was made. Raises InputInvalid where it is not so any more."""
    problem = "was changed since the plan was made; run again to plan with it as it is"
    try:
        data = read_picture(source.place)
    except NoPicture as error:
        problem, data = f"{error}; it was there when the plan was made, so run again", b""
    if hashlib.sha256(data).hexdigest() != source.file.sha256:
        raise InputInvalid.of(source=without_secrets(source.place), problem=problem)
    return data


def _name_of(place: str) -> str:
    return re.split(r"[/\\]", without_secrets(place).partition("?")[0])[-1]


@dataclass
class LabelCheck:
    """Looks at the text of each label once."""

    says: Says
    variants: Sequence[Variant]
    pen: Pen
    can_shape: bool = field(default_factory=can_shape)
    _known: dict[str, str] = field(default_factory=dict)

    def problem(self, text: str) -> str:
        """What is wrong with a text, as the end of a sentence; empty where nothing is. An icon may stand alone."""
        if text not in self._known:
            self._known[text] = self._look_at(text)
        return self._known[text]

    def _look_at(self, text: str) -> str:
        if may_hold_one(text) and (found := placeholder(text, ())):
            return f"still holds {found}, which nothing fills in: a label is drawn as it stands"
        if missing := self.pen.font.missing(text):
            named = ", ".join(f"{char!r} (U+{ord(char):04X})" for char in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            return f"has {named}{more}, for which the font has no glyph; name one that has with --label-font FILE"
        if is_shaped(text) and not self.can_shape:
            return UNSHAPED
        return self._without_room(text)

    def _without_room(self, text: str) -> str:
        label = Label(text, icon=self.says.label.icon if self.pen.icon is not None else None)
        badge = Badge(label, self.pen.font, self.pen.icon)
        small = [
            f"{one.name} ({one.size_text})"
            for one in self.variants
            if self.says.takes_label(one)
            and one.fit != "inside"
            and layout_of(badge, Size(one.width, one.height)) is None
        ]
        if not small:
            return ""
        remedy = "shorten it, or write nolabel behind the variant" if text else "write nolabel behind the variant"
        return f"has no room on {', '.join(small)}, not even in letters of {FLOOR_PX} pixels; {remedy}"
