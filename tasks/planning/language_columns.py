"""Which columns of a table are in languages, which cannot be or may be meant to be, and what is said of one."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from tasks.planning.parsed_row import Family, ParsedRow
from tasks.records.language import fault_of, like_a_tag, lookup, meant_by, of_header
from tasks.tables.columns import FREE_TEXT, TRANSLATED, column_name
from tasks.tables.unseen import squeezed

FALLBACK: Final = "--language-fallback"


def families(known: Container[str], metadata: Iterable[str]) -> tuple[Family, ...]:
    """The texts of a table that are there in languages, by the names of its columns."""
    titles = list(metadata)
    plain = {squeezed(title): title for title in titles}
    found: dict[str, Family] = {}
    for title in titles:
        base, tag = of_header(title)
        column = column_name(base) if tag else None
        if not tag or (column is not None and column not in TRANSLATED):
            continue
        name = column or squeezed(base)
        is_whole = name in known if column else name in plain
        family = found.get(name) or Family(name, column or plain.get(name, base), {}, column is not None, is_whole)
        found[name] = family._replace(tags={**family.tags, tag: family.tags.get(tag, title)})
    return tuple(found.values())


def unasked(known: Container[str], metadata: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts to be sent that are there in a language alone, of which nothing would be made, each with that it is one."""
    for title in metadata:
        column = column_name(of_header(title)[0])
        if column in FREE_TEXT and column not in known:
            yield title, f"is {column} in a language"


def misnamed(known: Container[str], metadata: Iterable[str], asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Columns that are in a language and cannot be, and why: such as `seed:de`, or the same language twice.

    So is one that is in none, such as `headline:jp`, beside others that are in those that are `asked` for.
    """
    metadata = list(metadata)
    spoken = {one.name for one in families(known, metadata) if any(lookup(tag, one.tags) for tag in asked)}
    seen: dict[tuple[str, str], str] = {}
    for title in metadata:
        base, tag = of_header(title)
        if not tag:
            base, word = like_a_tag(title)
            if word and (column_name(base) or squeezed(base)) in spoken:
                yield title, fault_of(word)
            continue
        column = column_name(base)
        if column is not None and column not in TRANSLATED and tag in asked:
            texts = ", ".join(sorted(TRANSLATED))
            yield title, f"is in a language, which {column} is not; of our columns only texts are: {texts}"
        first = seen.setdefault((column or squeezed(base), tag), title)
        if first != title:
            yield title, f"is the same language as {first!r}; leave one of them out"


def slips(known: Iterable[str], metadata: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Columns such as `headline_de` beside `headline`, and what they are called if they are in a language."""
    titles = list(metadata)
    bases = {squeezed(name): name for name in (*titles, *TRANSLATED.intersection(known))}
    for title in titles:
        base, tag = ("", "") if of_header(title)[1] else meant_by(title)
        if tag and squeezed(base) in bases:
            yield title, f"{bases[squeezed(base)]}:{tag}"


def plain_text(level: ParsedRow, family: Family, first: str) -> tuple[str, str]:
    """The text that translations are held against, and its column: the plain one, else that of the first language."""
    if family.is_whole:
        text = level.typed(family.name) if family.is_ours else level.metadata.get(family.title)
        return family.title, text or ""
    tag = lookup(first, family.tags)
    return (family.tags[tag], level.metadata.get(family.tags[tag], "")) if tag else (family.title, "")


def lacking(family: Family, language: str, at: str, *, is_column: bool) -> str:
    """What is wrong where a translation is missing, and what to do."""
    otherwise = f"or have {at!r} used in its place, with {FALLBACK}"
    if not is_column:
        return f"is empty, and {at!r} is not; translate it, {otherwise}"
    has = ", ".join(family.tags)
    own = f"name {language} as the first of the languages if {at!r} is in it, " if family.is_whole else ""
    return f"is no column, and the language {language} is asked for; {at!r} has {has}: add the column, {own}{otherwise}"
