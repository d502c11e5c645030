"""What a person sees of a run that is interrupted, and of a campaign that was finished before."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from flows.commands.screen import Screen, table_of
from flows.commands.terminal import interrupted, print_finished
from tasks.records.plan import Plan
from tasks.records.plan_group import PlanGroup
from tasks.reporting.summarize import ShownTable
from tasks.run_state.tally import Tally
from tests.outside import a_plan, a_result

ROOT: Final = Path(__file__).parents[3]
RUN: Final = """
import asyncio, os, signal
from flows.commands.terminal import Terminal
from tests.outside import a_plan

async def run():
    interruption = asyncio.create_task(Terminal(a_plan("tea")).interruption())
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
    await interruption
    try:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
    except BaseException:
        raise ValueError("as Prefect makes of a KeyboardInterrupt where it has just begun a task") from None

asyncio.run(run())
"""


def test_a_second_ctrl_c_ends_the_process_at_once_wherever_it_is():
    """It is raised in nobody's code, which would take it for a fault, go on, and end a cell that is paid as failed."""
    ended = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 130
    assert ended.stderr.splitlines()[1:] == ["Interrupted; the same command goes on where it was."]


def a_plan_of(cells: int, *, sandbox: bool = False) -> Plan:
    """Cheap images and dear ones, five at a time."""
    plan = a_plan("lamps")
    cheap = PlanGroup(
        format="hero", model="V_2_TURBO", aspect="1:1", cells=cells - 1, cost_usd=(cells - 1) * Decimal("0.05")
    )
    dear = PlanGroup(format="hero", model="V_2", aspect="1:1", cells=1, cost_usd=Decimal("0.08"))
    asked = plan.campaign.model_copy(update={"max_in_flight": 5, "sandbox": sandbox})
    return plan.model_copy(update={"campaign": asked, "groups": (cheap, dear), "cell_count": cells})


@pytest.mark.parametrize(("left", "told"), [(20, "up to 5 images ($0.28)"), (1, "up to 1 image ($0.08)")])
def test_a_second_ctrl_c_says_what_it_may_cost(left: int, told: str):
    """At most what the dearest come to that may be in flight, since nobody knows which those are: one is dear."""
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


def test_models_are_told_apart_in_a_narrow_terminal():
    """What is too long for its column goes on in the next line: two that begin alike are not the same."""
    models = ("ideogram-3-transparent", "ideogram-4-transparent")
    told = ShownTable("By hour", ("hours", "model", "cost"), tuple(("18:00 to 19:00", one, "$0.15") for one in models))
    screen = Screen(stderr=False, width=40)
    with screen.capture() as shown:
        screen.print(table_of(told))
    columns = [line.split("│")[2].strip() for line in shown.get().splitlines() if "│" in line]
    assert "".join(columns) == "".join(models)


def test_a_finished_campaign_names_the_command_for_former_images(capsys):
    """As every other run does, so that nobody has to look for it: once, and only where there are any."""
    result = a_result("tea")
    print_finished(Screen(width=2000), a_plan("tea"), result.model_copy(update={"former_images": 3}))
    said = "".join(capsys.readouterr())
    assert said.count(f"python flows/recut_variants.py {result.folder} --put-aside moves such images to removed/") == 1
    print_finished(Screen(width=2000), a_plan("tea"), result)
    assert "--put-aside" not in "".join(capsys.readouterr())
