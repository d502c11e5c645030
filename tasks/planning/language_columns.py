"""Which columns of a table are in languages, which cannot be, and which may be meant to be."""

from collections.abc import Container, Iterable, Iterator

from tasks.planning.parsed_row import Family
from tasks.records.language import meant_by, of_header
from tasks.tables.columns import TRANSLATED, column_name
from tasks.tables.unseen import squeezed


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


def misnamed(metadata: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Columns that are in a language and cannot be, and why: such as `seed:de`, or the same language twice."""
    seen: dict[tuple[str, str], str] = {}
    for title in metadata:
        base, tag = of_header(title)
        if not tag:
            continue
        column = column_name(base)
        if column is not None and column not in TRANSLATED:
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
