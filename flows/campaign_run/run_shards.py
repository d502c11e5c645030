"""A campaign that many machines share: a run on the work pool for each shard, watched, and started anew where it died.

What a shard does is in `flows/campaign_shard.py`. The ledger lies on the campaign's storage, so nothing is paid twice,
whoever takes up a shard; the account's slots are Prefect's tag limit, which all shards share.
"""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from httpx import HTTPError
from prefect import get_client, get_run_logger, runtime
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.states import Crashed

from flows.campaign_run.end_shards import cancel, is_over, until_over
from flows.campaign_run.hand_out import Handed, hand_out
from tasks.errors import InputInvalid, Interrupted, ServerLost, ShardCancelled, StorageFailed
from tasks.ledger.heartbeats import Watcher
from tasks.ledger.names import latest_ends
from tasks.records.keys import ENDS
from tasks.records.plan import Plan
from tasks.reporting.report_campaign import progress_artifact
from tasks.reporting.reporter import reporter
from tasks.run_state.first_of import first_of
from tasks.run_state.tally import Tally
from tasks.running.watch_run import asked_of
from tasks.storage.storage import CampaignStore

DEPLOYMENT: Final = "campaign-shard/shard"
PATIENCE_S: Final = 180.0
ATTEMPTS_MAX: Final = 3
"""A shard that died so often is left to the run that gathers them."""
LOOK_EVERY_S: Final = 3.0
LOST_AFTER_S: Final = 60.0
"""A shard that showed life and shows none for so long is dead, whatever Prefect believes."""
START_WITHIN_S: Final = 300.0
"""How long a shard may take from its worker's word to its first sign of life: it plans the whole matrix."""


@dataclass
class Shard:
    """One of a campaign's shards, and the run that is at it."""

    number: int
    run: FlowRun
    handed: Handed
    attempt: int = 1
    is_over: bool = False
    has_shown_life: bool = False
    alive_at: float = field(default_factory=time.monotonic)
    """When it last showed life, or could not be expected to."""

    def is_lost(self, state: StateType | None, *, is_living: bool) -> bool:
        """Whether nobody is at it any more, though Prefect has not heard of its end."""
        now = time.monotonic()
        self.has_shown_life |= is_living
        if is_living or state in {StateType.SCHEDULED, StateType.PAUSED}:
            self.alive_at = now
        return now - self.alive_at > (LOST_AFTER_S if self.has_shown_life else START_WITHIN_S)


async def run_shards(plan: Plan, store: CampaignStore) -> None:
    """Return when every shard is over, or left to whoever gathers them; one that dies leaves them to the next.

    Raises InputInvalid where no work pool runs shards, or the CampaignStopped for which it has cancelled them.
    """
    shards: list[Shard] = []
    try:
        await unless_interrupted(start_and_watch(plan, store, shards))
    except Exception:
        with suppress(HTTPError, PrefectException):
            await cancel([shard.run for shard in shards])
            await until_over([shard.run for shard in shards])
        raise


async def unless_interrupted(running: Coroutine[Any, Any, None]) -> None:
    """Run to the end. Raises Interrupted where somebody asks for an early one."""
    watching = asyncio.create_task(running)
    try:
        for interruption in await first_of(watching, reporter().cancellation()):
            interruption.result()
            raise Interrupted("The run was interrupted, and its shards with it; run the same command again to go on")
        await watching
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def start_and_watch(plan: Plan, store: CampaignStore, shards: list[Shard]) -> None:
    """Fill `shards`, and return when all are over."""
    handed = await asyncio.to_thread(hand_out, store, plan.without_empty_shards().campaign)
    for number in range(1, handed.campaign.shards + 1):
        shards.append(await started(handed, number))  # noqa: PERF401  each is known as soon as it runs
    await watch(plan, store, shards)


async def started(handed: Handed, number: int, attempt: int = 1) -> Shard:
    """A run of shard `number`, new, or the one that this flow run has started before it was restarted itself.

    What Prefect resumes or retries is the same flow run once more: its shards were cancelled, or run on.
    """
    key = first = f"{runtime.flow_run.id}-{number}-{attempt}"
    times = 1
    while is_over(run := await asked_for(handed, number, key)):
        times += 1
        key = f"{first}-{times}"
    return Shard(number, run, handed, attempt)


