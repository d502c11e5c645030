r"""Templates: prompts with gaps that each row fills, in a language without code.

`{column}` is the row's value; `{{Column}}`, as mail merges write it, is the same. `[ in {colour}]` is left out where a
value in it is empty. `{morning|evening}` makes an image of each; `{light=morning|evening}` gives the choice a name.
`\{ \} \[ \] \|` are the signs themselves. Nothing is random and nothing is executed: no loops, filters or attributes.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.tables.unseen import squeezed


class Gap(NamedTuple):
    """Where a value stands."""

    name: str
    """As it was written."""


class Choice(NamedTuple):
    """Texts of which each makes an image of its own."""

    name: str
    """What the column of the chosen text is called: `choice_1` for the first that nobody has named."""
    texts: tuple[str, ...]


class Part(NamedTuple):
    """What is left out where a value in it is empty."""

    pieces: tuple["str | Gap | Choice", ...]


class Template(NamedTuple):
    """A template that is well-formed."""

    pieces: tuple[str | Gap | Choice | Part, ...]
    plain: tuple[str, ...]
    """All texts in it that stand for themselves, without those that an escape has made."""
    gaps: tuple[Gap, ...]
    """Where values stand, in their order, whatever part they stand in."""
    choices: tuple[Choice, ...]
    """The same of alternatives."""


_SIGNS: Final = r"{}\[\]|"
_TOKEN: Final = re.compile(
    rf"(?P<escaped>\\[{_SIGNS}]|\\\\(?=\\*+[{_SIGNS}]))"
    r"|\{\{(?P<merge>[^{}|]*)\}\}"
    rf"|\{{(?P<braces>(?:\\[{_SIGNS}]|[^{{}}\\]|\\(?![{_SIGNS}]))*+)\}}"
    rf"|(?P<plain>[^\\{_SIGNS}]+|\||\\)|(?P<sign>.)",
    re.DOTALL,
)
_BAR: Final = re.compile(r"(?<!\\)\|")
_ESCAPE: Final = re.compile(rf"\\([{_SIGNS}])")


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """`text` as a template. Raises ValueError, with the end of a sentence, where it is none."""
    outside: list[str | Gap | Choice | Part] = []
    inside: list[str | Gap | Choice] | None = None
    plain: list[str] = []
    gaps: list[Gap] = []
    choices: dict[str, Choice] = {}
    unnamed = 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[found.lastgroup or 0]
        if kind == "sign":
            inside = _bracket(token, inside, outside)
            continue
        piece: str | Gap | Choice = token if kind == "plain" else token[1:]
        if kind in {"merge", "braces"}:
            piece = _gap_or_choice(token.strip(), f"choice_{unnamed + 1}")
        if isinstance(piece, Gap):
            gaps.append(piece)
        elif isinstance(piece, Choice):
            unnamed += piece.name == f"choice_{unnamed + 1}"
            if choices.setdefault(squeezed(piece.name), piece) is not piece:
                raise ValueError(f"has two choices called {piece.name!r}; give each a name of its own")
            plain.extend(piece.texts)
        elif kind == "plain":
            plain.append(token)
        (outside if inside is None else inside).append(piece)
    if inside is not None:
        raise ValueError(r"has a [ without its ]; close the optional part, or write \[ for the sign itself")
    return Template(tuple(outside), tuple(plain), tuple(gaps), tuple(choices.values()))


def _bracket(
    sign: str, inside: list[str | Gap | Choice] | None, outside: list[str | Gap | Choice | Part]
) -> list[str | Gap | Choice] | None:
    """The optional part that is open behind a sign."""
    if sign == "[" and inside is None:
        return []
    if sign == "[":
        raise ValueError(r"has a [ inside [...]; close the first one before it, or write \[ for the sign itself")
    if sign == "]" and inside is not None:
        if not any(isinstance(piece, Gap) for piece in inside):
            shown = "".join(piece if isinstance(piece, str) else "{...}" for piece in inside)
            problem = (
                f"has an optional part [{shown}] without a {{column}} in it, so that nothing says when to leave it"
            )
            raise ValueError(rf"{problem} out; name one, or write \[ and \] for the signs themselves")
        outside.append(Part(tuple(inside)))
        return None
    other = {"]": "[", "{": "}", "}": "{"}[sign]
    hint, json = (", or braces inside braces", " (JSON goes into the column prompt)") if sign != "]" else ("", "")
    raise ValueError(rf"has a {sign} without its {other}{hint}; write \{sign} for the sign itself{json}")


def _gap_or_choice(inside: str, unnamed: str) -> Gap | Choice:
    if not inside:
        raise ValueError(r"holds empty braces; name a column in them, or write \{ and \} for the signs themselves")
    name, equals, rest = inside.partition("=")
    is_named = bool(equals) and _BAR.search(name) is None
    texts = tuple(_ESCAPE.sub(r"\1", text.strip()) for text in _BAR.split(rest if is_named else inside))
    if not is_named and len(texts) == 1:
        return Gap(inside)
    if is_named and not name.strip():
        raise ValueError(f"holds {{{inside}}}; write the name of the choice before the =, such as {{light=dawn|dusk}}")
    if len(set(texts)) < len(texts):
        raise ValueError(f"holds {{{inside}}}, in which two alternatives are the same; each of them would be paid for")
    return Choice(name.strip() if is_named else unnamed, texts)
