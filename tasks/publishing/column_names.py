"""Names for the columns of a table, no two of which a database would take for one."""

from collections.abc import Iterable, Sequence


def unique_names(names: Sequence[str], taken: Iterable[str], prefix: str) -> list[str]:
    """`names` as columns beside those `taken`; no two are equal without case, since databases look at none.

    A name that is taken gets `prefix`, and a number where that is taken as well; every other name stays as it is.
    """
    reserved = {name.casefold() for name in taken}
    used = reserved | {name.casefold() for name in names}
    given: set[str] = set()
    columns = []
    for name in names:
        column = name
        if name.casefold() in reserved | given:
            column = _free(f"{prefix}{name}" if name.casefold() in reserved else name, used)
        given.add(column.casefold())
        used.add(column.casefold())
        columns.append(column)
    return columns


def _free(name: str, used: set[str]) -> str:
    column, number = name, 2
    while column.casefold() in used:
        column, number = f"{name}_{number}", number + 1
    return column
