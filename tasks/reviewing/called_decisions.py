"""Decisions that a script hands in: each is read as a row of a table is."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.planning.faults import Faults
from tasks.records.review import DECISIONS
from tasks.reviewing.read_decisions import PARSERS, Said
from tasks.tables.unseen import edged

Decided = str | Mapping[str, object]
"""What is decided on a cell: a word, or that and more, such as `{"decision": "again", "prompt": "at night"}`."""
FIELDS: Final = tuple(name for name in PARSERS if name != "cell_id")


def called_decisions(decisions: Mapping[str, Decided], faults: Faults) -> Iterator[Said]:
    """What is decided, by cell_id; what is wrong with it is collected."""
    for cell_id, told in decisions.items():
        source, count = f"decisions[{cell_id!r}]", faults.count
        fields: Mapping[str, object] = {"decision": told} if isinstance(told, str) else told
        values: dict[str, Any] = {}
        for name, value in fields.items():
            if name not in FIELDS:
                faults.add(source, f"is no part of a decision; use {', '.join(FIELDS)}", column=name)
            elif value is not None and (text := edged(str(value))):
                try:
                    values[name] = PARSERS[name](text)
                except ValueError as error:
                    faults.add(source, str(error), column=name, value=text)
        if not {"decision", "focus"} & values.keys() and faults.count == count:
            faults.add(source, f"decides nothing; say {', '.join(DECISIONS[:2])} or {DECISIONS[2]}")
        if faults.count == count:
            yield Said(source, None, edged(cell_id), **{"decision": "focus", **values})
