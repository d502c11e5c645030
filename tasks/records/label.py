"""A visible label: what is drawn on variants, for people to see that a picture was made by AI."""

import hashlib
import json
import re
import unicodedata
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, StringConstraints

from tasks.records.cell import Cell
from tasks.records.record import Record

Corner = Literal["br", "bl", "tr", "tl"]
LabelAt = Literal["auto", "br", "bl", "tr", "tl"]
"""Which corner it lies in; `auto` is the one in which it is seen best, and of equals the first of these."""
LABEL_MAX_CHARS: Final = 80
NO_LABEL: Final = "none"
"""How people write that there shall be none."""
UNLABELLED: Final = (
    "no visible label: in the EU realistic pictures in advertising need one (Art. 50(4) of the AI Act), in New York "
    'those with people; --label "AI-generated" draws one'
)

_TRUTHS: Final = frozenset({"yes", "no", "true", "false", "on", "off", "1", "0", "x"})
_JOINED: Final = re.compile("[\u0590-\u08ff\u0900-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufefc]")
"""Scripts in which characters that nobody sees say how letters join, or which way they run."""
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_JOINERS: Final = re.compile("[\u200c-\u200f]")


class LabelFile(Record):
    """An icon or a font that labels are drawn with, known by its content."""

    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Empty where somebody has said that there is to be none."""
    name: str = ""
    """What its file was called."""


class LabelStyle(Record):
    """How a campaign labels its variants; None of what nobody has said."""

    text: str | None = None
    """Of rows that say nothing of their own; empty for none."""
    at: LabelAt | None = None
    icon: LabelFile | None = None
    font: LabelFile | None = None

    def over(self, before: "LabelStyle") -> "LabelStyle":
        """What was said `before`, with what is said here in its place; whoever names an icon wants it to be drawn."""
        said = {name: value for name, value in self if value is not None}
        if self.text is None and before.text == "" and self.icon is not None and self.icon.sha256:
            said["text"] = None
        return before.model_copy(update=said) if said else before


NOTHING_SAID: Final = LabelStyle()


class LabelSource(Record):
    """Where an icon or a font was found."""

    place: str
    file: LabelFile


class DrawnLabel(Record):
    """What was drawn on a variant."""

    words: str
    """What it says; empty where it had no room."""
    digest: str


class Label(NamedTuple):
    """What is drawn on a variant."""

    text: str
    at: LabelAt = "auto"
    icon: LabelFile | None = None
    font: LabelFile | None = None

    @property
    def words(self) -> str:
        """What it says, as a manifest has it; an icon without words by its name."""
        return self.text or (f"icon {self.icon.name}" if self.icon is not None else "")

    @property
    def digest(self) -> str:
        """The same for what looks the same."""
        files = [one.sha256 if one is not None else "" for one in (self.icon, self.font)]
        return hashlib.sha256(json.dumps([self.text, self.at, *files]).encode()).hexdigest()[:12]


def label_text(cell: Cell, usual: str | None) -> str:
    """What the label of a cell's image says: its row's or format's own, else the campaign's; empty for none."""
    return (usual or "") if cell.label is None else cell.label


def label_of(cell: Cell, style: LabelStyle) -> Label | None:
    """What is drawn on the variants of a cell that take a label; None for nothing."""
    text = label_text(cell, style.text)
    icon = style.icon if style.icon is not None and style.icon.sha256 else None
    font = style.font if style.font is not None and style.font.sha256 else None
    if not text and (icon is None or cell.label == "" or style.text == ""):
        return None
    return Label(text, style.at or "auto", icon, font if text else None)


def parse_label(text: str) -> str:
    """The words of a label in one line, as they are seen; empty for `none`. ValueError with the end of a sentence."""
    words = _as_drawn(text)
    if words.casefold() == NO_LABEL:
        return ""
    if words.casefold() in _TRUTHS:
        raise ValueError("is no label, and would be drawn as it stands; write a text, such as AI-generated, or none")
    if not words:
        raise ValueError("has nothing that is seen; write the text, such as AI-generated, or none")
    if len(words) > LABEL_MAX_CHARS:
        raise ValueError(f"has {len(words)} characters; a label has {LABEL_MAX_CHARS} at most")
    return words


LabelText = Annotated[str, AfterValidator(parse_label)]
"""As an option has it."""


def _as_drawn(text: str) -> str:
    """Composed, in one line, and without what nobody sees, unless it says how letters join."""
    composed = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if not _JOINED.search(composed):
        composed = _JOINERS.sub("", composed)
    return " ".join(composed.split())
