"""What a variant says of how it was made: facts, before any format has to hold them.

The properties are those of IPTC, https://iptc.org/std/photometadata/specification/ and of XMP; the source types are
https://cv.iptc.org/newscodes/digitalsourcetype/.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from tasks.records.alt_text import alt_texts
from tasks.records.cell import Cell
from tasks.records.option_types import Marks
from tasks.records.outcome import SANDBOX, StoredOriginal

TRAINED: Final = "trainedAlgorithmicMedia"
COMPOSITE: Final = "compositeWithTrainedAlgorithmicMedia"
DRAWN: Final = "algorithmicMedia"
"""By a program that has learned nothing from pictures: the sandbox."""
OF_AI: Final = (COMPOSITE, "compositeSynthetic", TRAINED, DRAWN)
"""What an original is believed when it says so of itself; any other word would call a generated picture something else.
The first goes before the others, where one tells of several."""
UNMARKED: Final = (
    "variants do not say that AI has made them (--marks none): Google Merchant Center demands that of every such "
    "image, and platforms label by it; --marks yes says it"
)
WRITER: Final = "promptwriter"
"""The column of who has written the prompt, without case, spaces, dashes and underscores."""


class Facts(NamedTuple):
    """What a variant says of how it was made; what is empty is not said."""

    source_type: str
    """The last part of its address in IPTC's vocabulary."""
    system: str
    version: str
    guid: str = ""
    """The same for all cuts of an original."""
    created: str = ""
    """When its original was stored."""
    credit: str = ""
    alt: Mapping[str, str] = MappingProxyType({})
    """What is seen, by language."""
    prompt: str = ""
    prompt_writer: str = ""

    @property
    def short(self) -> "Facts":
        """What small files say: the rest would be an eighth of them."""
        return Facts(self.source_type, self.system, self.version)

    @property
    def digest(self) -> str:
        """The same for the same facts, in any version of this program."""
        told = json.dumps({**self._asdict(), "alt": dict(self.alt)}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def facts_of(cell: Cell, original: StoredOriginal, marks: Marks) -> Facts | None:
    """What the variants of an original say; None where they say nothing. The prompt only where `marks` asks for it."""
    if marks == "none":
        return None
    is_drawn = original.made_by == SANDBOX
    facts = Facts(
        source_type=source_type(cell, original),
        system="Ideogram",
        version=cell.request.model,
        guid=uuid5(NAMESPACE_URL, f"sha256:{original.image_sha256}").urn,
        created=original.finished_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        credit=cell.credit or ("Sandbox drawing" if is_drawn else "AI-generated with Ideogram"),
        alt=alt_texts(cell),
    )
    return facts if marks == "yes" else facts._replace(prompt=prompt_of(cell, original), prompt_writer=writer_of(cell))


def source_type(cell: Cell, original: StoredOriginal) -> str:
    """Of which kind an image is, in IPTC's word: what its original says, else what is known of its making."""
    if original.marks is not None and original.marks.source_type in OF_AI:
        return original.marks.source_type
    if original.made_by == SANDBOX:
        return DRAWN
    return COMPOSITE if has_source_images(cell) else TRAINED


def has_source_images(cell: Cell) -> bool:
    """Whether the picture holds parts of another, which was changed; a style or a character is drawn anew."""
    return bool(cell.request.source_image)


def prompt_of(cell: Cell, original: StoredOriginal) -> str:
    """The prompt as it was drawn, and behind it what was not wanted."""
    negative = cell.request.negative_prompt
    return (original.final_prompt or cell.request.prompt) + (f"\nNegative prompt: {negative}" if negative else "")


def writer_of(cell: Cell) -> str:
    """What the matrix says of who has written the prompt; empty where it does not."""
    named = {re.sub(r"[\s_-]+", "", name).casefold(): value for name, value in cell.metadata.items()}
    return " ".join(named.get(WRITER, "").split())
