"""Why a campaign starts no more cells, and why no request of it may leave any more."""

import asyncio
from dataclasses import dataclass, field

from tasks.errors import BudgetReached, CampaignStopped


@dataclass
class Stop:
    """The first reason given is the one that is told.

    At the budget's limit the cells that were started go on, since their price is set aside; whatever else stops a
    campaign holds their requests back as well.
    """

    reason: CampaignStopped | None = None
    """Why no more cells are started."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `reason`."""
    halting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once no request may leave any more, also for cells that were started."""
    _halted_by: CampaignStopped | None = None

    def because(self, fault: CampaignStopped) -> None:
        """Start no more cells."""
        self.reason = self.reason or fault
        self.stopping.set()
        if not isinstance(fault, BudgetReached):
            self._halted_by = self._halted_by or fault
            self.halting.set()

    def raise_if_halted(self) -> None:
        """Raise why no request may leave any more, if none may."""
        if self._halted_by is not None:
            raise self._halted_by
