"""What a person sees of a run that is interrupted."""

import asyncio
import logging
import os
import signal
from decimal import Decimal

import pytest

from flows.commands.terminal import Terminal, interrupted
from tasks.errors import Interrupted
from tasks.records.campaign import Plan, PlanGroup
from tasks.reporting.tally import Tally
from tests.outside import a_plan


def test_what_a_second_ctrl_c_cuts_off_is_no_fault(caplog: pytest.LogCaptureFixture):
    """It is meant to be: no traceback of a flow that was about to say that it was interrupted."""
    terminal = Terminal(a_plan("tea"))

    async def run() -> None:
        interruption = asyncio.create_task(terminal.interruption())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGINT)
        await interruption
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise Interrupted("The run was interrupted") from None

    with caplog.at_level(logging.INFO), pytest.raises(KeyboardInterrupt):
        asyncio.run(run())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def a_plan_of(cells: int, *, sandbox: bool = False) -> Plan:
    """Cheap images and dear ones, five at a time."""
    plan = a_plan("lamps")
    cheap = PlanGroup(
        format="hero", model="V_2_TURBO", aspect="1:1", cells=cells - 1, cost_usd=(cells - 1) * Decimal("0.05")
    )
    dear = PlanGroup(format="hero", model="V_2", aspect="1:1", cells=1, cost_usd=Decimal("0.08"))
    asked = plan.campaign.model_copy(update={"max_in_flight": 5, "sandbox": sandbox})
    return plan.model_copy(update={"campaign": asked, "groups": (cheap, dear), "cell_count": cells})


@pytest.mark.parametrize(("left", "told"), [(20, "up to 5 images ($0.40)"), (1, "up to 1 image ($0.08)")])
def test_a_second_ctrl_c_says_what_it_may_cost(left: int, told: str):
    """At most what is in flight, at the dearest price, since nobody knows which images those are."""
    tally = Tally(20)
    tally.by_status["done"] = 20 - left
    said = interrupted(a_plan_of(20), tally)
    assert said.endswith(f"Ctrl-C again leaves at once: {told} may then be paid and not here.")


def test_an_interruption_that_costs_nothing_says_no_sum():
    """In the sandbox, and where every image has ended."""
    over = Tally(20)
    over.by_status["done"] = 20
    for said in (interrupted(a_plan_of(20, sandbox=True), Tally(20)), interrupted(a_plan_of(20), over)):
        assert said.endswith("Ctrl-C again leaves at once.")
