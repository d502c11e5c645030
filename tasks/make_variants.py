"""Cuts an original into its variants. It pays nothing, so it can be done again at any time."""

from collections.abc import Sequence
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from tasks.errors import InputInvalid, OriginalUnreadable, SignerAway, StorageFailed, VariantsFailed
from tasks.images.cut_image import Cuts, cut_all
from tasks.images.found_marks import with_marks
from tasks.images.sources import cuts_of
from tasks.ledger.label_files import pen_of
from tasks.ledger.original_keys import unreadable_key
from tasks.records.marks import facts_of
from tasks.records.outcome import StoredOriginal
from tasks.records.variant import Variant
from tasks.records.variant_text import WHOLE
from tasks.run_state.job import Job
from tasks.run_state.paid_bytes import moved
from tasks.run_state.toolbox import Toolbox, toolbox
from tasks.signing.sign_cuts import signed_cuts


def is_worth_retrying(_task: Task[..., Any], _run: TaskRun, state: State) -> bool:
    """Only what the storage did, or what signs: cutting the same pixels again would fail again."""
    return isinstance(state.data, StorageFailed | SignerAway)


@task(
    task_run_name="variants of {original.cell_id}",
    description="Cuts a stored original into its variants and stores them.",
    retries=2,
    retry_delay_seconds=[1, 5],
    retry_condition_fn=is_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def make_variants(job: Job, original: StoredOriginal) -> dict[str, str]:
    """The key of each variant of the job's `original` by its name. Raises VariantsFailed or what stops a campaign."""
    tools = toolbox()
    if isinstance(tools.stop.reason, SignerAway):  # or each image would wait for it in turn
        raise tools.stop.reason
    every = cuts_of(job.cell, tools.variants)
    variants = tuple(one for one in every if one.name not in job.cuts.left)
    try:
        needs_bytes = tools.signer is not None or any(one.fit == WHOLE for one in variants)
        is_at_hand = job.in_hand.pixels is not None and not needs_bytes
        data = b"" if is_at_hand else await tools.on_storage_thread(tools.store.read, original.key)
    except FileNotFoundError as error:
        raise VariantsFailed("The original was stored and is gone, so its variants cannot be made") from error
    if data:
        original = with_marks(original, data)
        job.read(original)
    labels = tools.said.labels(job.cell, variants)
    try:
        pen = await tools.on_storage_thread(pen_of, tools.store, tools.said.label) if labels else None
        facts = facts_of(job.cell, original, tools.said.marks)
        told = (job.cell.focus, job.cuts.crops, facts, labels, pen)
        cuts = await tools.on_image_thread(cut_all, job.in_hand.pixels, data, original.cell_id, variants, *told)
    except InputInvalid as error:  # somebody has taken the icon or the font away since the run began
        raise VariantsFailed(str(error)) from error
    except OriginalUnreadable as error:
        kept = unreadable_key(*job.turn)
        await moved(tools, original.key, kept)
        raise OriginalUnreadable(f"{error}; it is kept in {kept}", kept=kept) from error
    cuts = await signed(tools, job, original, variants, cuts, data)
    await tools.on_storage_thread(tools.store.publish, cuts.files | cuts.preview)
    job.cut(cuts)
    return {variant.name: variant.key(original.cell_id) for variant in every}


async def signed(  # noqa: PLR0913  all that a signature tells of
    tools: Toolbox, job: Job, original: StoredOriginal, variants: Sequence[Variant], cuts: Cuts, data: bytes
) -> Cuts:
    """The cuts as they are stored: signed, where this run signs. Raises SignerAway, and VariantsFailed."""
    if tools.signer is None:
        return cuts
    thread = tools.on_storage_thread if tools.signer.is_remote else tools.on_image_thread
    return await thread(signed_cuts, cuts, variants, job.cell, original, data, tools.signer)
