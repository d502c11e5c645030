"""What people say of images, held against what a campaign has: what they mean, and what cannot be."""

from collections.abc import Iterator
from typing import Any

from tasks.planning.faults import Faults
from tasks.planning.request_rules import misfits
from tasks.records.cell import Cell
from tasks.records.outcome import Outcome
from tasks.reviewing.decide import Desk, says
from tasks.reviewing.read_decisions import Said


def as_meant(said: Said, desk: Desk) -> Said:
    """Without words and a seed that are those of the image that is there, as a manifest has them in every row."""
    cell, outcome = desk.cells.get(said.cell_id), desk.outcomes.get(said.cell_id)
    if cell is None or said.decision != "again":
        return said._replace(prompt=None, seed=None)
    original = outcome.original if outcome is not None else None
    seeds = {cell.request.seed, original.seed if original is not None else None}
    return said._replace(
        prompt=None if said.prompt == cell.request.prompt else said.prompt,
        seed=None if said.seed in seeds else said.seed,
    )


def check(said: Said, desk: Desk, faults: Faults) -> None:
    """Note whatever cannot be of what a row says."""
    for column, value, problem in problems_of(said, desk):
        faults.add(said.source, problem, said.row, column if said.row else None, value)


def problems_of(said: Said, desk: Desk) -> Iterator[tuple[str, object, str]]:
    """Each column with its value, and what is wrong with that."""
    cell, outcome = desk.cells.get(said.cell_id), desk.outcomes.get(said.cell_id)
    standing = desk.standing(said)
    if cell is None and standing is not None and standing.decision == said.decision:
        return  # what it asked for stands in its place
    if cell is None and standing is not None:
        yield "cell_id", said.cell_id, "was reworded, and another stands in its place; decide on that"
    elif cell is None:
        yield "cell_id", said.cell_id, "is no cell of this campaign; copy it from the page or the manifest"
    elif not is_of_the_picture(said, outcome):
        other = f"was decided on another picture of {said.cell_id}, such as a trial's"
        yield "decision", said.decision, f"{other}; look at the page as it is now, or leave the row out"
    elif said.decision == "again":
        yield from problems_of_again(said, cell, desk)
    elif said.decision == "reject" and outcome is not None and outcome.status != "pending":
        return  # also of what has no picture: the campaign does without it
    elif outcome is None or outcome.original is None:
        yield "decision", said.decision, f"has no picture to be decided on: {said.cell_id} {stands(outcome)}"


def is_of_the_picture(said: Said, outcome: Outcome | None) -> bool:
    """Whether what is said is of the picture that is there; so it counts where nothing is said of that."""
    original = outcome.original if outcome is not None else None
    return original is None or said.image_sha256 in {None, original.image_sha256}


def problems_of_again(said: Said, cell: Cell, desk: Desk) -> Iterator[tuple[str, object, str]]:
    """The same of an image that is to be made again."""
    outcome = desk.outcomes.get(said.cell_id)
    if outcome is None or outcome.status == "pending":
        yield "decision", "again", f"comes too early: {said.cell_id} {stands(outcome)}; run the campaign first"
        return
    if said.cell_id in desk.former:
        yield (
            "cell_id",
            said.cell_id,
            "is of a row that the matrix no longer has; put the row back to have it made again",
        )
        return
    is_seen = outcome.original is not None or desk.reviews.verdict(said.cell_id) is not None
    if said.prompt is None and not is_seen:
        remedy = f"write other words in the column prompt, or run the campaign with --retry {outcome.status}"
        yield "decision", "again", f"would ask for the same words: {said.cell_id} {stands(outcome)}; {remedy}"
    wishes: dict[str, Any] = {"prompt": said.prompt or cell.request.prompt}
    wishes |= {} if said.seed is None else {"seed": said.seed}
    values = {"prompt": said.prompt, "seed": said.seed}
    for column, problem, remedy in misfits(wishes, cell.request.model):
        yield column, values.get(column), f"{problem}; {remedy}"
    standing = desk.standing(said)
    if said.seed is not None and not (standing is not None and says(said, standing)):
        request = cell.request.model_copy(update={"prompt": wishes["prompt"], "seed": said.seed})
        if request.sha256() in {one.request_sha256 for one in desk.cells.values()}:
            yield "seed", said.seed, "would draw the same image once more; leave it empty, or name another"


def stands(outcome: Outcome | None) -> str:
    """How a cell stands, as the end of a sentence."""
    return "was not made yet" if outcome is None or outcome.status == "pending" else f"is {outcome.status}"
