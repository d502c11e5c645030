"""One of several words, however it was typed."""

from typing import TypeVar

from tasks.tables.unseen import squeezed

Word = TypeVar("Word", bound=str)


def one_of(accepted: tuple[Word, ...], text: str, *others: str) -> Word:
    """The word that `text` means, without case, spaces or dashes; `others` are named in the fault as well."""
    found = {squeezed(word): word for word in accepted}.get(squeezed(text))
    if found is None:
        raise ValueError(f"is not accepted; use one of {', '.join((*accepted, *others))}")
    return found
