"""Headers that are a column of ours with words or signs beside its name, and so may be meant to be it."""

import re
from typing import Final
from unicodedata import normalize

from tasks.tables.columns import NAMES
from tasks.tables.unseen import without_unseen

_WORDS_MAX: Final = 4
_WORD: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[^\W\d_]+|\d+")
_GROWN: Final = re.compile(r"(?:s|names?|texts?|ids?|titles?|types?|codes?|numbers?|urls?)$")
"""What is grown together with a name: `prompts`, `productname`."""

_ENDS_IN_PROMPT: Final = re.compile(r"prompts?$")
"""Also in the compounds of other languages, such as `Bildprompt`."""


def beginning_column(header: str) -> str | None:
    """The column of ours that `header` begins with, as in `Prompt (required)`, `*prompt` or `prompt_en`.

    Also where `prompt` stands further in, which is what is paid for, as in `AI prompt (approved)`. A word that only
    begins alike is another one, such as `production`.
    """
    words = [word.lower() for word in _WORD.findall(normalize("NFKC", without_unseen(header)))]
    if words and words[0].isdigit():
        words = words[1:]
    for count in range(min(len(words), _WORDS_MAX), 0, -1):
        name = "".join(words[:count])
        for known in (name, _GROWN.sub("", name)):
            if known in NAMES:
                return NAMES[known]
    has_prompt = any(word.startswith("prompt") for word in words[:1]) or any(map(_ENDS_IN_PROMPT.search, words))
    return "prompt" if has_prompt else None
