"""Whether what a run pays for can be used, as it finds out image by image."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import count, takewhile
from typing import Final

from tasks.errors import ImageTooLarge, ImageUnreadable, LinkFailed, OriginalUnreadable, PaidInVain
from tasks.records.money import usd

IN_VAIN_MAX: Final = 3
"""So many images in a row, all with the same fault, stop the campaign: the next would most likely have it too."""


@dataclass
class PaidImages:
    """The images that this run was answered with, and so has paid, numbered as they were answered."""

    answered: int = 0
    looked_at: set[int] = field(default_factory=set)
    """Those of which it is not known yet whether they can be used."""
    in_vain: dict[int, tuple[Exception, Decimal]] = field(default_factory=dict)
    """The fault and the price of each that could not be used, by its number."""
    may_ask: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the last image could be used, and while none is looked at. Otherwise a lane waits, so that three images
    in vain do not become thirty."""
    is_usable: bool = False
    """Whether the last one could be used."""

    def __post_init__(self) -> None:
        """Nothing was answered yet."""
        self._open_or_close()

    def next_number(self) -> int:
        """Give a number to an image that has just been answered."""
        self.answered += 1
        self.looked_at.add(self.answered)
        self._open_or_close()
        return self.answered

    def used(self, number: int) -> None:
        """The image can be used, as far as can be told before it is cut."""
        self.is_usable = True
        self.known(number)

    def wasted(self, number: int, error: Exception, price_usd: Decimal) -> PaidInVain | None:
        """The image cannot be used. Returns what stops the campaign where its neighbours have the same fault."""
        self.is_usable = False
        self.in_vain[number] = error, price_usd
        self.known(number)
        row = {each for step in (-1, 1) for each in takewhile(partial(self._is_like, number), count(number, step))}
        if len(row) < IN_VAIN_MAX:
            return None
        cost_usd = sum((self.in_vain[each][1] for each in row), Decimal(0))
        return PaidInVain(
            f"No more is paid: {len(row)} images in a row, {usd(cost_usd)}, came to nothing in the same way. The last "
            f"of them: {error}. Once that is mended, the same command goes on with the rows that are left; with "
            "--retry failed it also takes up these, from what is stored and linked before it pays."
        )

    def known(self, number: int) -> None:
        """The image is looked at no longer."""
        self.looked_at.discard(number)
        self._open_or_close()

    def _open_or_close(self) -> None:
        if self.is_usable or not self.looked_at:
            self.may_ask.set()
        else:
            self.may_ask.clear()

    def _is_like(self, number: int, other: int) -> bool:
        """Whether another one could not be used either, for the same reason."""
        return other in self.in_vain and fault_of(self.in_vain[other][0]) == fault_of(self.in_vain[number][0])


def fault_of(error: Exception) -> str | None:
    """Why an image that was paid cannot be used; the same word for the like of it."""
    match error:
        case ImageTooLarge():
            return "too many pixels"
        case ImageUnreadable() | OriginalUnreadable():
            return "unreadable"
        case LinkFailed():
            return error.link_fault
        case _:
            return type(error).__name__
