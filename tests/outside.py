"""Texts as they may come from outside, and what is shown of a campaign that is full of them."""

from decimal import Decimal

from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.plan_group import PlanGroup
from tasks.records.result import CampaignResult
from tests.factories import a_cell, a_request

COMMANDS = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Every control character, and what breaks lines or turns their order around."""
ALL = "[red]:fire:[/]" + "".join(f"{command}]0;" for command in sorted(COMMANDS))
"""Each of them, after what rich would take for markup, and as a terminal would take its title."""


def commands_in(shown: str) -> set[str]:
    """Those of `shown` that do more than begin a line, or leave room in it."""
    return set(shown) & (COMMANDS - set("\n\t"))


def a_plan(text: str) -> Plan:
    """A plan that shows `text` wherever a matrix, an option or an address can bring it."""
    return Plan(
        campaign=Campaign(matrix=f"{text}.csv", name=text, formats=text, output=text),
        cells=(a_cell(a_request(text), product=text, format=text),),
        row_count=1,
        cell_count=1,
        groups=(PlanGroup(format=text, model="V_2", aspect="1:1", cells=1, cost_usd=Decimal(1)),),
        notes=(text,),
        cost_usd=Decimal(1),
        prices_read_on="2026-11-22",
        duration_min_s=1,
        duration_max_s=2,
    )


def a_result(text: str) -> CampaignResult:
    """A result whose every text is `text`."""
    return CampaignResult(
        name=text, folder=text, cells=3, by_status={"failed": 3}, troubles=(text, text), stopped_because=text
    )
