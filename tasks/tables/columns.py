"""The columns of a matrix: their names, their other names, and how the text of a field becomes a value."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

from tasks.records import vocabulary as words
from tasks.records.endpoint import parse_callback_url
from tasks.records.focus import parse_focus
from tasks.records.label import parse_label
from tasks.records.language import parse_languages
from tasks.records.model_words import parse_model, parse_quality
from tasks.records.size_words import parse_aspect_ratio, parse_resolution, parse_size
from tasks.tables.one_of import one_of
from tasks.tables.palette_words import parse_color_palette
from tasks.tables.reference_names import parse_references
from tasks.tables.template import parse_template
from tasks.tables.unseen import squeezed, without_unseen

ALIASES: Final = {
    "magic_prompt_option": "magic_prompt",
    "seed_number": "seed",
    "style": "style_type",
    "colour_palette": "color_palette",
    "style_reference_images": "style_reference",
    "character_reference_images": "character_reference",
    "prompt_template": "template",
    "negative_prompt_template": "negative_template",
}
"""Other names for a column: the API's own, and those of Ideogram's batch spreadsheet."""

_RENDERINGS: Final = ("default", "flash", "turbo", "quality")
_TRUTHS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_VISIBILITIES: Final = ("public", "private")


def _whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.0+)?", text) or not least <= int(float(text)) <= most:
        raise ValueError(f"is not accepted; use a whole number from {least} to {most}")
    return int(float(text))


def parse_style_codes(text: str) -> tuple[str, ...]:
    """Codes of eight hex digits, with spaces or commas between, or as a list in JSON."""
    codes = tuple(code.upper() for code in re.split(r"[\s,;]+", text.strip(" ,;[]").replace('"', "")) if code)
    wrong = next((code for code in codes if not re.fullmatch(words.STYLE_CODE, code)), None)
    if wrong is not None or not codes:
        raise ValueError(f"holds {wrong or text!r}; a style code has eight hex digits, such as 1A2B3C4D")
    return codes


def parse_truth(text: str) -> bool:
    """Whether a box is ticked."""
    if text.lower() not in _TRUTHS:
        raise ValueError("is not accepted; use true or false")
    return _TRUTHS[text.lower()]


def parse_custom_model(text: str) -> str:
    """The address of a model that was trained for one's own account."""
    if not re.fullmatch(r"model/[^/\s]+/version/[^/\s]+", text):
        raise ValueError("is not accepted; write it as model/NAME/version/VERSION")
    return text


def parse_text(text: str, most: int) -> str:
    """As typed, with line breaks of one kind: which one a file has depends on the machine that wrote it last."""
    if len(text) > most:
        raise ValueError(f"has {len(text):,} characters; use {most:,} at most")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_template_text(text: str) -> str:
    """A text that each row fills; what it names is known once there is a row."""
    told = parse_text(text, words.PROMPT_MAX_CHARS)
    parse_template(told)
    return told


PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "product": lambda text: parse_text(text, words.NAME_MAX_CHARS),
    "format": lambda text: parse_text(text, words.NAME_MAX_CHARS),
    "prompt": lambda text: parse_text(text, words.PROMPT_MAX_CHARS),
    "template": parse_template_text,
    "model": parse_model,
    "aspect_ratio": parse_aspect_ratio,
    "resolution": parse_resolution,
    "size": parse_size,
    "style_type": lambda text: one_of(words.STYLE_TYPES, text),
    "magic_prompt": lambda text: one_of(words.MAGIC_PROMPTS, text),
    "magic_prompt_version": lambda text: one_of(words.MAGIC_PROMPT_VERSIONS, text),
    "negative_prompt": lambda text: parse_text(text, words.PROMPT_MAX_CHARS),
    "negative_template": parse_template_text,
    "seed": lambda text: _whole(text, 0, words.SEED_MAX),
    "num_images": lambda text: _whole(text, 1, words.IMAGES_MAX),
    "color_palette": parse_color_palette,
    "callback_url": parse_callback_url,
    "focus": parse_focus,
    "languages": parse_languages,
    "label": parse_label,
    "quality": parse_quality,
    "style_preset": lambda text: one_of(words.STYLE_PRESETS, text),
    "style_codes": parse_style_codes,
    "enable_copyright_detection": parse_truth,
    "custom_model_uri": parse_custom_model,
    "style_reference": parse_references,
    "character_reference": parse_references,
    "source_image": parse_references,
    "rendering": lambda text: one_of(_RENDERINGS, text),
    "visibility": lambda text: one_of(_VISIBILITIES, text),
}
"""The columns that we know, and how the text of a field becomes a value, or raises ValueError."""

TEMPLATE_OF: Final = {"prompt": "template", "negative_prompt": "negative_template"}
"""What is sent, and the column that it is made of where a row does not say it itself."""
SENT_AS_TYPED: Final = frozenset({"product", "format", "prompt", "negative_prompt"})
FREE_TEXT: Final = SENT_AS_TYPED | frozenset(TEMPLATE_OF.values())
AS_SEEN: Final = FREE_TEXT | {"label"}
"""Those of which every character counts, or whose own parser knows which do not."""
TRANSLATED: Final = AS_SEEN - {"format"}
"""Those that may be there in several languages, as columns of metadata may."""
NAMES: Final = {squeezed(name): name for name in PARSERS} | {squeezed(a): name for a, name in ALIASES.items()}
"""Every name of a column, squeezed, and the column."""


def column_name(header: str) -> str | None:
    """The column of ours that `header` names, matched without case, spaces or dashes; None for metadata."""
    return NAMES.get(squeezed(header))


def similar_column(header: str) -> str | None:
    """The column of ours that `header` might be a slip of the pen for."""
    similar = get_close_matches(squeezed(header), NAMES, n=1, cutoff=0.85)
    return NAMES[similar[0]] if similar else None


def parse_value(column: str, text: str) -> Any:  # noqa: ANN401  one type a column
    """The value of `text` in `column`. Raises ValueError with the end of a sentence that says what is accepted."""
    return PARSERS[column](text) if column in AS_SEEN else _parse_again(column, text)


@lru_cache(maxsize=4096)
def _parse_again(column: str, text: str) -> Any:  # noqa: ANN401  the same few values stand in most rows
    return PARSERS[column](without_unseen(text))
