"""A campaign of lamps that is made, reviewed and made again in this process, over an API that counts what it bills."""

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.reviewing.review import ReviewOrder, ReviewResult
from tasks.reviewing.review_campaign import review_campaign
from tasks.reviewing.takes import with_takes
from tasks.running.held_as_asked import held_as_asked
from tasks.storage.storage import CampaignStore
from tests.tasks.harness import Api, Ended, run

MATRIX = "product,prompt,num_images\nLamp,A lamp on a beech table,2\nVase,A vase by a window,1\n"
HEADER = "cell_id,decision,reason,prompt,seed,focus,by,at"


class Studio(Api):
    """An API that draws with the seed that it is asked for."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request or a download."""
        if request.method == "POST":
            self.odd = {"seed": json.loads(request.content)["image_request"].get("seed", 7)}
        return super().__call__(request)


@dataclass
class Rounds:
    """The rounds of one campaign."""

    folder: Path
    matrix: str = MATRIX
    api: Studio = field(default_factory=Studio)
    options: dict[str, Any] = field(default_factory=dict)
    """Of the campaign."""

    @property
    def store(self) -> CampaignStore:
        """Its folder."""
        return CampaignStore.open(str(self.folder), "lamps")

    def planned(self) -> Plan:
        """What its matrix and the reviews so far come to."""
        (self.folder / "lamps.csv").write_text(self.matrix)
        return with_takes(plan_campaign(self.campaign), self.store)

    @property
    def campaign(self) -> Campaign:
        """As it is asked for."""
        return Campaign(matrix=str(self.folder / "lamps.csv"), output=str(self.folder), label="none", **self.options)

    def made(self, **options: Any) -> Ended:
        """One run."""
        plan = self.planned()
        held_as_asked(self.store, plan.campaign)
        return asyncio.run(run(self.store, self.api, **{"cells": plan.cells, "campaign": plan.campaign} | options))

    def file(self, *lines: str, name: str = "decisions.csv", header: str = HEADER) -> str:
        """A table of decisions; a line has the texts that it needs."""
        path, width = self.folder / name, header.count(",")
        path.write_text("\n".join([header, *(line + "," * (width - line.count(",")) for line in lines)]) + "\n")
        return str(path)

    def reviewed(self, *lines: str, again: Sequence[str] = ()) -> ReviewResult:
        """What comes of these decisions."""
        return self.take_in([self.file(*lines)] if lines else [], again)

    def take_in(self, files: Sequence[str], again: Sequence[str] = ()) -> ReviewResult:
        """What comes of these tables."""
        wanted = ReviewOrder(campaign_folder=self.store.root, decisions=tuple(files), again=tuple(again))
        return review_campaign(wanted, progress=lambda *_: None, patience_s=0)

    def rows(self) -> list[dict[str, str]]:
        """The manifest."""
        return list(csv.DictReader(io.StringIO(self.store.read("manifest.csv").decode(), newline="")))

    @property
    def ids(self) -> list[str]:
        """The cells of the manifest, in its order."""
        return [row["cell_id"] for row in self.rows()]
