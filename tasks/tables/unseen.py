"""Characters that nobody sees, and texts compared without them."""

import re
import unicodedata
from typing import Final

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN: Final = rf"\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f{_IGNORABLE}"
"""For a set of a regular expression: control characters that are no white space, what Unicode calls
Default_Ignorable_Code_Point (zero-width spaces, byte order marks, soft hyphens, ...), and two blank letters."""

PRINTABLE_BLANKS: Final = " \u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\ufe0e\ufe0f\uffa0"
"""Those of them, the variation selectors in use among them, that `str.isprintable` takes for something to be seen."""

_UNSEEN: Final = re.compile(f"[{UNSEEN}]+")
_PARTS: Final = re.compile(r"[\s_\-‐-―−]+")  # noqa: RUF001  dashes of all kinds are meant
_EDGES: Final = re.compile(rf"^[\s{UNSEEN}]+|[\s{UNSEEN}]+$")
_BLANK: Final = re.compile(rf"[\s{UNSEEN}]*")


def is_blank(text: str) -> bool:
    """Whether nobody sees anything in `text`."""
    return _BLANK.fullmatch(text) is not None


def without_unseen(text: str) -> str:
    """`text` without the characters that nobody sees; spaces of every kind stay."""
    return _UNSEEN.sub("", text)


def edged(text: str) -> str:
    """`text` without white space and what nobody sees at its ends."""
    return _EDGES.sub("", text)


def as_seen(text: str) -> str:
    """What a person sees of `text`: composed characters, one space for any white space, nothing of what is not seen."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def squeezed(text: str) -> str:
    """`text` as names are compared: without case, spaces, dashes, underscores, or what nobody sees."""
    return _PARTS.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text))).lower()


def named(text: str) -> str:
    """The characters of `text` by their code, such as `U+200B U+FEFF`, each once, white space left out."""
    return " ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(text) if not char.isspace())
