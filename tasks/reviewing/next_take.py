"""What the next take of a cell asks for, so that it is another image than any that the campaign has, or has had."""

from collections.abc import Iterable, Sequence

from tasks.planning.identify_cells import readable_slug, shortest_id
from tasks.records.cell import Cell
from tasks.records.review import Take
from tasks.records.vocabulary import SEED_MAX


def next_take(cell: Cell, prompt: str | None, seed: int | None, others: Iterable[Cell]) -> Take:
    """The take of `cell` with these words and this seed, or with another seed than any of the `others` has.

    Without any of them it is the next copy of the same request, as a matrix counts them: a given seed counts up.
    `others`: every cell that the campaign has, or has had, or is to have, `cell` itself among them.
    """
    others = list(others)
    request = cell.request.model_copy(update={"prompt": prompt or cell.request.prompt})
    request = request.model_copy(update={"seed": seed}) if seed is not None else request
    used = {one.request_sha256 for one in others}
    while request.seed is not None and request.sha256() in used:
        request = request.model_copy(update={"seed": (request.seed + 1) % (SEED_MAX + 1)})
    sha256 = request.sha256()
    copy = 1 + max((one.copy_number for one in others if one.request_sha256 == sha256), default=0)
    name = readable_slug(cell.product or request.prompt, cell.format)
    return Take(
        number=1 + max(one.take for one in family_of(cell, others)),
        cell_id=shortest_id(name, sha256, copy),
        prompt=request.prompt,
        seed=request.seed,
        request_sha256=sha256,
        copy_number=copy,
    )


def family_of(cell: Cell, others: Sequence[Cell]) -> list[Cell]:
    """All that stand for the image of the matrix for which `cell` stands."""
    parents = {one.cell_id: one.replaces for one in others}

    def root(cell_id: str) -> str:
        seen = set[str]()
        while (parent := parents.get(cell_id)) is not None and cell_id not in seen:
            seen.add(cell_id)
            cell_id = parent
        return cell_id

    own = root(cell.cell_id)
    return [one for one in (*others, cell) if root(one.cell_id) == own]