async def asked_for(handed: Handed, number: int, key: str) -> FlowRun:
    """The run of shard `number` that `key` names, made if there is none. Raises InputInvalid where nobody runs it."""
    try:
        return await arun_deployment(
            DEPLOYMENT,
            parameters={**handed.as_parameters(), "shard": number},
            flow_run_name=f"{handed.campaign.slug}, shard {number} of {handed.campaign.shards}",
            tags=[handed.campaign.slug],
            idempotency_key=key,
            timeout=0,
        )
    except ObjectNotFound as error:
        problem = f"need a Prefect server that knows {DEPLOYMENT}, and workers; python -m deployments.setup prepares it"
        raise InputInvalid.of(source="--shards", problem=problem) from error


async def watch(plan: Plan, store: CampaignStore, shards: list[Shard]) -> None:
    """Look at the shards again and again until all are over. A server or storage that is away is waited for."""
    tally, watcher, clock = Tally(plan.cell_count), Watcher(store), asyncio.get_running_loop().time
    lost_at: float | None = None  # since the first look in vain: this process may have stood still before it
    async with progress_artifact(tally, f"{plan.campaign.slug}-shards"), get_client() as prefect:
        while not all(shard.is_over for shard in shards):
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if asked := await asked_of(prefect):
                    raise asked
                living = await asyncio.to_thread(watcher.living)
                for shard in shards:
                    if not shard.is_over:
                        await look_at(prefect, shard, living)
                await asyncio.to_thread(count, tally, plan, store)
            except ObjectNotFound as error:
                raise ShardCancelled("This run, or one of its shards, was deleted; the shards are cancelled") from error
            except (HTTPError, PrefectException, StorageFailed) as error:
                get_run_logger().warning("Cannot look at the shards: %s", error)
                lost_at = lost_at or clock()
                if clock() - lost_at > PATIENCE_S:
                    raise ServerLost(f"The shards could not be looked at for minutes: {error}") from error
            else:
                lost_at = None


async def look_at(prefect: PrefectClient, shard: Shard, living: set[str]) -> None:
    """Note where a shard stands; one whose run has died gets another. Raises ShardCancelled."""
    state = (await prefect.read_flow_run(shard.run.id)).state
    kind = state.type if state is not None else None
    is_lost = shard.is_lost(kind, is_living=str(shard.run.id) in living)
    if kind == StateType.CANCELLED or (kind == StateType.CANCELLING and is_lost):
        raise ShardCancelled(f"Shard {shard.number} was cancelled, and the others with it; run again to go on")
    if kind in {StateType.COMPLETED, StateType.FAILED}:
        shard.is_over = True
    elif kind == StateType.CRASHED:
        await start_anew(shard)
    elif is_lost:
        dead: State[Any] = Crashed(message="Showed no sign of life any more; another run takes over its shard")
        await prefect.set_flow_run_state(shard.run.id, dead, force=True)
        await start_anew(shard)


async def start_anew(shard: Shard) -> None:
    """Have another run take over a shard whose run has died, unless that has happened too often."""
    if shard.attempt >= ATTEMPTS_MAX:
        shard.is_over = True
        return
    get_run_logger().warning("Shard %d died; another run takes it over", shard.number)
    # Without retry: what has ended may be what the dead run has just tried again.
    anew = await started(shard.handed.without_retry(), shard.number, shard.attempt + 1)
    shard.run, shard.attempt, shard.alive_at, shard.has_shown_life = anew.run, anew.attempt, anew.alive_at, False


def count(tally: Tally, plan: Plan, store: CampaignStore) -> None:
    """Bring the tally of all shards up to date, from the names in the ledger alone."""
    ends = latest_ends(store.names(ENDS))
    statuses = {cell.cell_id: end.status for cell in plan.cells if (end := ends.get(cell.cell_id))}
    tally.by_status.clear()
    tally.by_status.update(status for status in statuses.values() if status is not None)
    paid = (cell.price_usd for cell in plan.cells if statuses.get(cell.cell_id) in {"done", "unknown"})
    tally.cost_usd = sum(paid, tally.cost_usd * 0)
