"""One outbox at a time: delivers what is due, replays what is asked for, and tells what waits and what is dead."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tasks.callbacks.callback_settings import CallbackSettings
from tasks.callbacks.delivery_queue import DueDelivery
from tasks.callbacks.delivery_report import ALL, Line, Report, Wish
from tasks.callbacks.names import Delivery, DeliveryStanding, QueuedEvent, State, shown_url
from tasks.callbacks.outbox import Outbox
from tasks.callbacks.send_callback import Deliverer, open_deliverer, utc_now
from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.storage.storage import CampaignStore

LINES_MAX: Final = 200
OUTBOXES_AT_ONCE: Final = 4


async def deliver_all(wish: Wish, settings: CallbackSettings) -> list[Report]:
    """Serve every outbox below an output, or that of one campaign.

    Raises InputInvalid, and StorageFailed when all others have been served.
    """
    output = wish.output
    slugs = [wish.campaign] if wish.campaign else await asyncio.to_thread(CampaignStore.open(output, "").folders)
    await asyncio.to_thread(check_replays, slugs, wish)
    at_once = asyncio.Semaphore(OUTBOXES_AT_ONCE)

    async def serve(slug: str) -> Report:
        async with at_once:
            return await serve_outbox(CampaignStore.open(output, slug), slug, wish, settings)

    reports: list[Report] = []
    failed: BaseException | None = None
    for served in await asyncio.gather(*map(serve, slugs), return_exceptions=True):
        if isinstance(served, BaseException):
            failed = failed or served
        elif served.counts:
            reports.append(served)
    if failed is not None:
        raise failed
    return reports


def is_sent_unsigned(reports: Sequence[Report], settings: CallbackSettings) -> bool:
    """Whether anything was sent that a receiver cannot verify."""
    return settings.secrets is None and any(report.sent for report in reports)


def check_replays(slugs: Sequence[str], wish: Wish) -> None:
    """Raise InputInvalid, before anything is sent, where an event that is named is in none of the outboxes."""
    named = set(wish.replay) - {ALL}
    if not named:
        return
    for slug in slugs:
        named -= {delivery.event_id for delivery in Outbox(CampaignStore.open(wish.output, slug)).queued()}
    problem = f"is no event below {wish.output}"
    if named:
        raise InputInvalid([Fault(source="--replay", value=one, problem=problem) for one in sorted(named)])


async def serve_outbox(store: CampaignStore, slug: str, wish: Wish, settings: CallbackSettings) -> Report:
    """Serve one outbox and tell how it stands then."""
    outbox = Outbox(store)
    standings = await asyncio.to_thread(outbox.load, whole=wish.is_replay)
    asked = await asyncio.to_thread(replays, outbox, standings, wish) if wish.is_replay else []
    sent: Counter[State] = Counter()
    hindrance = ""
    if asked or any(one.is_open for one in standings):
        settings, hindrance = await asyncio.to_thread(outbox.agreed, settings)
        if not hindrance and (asked or not (wish.is_replay or wish.list_only)):
            async with open_deliverer(outbox, settings) as deliverer:
                await send(deliverer, asked, standings)
                sent = deliverer.came_to
            standings = await asyncio.to_thread(outbox.load)
    report = await asyncio.to_thread(report_of, slug, outbox, standings, sent)
    return report.model_copy(update={"hindrance": hindrance})


async def send(deliverer: Deliverer, asked: Sequence[DueDelivery], standings: list[DeliveryStanding]) -> None:
    """Make the attempts that were asked for, or all that are due."""
    if asked:
        deliverer.closed |= await deliverer.on_thread(deliverer.outbox.closed_endpoints)
        for due in asked:
            deliverer.add(due)
    else:
        await deliverer.take_up(standings)
    await deliverer.drain()


async def last_try(store: CampaignStore, settings: CallbackSettings, within_s: float) -> Counter[State]:
    """Give what was never attempted a moment, and count where everything stands then. Raises StorageFailed.

    Not where all that was attempted has failed: nobody is kept waiting for a dead receiver.
    """
    outbox = Outbox(store)
    standings = await asyncio.to_thread(outbox.load)
    heard = {one.delivery.endpoint for one in standings if one.state == "delivered"}
    silent = {one.delivery.endpoint for one in standings if one.attempts} - heard
    fresh = [one for one in standings if is_fresh(one) and one.delivery.endpoint not in silent]
    settings, hindrance = await asyncio.to_thread(outbox.agreed, settings)
    if fresh and not hindrance:
        async with open_deliverer(outbox, settings) as deliverer:
            await deliverer.take_up(fresh)
            await deliverer.finish(within_s)
        standings = await asyncio.to_thread(outbox.load)
    return Counter(standing.state for standing in standings)


def is_fresh(standing: DeliveryStanding) -> bool:
    """Whether it was never attempted."""
    return standing.state == "waiting" and not standing.attempts


def replays(outbox: Outbox, standings: Sequence[DeliveryStanding], wish: Wish) -> list[DueDelivery]:
    """The attempts that `wish` asks for by name or by date. One that still waits keeps its further attempts.

    Of an event that some endpoints have and others have not, the others are meant.
    """
    undone = {one.delivery.event_id for one in standings if one.state != "delivered"}
    chosen = [
        one
        for one in standings
        if is_wanted(one, wish) and (one.state != "delivered" or one.delivery.event_id not in undone)
    ]
    events = {event.delivery: event for event in outbox.read_many(one.delivery for one in chosen)}
    closed, now = outbox.closed_endpoints(), utc_now()
    return [
        DueDelivery(
            one.delivery,
            now,
            one.attempts,
            events[one.delivery],
            is_contested=one.state == "claimed",
            is_asked_for=True,
            is_replay=not one.is_open or one.delivery.endpoint in closed,
        )
        for one in chosen
        if one.delivery in events and (is_named(one, wish) or is_since(events[one.delivery], wish))
    ]


def is_wanted(standing: DeliveryStanding, wish: Wish) -> bool:
    """Whether the names alone let a replay of this delivery be asked for."""
    return is_named(standing, wish) or (wish.replay_since is not None and standing.state == "dead")


def is_named(standing: DeliveryStanding, wish: Wish) -> bool:
    """Whether its event, or every dead letter, is asked for."""
    return standing.delivery.event_id in wish.replay or (ALL in wish.replay and standing.state == "dead")


def is_since(event: QueuedEvent, wish: Wish) -> bool:
    """Whether it happened since the date that was named."""
    return wish.replay_since is not None and event.at >= wish.replay_since


def report_of(slug: str, outbox: Outbox, standings: Sequence[DeliveryStanding], sent: Counter[State]) -> Report:
    """Where everything stands; the first deliveries that are not done are read, to be shown."""
    now = utc_now()
    undone = [one for one in standings if one.state != "delivered"]
    with ThreadPoolExecutor(len(undone[:LINES_MAX]) or 1) as pool:
        lines = tuple(pool.map(lambda one: line_of(slug, outbox, one), undone[:LINES_MAX]))
    return Report(
        campaign=slug,
        counts=dict(Counter(one.state for one in standings)),
        lines=lines,
        due_count=sum(one.state == "waiting" and (one.due is None or one.due <= now) for one in standings),
        sent=dict(sent),
    )


def line_of(slug: str, outbox: Outbox, standing: DeliveryStanding) -> Line:
    """What there is to show of one delivery."""
    delivery: Delivery = standing.delivery
    event = outbox.read(delivery)
    if standing.due is not None:
        tried = outbox.read_failure(delivery, standing.attempts, standing.due)
    else:
        tried = outbox.read_end(delivery, standing.ended_by, "dead") if standing.state == "dead" else None
    return Line(
        campaign=slug,
        event_id=delivery.event_id,
        event=event.event if event else "?",
        job_id=event.job_id if event else "?",
        endpoint=shown_url(event.url) if event else "?",
        state="dead" if standing.state == "dead" else "waiting" if standing.state == "waiting" else "claimed",
        attempts=standing.attempts,
        due=standing.due,
        why=tried.why if tried else "",
    )
