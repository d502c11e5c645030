"""Brings a Prefect server to what this project needs: work pool, tag limit, deployments. `python -m deployments.setup`.

Run again it changes nothing and says so. The server is the one that `PREFECT_API_URL` names.
"""

if __name__ == "__main__":
    from flows.commands.needs import explain_imports

    explain_imports()
    from flows.prefect_server.named_server import import_prefect

    import_prefect()

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import yaml
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL
from prefect.workers.process import ProcessWorker
from pydantic import Field

from deployments.budgets import what_became_of_budgets, with_budgets
from deployments.set_by_hand import with_what_is_set
from flows.commands.answer import answer
from flows.commands.options import Command
from flows.prefect_server.named_server import ServerNotStarted, reach
from tasks.api.proxies import check_way_out
from tasks.records.campaign import PLACES_MAX
from tasks.records.exit_code import ExitCode
from tasks.records.option_types import Usd
from tasks.records.record import Order
from tasks.running.slots import TAG, current_limit

POOL: Final = "ideogram"
SLOTS: Final = 10  # what the API allows an account at first
PREFECT_FILE: Final = Path(__file__).with_name("prefect.yaml")
BOOKKEEPING: Final = frozenset(
    {"created", "updated", "version_id", "version_info", "status", "last_polled", "global_concurrency_limit"}
)
"""What a server notes of a deployment by itself; of a limit of its runs it counts those that run."""
OF_A_SCHEDULE: Final = BOOKKEEPING | {"id"}
"""And of a schedule, which is made anew where one of its deployment's has no slug."""


class SetupFailed(Exception):
    """The server could not be brought to what is needed."""

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.STOPPED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Step(NamedTuple):
    """Something that the server now has."""

    what: str
    change: str
    """`created`, `updated` or `unchanged`, with more where there is more to say."""


class SetupOrder(Order):
    """What a person may choose."""

    max_in_flight: int | None = Field(default=None, ge=1, le=PLACES_MAX)
    """The account's images in flight, for all campaigns on this server together. Without it, a limit that is there
    stays, and a new one is 10."""
    budget_usd: Usd | None = None
    """What a campaign may spend whose run names no budget. Without it, what is set stays; new deployments get 25."""


COMMAND: Final = Command(
    typed="python -m deployments.setup",
    asked=SetupOrder,
    says="Bring the Prefect server that PREFECT_API_URL names to what this project needs; again, it changes nothing.",
    epilogue="Exit codes: 0 all is there, 2 bad input, 3 the server cannot be used or did not take it.",
    untouched="nothing was changed",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    return answer(COMMAND, run, arguments, also=(SetupFailed, ServerNotStarted))


def run(wanted: SetupOrder) -> int:
    """Set the server up, and say what changed."""
    check_way_out()
    sys.stdout.write(report(asyncio.run(set_up(server_url(), wanted))))
    return ExitCode.DONE


def server_url() -> str:
    """The server to set up. Raises SetupFailed where none is named."""
    url = PREFECT_API_URL.value()
    if url is None:
        named = "set PREFECT_API_URL, such as http://127.0.0.1:4200/api (deployments/README.md says how to start one)"
        raise SetupFailed(f"No Prefect server is named; {named}", ExitCode.BAD_INPUT)
    return str(url)


async def set_up(url: str, order: SetupOrder) -> list[Step]:
    """Work pool, tag limit, deployments, in this order. Raises SetupFailed or ServerNotStarted."""
    reach(url)
    async with get_client() as prefect:
        steps = [await work_pool(prefect), await tag_limit(prefect, order.max_in_flight)]
        before = await deployments_on(prefect)
        wanted = with_what_is_set(yaml.safe_load(PREFECT_FILE.read_text()), before.values())
        await asyncio.to_thread(deploy_all, with_budgets(wanted, before.values(), order.budget_usd))
        after = await deployments_on(prefect)
    steps += [Step(f"deployment {name}", changed(before.get(name), after[name])) for name in sorted(after)]
    return steps + [Step(*told) for told in what_became_of_budgets(before, after)]


async def work_pool(prefect: PrefectClient) -> Step:
    """The pool that workers serve. One that is there stays as somebody may have set it."""
    try:
        pool = await prefect.read_work_pool(POOL)
    except ObjectNotFound:
        wanted = WorkPoolCreate(
            name=POOL,
            type="process",
            description="Runs campaigns, each as a process of a worker on a machine that has this project.",
            base_job_template=ProcessWorker.get_default_base_job_template(),
        )
        await prefect.create_work_pool(wanted)
        return Step(f"work pool {POOL}", "created")
    paused = "; it is paused: nothing starts" if pool.is_paused else ""
    return Step(f"work pool {POOL}", f"unchanged{paused}")


async def tag_limit(prefect: PrefectClient, slots: int | None) -> Step:
    """The account's slots, which lanes hold."""
    limit = await current_limit(prefect)
    wanted = slots or limit or SLOTS
    if wanted != limit:
        await prefect.create_concurrency_limit(tag=TAG, concurrency_limit=wanted)
    change = "created" if limit is None else "unchanged" if wanted == limit else f"updated from {limit}"
    return Step(f"tag limit {TAG} = {wanted}", change)


async def deployments_on(prefect: PrefectClient) -> dict[str, DeploymentResponse]:
    """Every deployment of our pool, by `flow/deployment`."""
    found = [one for one in await prefect.read_deployments() if one.work_pool_name == POOL]
    flows = {one.flow_id: (await prefect.read_flow(one.flow_id)).name for one in found}
    return {f"{flows[one.flow_id]}/{one.name}": one for one in found}


def deploy_all(wanted: Mapping[str, Any]) -> None:
    """Let Prefect deploy `wanted`, the content of a `prefect.yaml`. Raises SetupFailed with what it said."""
    with TemporaryDirectory() as folder:
        file = Path(folder, PREFECT_FILE.name)
        file.write_text(yaml.safe_dump(wanted))
        command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
        deployed = subprocess.run(command, capture_output=True, text=True, check=False)
    if deployed.returncode != 0:
        raise SetupFailed(f"Prefect could not deploy {PREFECT_FILE}:\n{deployed.stdout}{deployed.stderr}".rstrip())


def changed(before: DeploymentResponse | None, after: DeploymentResponse) -> str:
    """What became of a deployment, with the fields that are different now."""
    if before is None:
        return "created"
    was, now = facts(before), facts(after)
    fields = sorted(name for name in now if now[name] != was.get(name))
    return f"updated: {', '.join(fields)}" if fields else "unchanged"


def facts(deployment: DeploymentResponse) -> dict[str, Any]:
    """A deployment without what the server notes of it by itself."""
    fields = deployment.model_dump(mode="json", exclude=set(BOOKKEEPING))
    for schedule in fields["schedules"]:
        for name in OF_A_SCHEDULE & schedule.keys():
            del schedule[name]
    fields["schedules"].sort(key=repr)
    limit = deployment.global_concurrency_limit
    return fields | {"concurrency_limit": None if limit is None else limit.limit}


def report(steps: list[Step]) -> str:
    """A line a step, and a last one that says whether anything changed."""
    width = max(len(step.what) for step in steps)
    lines = [f"{step.what:<{width}}  {step.change}" for step in steps]
    last = "Nothing changed." if all(step.change.startswith("unchanged") for step in steps) else "Done."
    return "\n".join([*lines, f"{last} Start a worker with: prefect worker start --pool {POOL}", ""])


if __name__ == "__main__":
    sys.exit(main())
