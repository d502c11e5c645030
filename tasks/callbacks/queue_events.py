"""Turns what became of a campaign's cells into events, and queues those that somebody wants to be told."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from tasks.callbacks.names import Delivery, QueuedEvent, endpoint_of
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.send_callback import Deliverer
from tasks.ledger.hold import Hold
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.event import Event, EventName, cell_event, cell_event_name, event_id
from tasks.records.keys import ENDS
from tasks.records.outcome import Outcome, Status
from tasks.storage.public_address import public_folder

AT_ONCE: Final = 100
"""So many ends that nobody has announced are queued side by side."""


def hold_of(campaign: Campaign) -> Hold:
    """How a campaign is asked to have it, for those who have none of its options."""
    return Hold(is_held=campaign.hold, callback_urls=campaign.callback_urls, callback_events=campaign.callback_events)


@dataclass(frozen=True)
class Announcer:
    """Queues the events of one campaign. Every method may raise StorageFailed."""

    outbox: Outbox
    sender_id: str
    campaign: str
    """Its name."""
    wanted: frozenset[EventName]
    public_url: str | None = None
    """The web address of its folder."""
    is_held: bool = False
    """Whether somebody has to decide on its images before they are used."""

    @classmethod
    def open(cls, campaign: Campaign, outbox: Outbox) -> Self:
        """The announcer of `campaign`, whose folder gets an identity if it has none."""
        return cls.of(campaign.title, hold_of(campaign), outbox)

    @classmethod
    def of(cls, title: str, hold: Hold, outbox: Outbox) -> Self:
        """The same of a campaign of which only that is known."""
        public_url, wanted = public_folder(outbox.store.address), frozenset(hold.callback_events)
        return cls(outbox, outbox.sender_id(), title, wanted, public_url, hold.is_held)

    def cell_id_of_event(self, cell_id: str, turn: int, status: Status) -> str:
        """The id of the event that tells of a cell's end: the same in every run."""
        return event_id(self.sender_id, cell_id, str(turn), status)

    def id_of_completion(self) -> str:
        """The id of the event that tells what the campaign has come to: the same until another cell ends. A listing."""
        return event_id(self.sender_id, *sorted(self.outbox.store.names(ENDS)), "campaign.completed")

    def queue_cell(self, cell: Cell, outcome: Outcome) -> list[QueuedEvent]:
        """Queue what is to be told of a cell's end; returns what was not queued before."""
        if cell_event_name(outcome.status) not in self.wanted:
            return []
        address = self.outbox.store.address
        event = cell_event(self.campaign, address, cell, outcome, self.public_url, is_held=self.is_held)
        return self.queue(event, self.cell_id_of_event(cell.cell_id, outcome.turn, outcome.status), cell.endpoints)

    def queue(self, event: Event, event_id: str, urls: Iterable[str]) -> list[QueuedEvent]:
        """Queue one event for each of `urls`; returns what was not queued before."""
        body = event.body().decode()
        each = (
            QueuedEvent(
                event_id=event_id, event=event.event, job_id=event.job_id, url=url, at=event.timestamp, body=body
            )
            for url in urls
        )
        return [queued for queued in each if self.outbox.queue(queued)]

    def missing(self, cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> list[tuple[Cell, Outcome]]:
        """The cells that have ended and are wanted somewhere where it was never queued: one listing."""
        queued = self.outbox.queued()
        ended = ((cell, outcome) for cell in cells if cell.endpoints and (outcome := outcomes.get(cell.cell_id)))
        return [
            (cell, outcome)
            for cell, outcome in ended
            if outcome.finished_at is not None
            and cell_event_name(outcome.status) in self.wanted
            and not self._deliveries(cell, outcome) <= queued
        ]

    def is_all_told(self, urls: Iterable[str], cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> bool:
        """Whether every cell's end was delivered or given up, and to `urls` what the campaign has come to."""
        standings = self.outbox.load()
        if any(one.is_open for one in standings) or self.missing(cells, outcomes):
            return False
        if "campaign.completed" not in self.wanted:
            return True
        id_ = self.id_of_completion()
        return {Delivery(id_, endpoint_of(url)) for url in urls} <= {one.delivery for one in standings}

    def _deliveries(self, cell: Cell, outcome: Outcome) -> set[Delivery]:
        id_ = self.cell_id_of_event(cell.cell_id, outcome.turn, outcome.status)
        return {Delivery(id_, endpoint_of(url)) for url in cell.endpoints}


@dataclass(frozen=True)
class Announcements:
    """What a running campaign announces with: the hooks queue, and the deliverer takes up what they have queued."""

    announcer: Announcer
    deliverer: Deliverer
    at_once: int = AT_ONCE

    async def announce(self, cell: Cell, outcome: Outcome) -> None:
        """Queue what is to be told of a cell's end, and hand it on. Raises StorageFailed."""
        if cell.endpoints:
            for event in await self.deliverer.on_thread(self.announcer.queue_cell, cell, outcome):
                self.deliverer.add_new(event)

    async def announce_missing(self, cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> None:
        """Queue what is to be told and was not, whoever should have done it. Raises StorageFailed."""
        missing = await self.deliverer.on_thread(self.announcer.missing, cells, outcomes)
        for start in range(0, len(missing), self.at_once):
            await asyncio.gather(*(self.announce(*ended) for ended in missing[start : start + self.at_once]))
