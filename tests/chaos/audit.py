"""Holds what a campaign tells of itself against the bill, the files and what was heard of it."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from tasks.ledger.names import parse_name
from tasks.records.keys import ENDS, INTENTS, OUTCOMES_KEY
from tasks.records.outcome import Outcome
from tasks.storage.storage import CampaignStore
from tests.chaos.campaigns import PRICE_USD, VARIANTS

ENDED: Final = {"done", "failed", "blocked", "unknown"}
FOLDERS: Final = ("originals", "variants")


@dataclass(frozen=True)
class Books:
    """Everything that is known of a campaign that has ended."""

    rows: Sequence[Mapping[str, str]]
    billed: Mapping[str, int]
    """By prompt, the images that the API has billed."""
    turns: Mapping[str, int]
    """By cell, how often it was asked for, what was given back left out."""
    unknown: Mapping[str, int]
    """By cell, how many of these turns ended without anybody knowing whether they were paid."""
    named: AbstractSet[str]
    """The files that manifest and ledger name."""
    files: Mapping[str, str]
    """The files that are there, with their SHA-256."""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, str]], bill: Mapping[str, Any], store: CampaignStore) -> "Books":
        """The books of the campaign in `store`."""
        outcomes = [Outcome.model_validate_json(line) for line in store.read(OUTCOMES_KEY).splitlines()]
        kept = [outcome.kept for outcome in outcomes if outcome.kept]
        columns = [row[column] for row in rows for column in ("original", *VARIANTS) if row[column]]
        begun, ends = ([name for name in map(parse_name, store.names(key)) if name] for key in (INTENTS, ENDS))
        released = {name.turn for name in begun if name.state == "released"}
        return cls(
            rows,
            {prompt: counts["billed"] for prompt, counts in bill["prompts"].items()},
            Counter(name.turn.cell_id for name in begun if name.state is None and name.turn not in released),
            Counter(name.turn.cell_id for name in ends if name.state == "unknown" and name.turn not in released),
            frozenset((*kept, *columns)),
            stored(store, *FOLDERS),
        )

    def faults(self) -> list[str]:
        """What does not agree, a line each."""
        prompts = [row["prompt"] for row in self.rows]
        found = [f"{prompt} was billed and is no row" for prompt in self.billed.keys() - set(prompts)]
        found += [f"{prompt} has two rows" for prompt, count in Counter(prompts).items() if count > 1]
        for row in self.rows:
            found += [f"{row['prompt']}: {fault}, {row}" for fault in self.faults_of(row)]
        found += [f"{name} is named and is not there" for name in self.named - self.files.keys()]
        found += [f"{name} is there, and nobody names it" for name in self.files.keys() - self.named]
        return found

    def faults_of(self, row: Mapping[str, str]) -> Iterator[str]:
        """What of one cell does not agree."""
        billed, turns = self.billed.get(row["prompt"], 0), self.turns.get(row["cell_id"], 0)
        unknown = self.unknown.get(row["cell_id"], 0)
        told = Decimal(row["cost_usd"]) / PRICE_USD
        if row["status"] not in ENDED:
            yield f"it is {row['status']}"
        if not billed <= told:
            yield f"{billed} were billed, and {told} are told"
        if not told <= billed + unknown:
            yield f"{told} are told, {billed} were billed, and {unknown} are not known"
        if billed > turns:
            yield f"{billed} were billed in {turns} turns"
        if (row["status"] == "done") != (row["error"] == ""):
            yield f"{row['status']} with the error {row['error']!r}"
        if row["status"] == "done" and self.files.get(row["original"]) != row["image_sha256"]:
            yield "its original is not the one that the manifest tells of"

    @property
    def told(self) -> int:
        """How many images the manifest says may have been paid."""
        return int(sum(Decimal(row["cost_usd"]) for row in self.rows) / PRICE_USD)


def stored(store: CampaignStore, *folders: str) -> dict[str, str]:
    """The files in these folders, with their SHA-256."""
    keys = (f"{folder}/{name}" for folder in folders for name in store.names(folder))
    return {key: sha256(store.read(key)).hexdigest() for key in keys}


def unheard(rows: Sequence[Mapping[str, str]], events: Sequence[bytes]) -> set[tuple[str, str]]:
    """The ends, cell and status, that nobody was told of."""
    heard = [json.loads(event) for event in events]
    told = {(event["jobId"], event["status"]) for event in heard if event["event"].startswith("generation.")}
    return {(row["cell_id"], row["status"]) for row in rows} - told


def aged_litter(folder: Path) -> list[Path]:
    """What writes that were cut off have left below `folder`, as if that had been long ago."""
    found = list(folder.rglob("*.part"))
    for path in found:
        os.utime(path, (0, 0))
    return found
