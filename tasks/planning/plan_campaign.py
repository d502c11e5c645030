"""The plan: a matrix crossed with its formats becomes cells, checked, identified and priced before anything is paid."""

from typing import Final

from tasks.planning.planner import Planner
from tasks.planning.settings_notes import callback_notes, signing_notes
from tasks.records.campaign import Campaign
from tasks.records.cell import Cell
from tasks.records.plan import Plan
from tasks.storage.schemes import check_output
from tasks.tables.open_table import kept_copies
from tasks.tables.tables import open_table

CELLS_SHOWN: Final = 10


def plan_campaign(campaign: Campaign, *, look: bool = False) -> Plan:
    """The plan of `campaign`; with `look` it keeps the first cells only, so that its memory does not grow with them.

    Raises InputInvalid with every fault of the matrix and the formats, by file, row and column.
    """
    with kept_copies() as fetch:
        return _planned(Planner(campaign, fetch), look=look)


def _planned(planner: Planner, *, look: bool) -> Plan:
    campaign, cells = planner.campaign, list[Cell]()
    with planner.faults.collected():
        check_output(campaign.output)
    with planner.faults.collected():
        planner.read_brand()
    with planner.faults.collected():
        planner.read_formats()
    faults = planner.faults
    with faults.collected(), open_table(campaign.matrix, campaign.encoding, faults.note, planner.fetch) as table:
        for row, request, nth in planner.wanted_images(table):
            sha256 = request.sha256()
            copy_number = planner.count(row, request, sha256, nth)
            if not look or len(cells) < CELLS_SHOWN:
                cells.append(planner.cell(row, request, sha256, copy_number))
    with planner.faults.collected():
        planner.notes += callback_notes(planner.campaign, planner.called)
    with planner.faults.collected():
        planner.notes += signing_notes()
    planner.labels.end()
    planner.faults.raise_if_any()
    return planner.plan(tuple(cells))
