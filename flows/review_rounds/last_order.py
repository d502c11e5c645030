"""How the campaign in a folder was last asked for on this Prefect server, so that it can be asked for once more."""

from collections.abc import Mapping
from typing import Any, Final

from prefect import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterTags,
)
from prefect.client.schemas.sorting import FlowRunSort
from pydantic import ValidationError

from tasks.errors import InputInvalid
from tasks.inbox.inbox import where_it_lies
from tasks.records.campaign import Campaign
from tasks.storage.storage import CampaignStore

LOOKED_AT: Final = 50
NOT_FOUND: Final = (
    "was not made by a run that this Prefect server knows, so it cannot be asked for as before; run the campaign as "
    "you did, which makes what is to be made again"
)


async def last_order(store: CampaignStore, *, is_sandbox: bool) -> dict[str, Any]:
    """The parameters of the newest run that made, or tried, the campaign in `store`. Raises InputInvalid.

    A matrix that an inbox has filed since is read from there. Nothing that has ended is tried again.
    """
    kind = "trial" if is_sandbox else "paid"
    slug = store.root.rstrip("/").rpartition("/")[2]
    async with get_client() as prefect:
        runs = await prefect.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["campaign"])),
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[slug, kind])),
            sort=FlowRunSort.START_TIME_DESC,
            limit=LOOKED_AT,
        )
    for run in runs:
        wanted = campaign_in(run.parameters, store)
        if wanted is not None:
            matrix = where_it_lies(wanted.matrix)
            return {**run.parameters, "matrix": matrix, "name": wanted.title, "retry": []}
    raise InputInvalid.of(source=store.root, problem=NOT_FOUND)


def campaign_in(parameters: Mapping[str, Any], store: CampaignStore) -> Campaign | None:
    """The campaign of a run, if its folder is the one of `store`."""
    try:
        wanted = Campaign(**{name: value for name, value in parameters.items() if value != ""})
        folder = CampaignStore.open(wanted.output, wanted.slug)
    except (ValidationError, InputInvalid):
        return None
    return wanted if folder.identity == store.identity else None
