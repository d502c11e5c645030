"""A campaign whose runs are killed one after the other in sorts that a seed chooses, and then held against the bill."""

import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from flows.commands.deliver_command import main as deliver
from tasks.callbacks.delivery_attempt import STALE_AFTER
from tasks.callbacks.names import DeliveryStanding
from tasks.callbacks.outbox import Outbox
from tasks.ledger.names import parse_name
from tasks.records.keys import ENDS, INTENTS, RUNS
from tests.chaos.audit import Books, aged_litter, stored, unheard
from tests.chaos.campaigns import COMMAND, KilledCampaign, free_places, places_taken, ran
from tests.chaos.sorts import KILLED, Run, Sort
from tests.tasks.receivers import Listener

CELLS_AHEAD: Final = 10
REQUESTS_MAX: Final = 4
WAIT_MAX_S: Final = 0.4
START_TIMEOUT_S: Final = 90.0
TRIES: Final = 3
"""So often a kill of one sort is tried until it hits."""
CLEAN_RUNS_MAX: Final = 6
AGAIN: Final[tuple[tuple[str, ...], ...]] = ((), (), (), ("--retry", "unknown"), ("--retry", "failed"))
CLEAN: Final = "clean runs"


@dataclass
class Tally:
    """What became of every sort of kill, for the table at the end."""

    kills: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    def table(self) -> list[str]:
        """A line a sort, and the sums."""
        columns = (self.kills, self.hit, self.billed, self.told)
        names = dict.fromkeys(name for column in columns for name in column)
        lines = [(name, *(column[name] for column in columns)) for name in names]
        whole = [("sort", "kills", "hit", "billed", "told"), *lines, ("all", *(sum(one.values()) for one in columns))]
        return ["".join((f"{name:60}", *(f"{number:>8}" for number in numbers))) for name, *numbers in whole]


@dataclass
class Series:
    """One campaign, its deaths and its audit."""

    name: str
    campaign: KilledCampaign
    chance: Random
    tally: Tally
    listener: Listener
    script: Path = COMMAND
    does_keep_originals: bool = True
    """Whether an original that was stored once is never replaced."""
    asked_by: dict[str, str] = field(default_factory=dict)
    """The sort of the kill in whose run each prompt was asked for first."""
    seen: dict[str, str] = field(default_factory=dict)
    """Originals that were there after a kill."""
    uncollected: list[Run] = field(default_factory=list)
    last_death: float = 0.0

    def strike(self, sort: Sort) -> None:
        """Kill runs in this sort of way until one was hit in the middle of its work. Fails if none is."""
        for _ in range(TRIES):
            if self.is_hit(sort):
                return
        raise AssertionError(f"{sort.name}: no run was hit\n{self.story}")

    def is_hit(self, sort: Sort) -> bool:
        """Kill a run; whether it had asked for something, and left something to do."""
        run = self.in_the_middle(sort.below)
        lived = sort.blow(run, self.chance)
        if sort.is_collected or not lived:
            ended = ran(run.started)
            code, said = ended.returncode, ended.stderr
        else:
            self.uncollected.append(run)
            code, said = (KILLED, "") if run.state == "Z" else (0, f"its state is {run.state!r}")
        assert "Traceback" not in said, said
        is_hit = lived and code == sort.code and self.unended() > 0
        self.note(sort.name, f"{sort.name} -> {code}, {'hit' if is_hit else 'missed'}\n{said}", is_hit=is_hit)
        return is_hit

    def in_the_middle(self, below: Sequence[str] = ()) -> Run:
        """A run that has sent some requests, and worked on for a moment."""
        self.lay_out_work()
        wanted = self.campaign.bill()["requests"] + self.chance.randint(1, REQUESTS_MAX)
        process = self.campaign.start(*self.chance.choice(AGAIN), script=self.script, below=below)
        run = Run.of(process, below)
        until = time.monotonic() + START_TIMEOUT_S
        while run.lives and self.campaign.bill()["requests"] < wanted and time.monotonic() < until:
            time.sleep(0.03)
        assert not run.lives or self.campaign.bill()["requests"] >= wanted, f"nothing was asked for\n{self.story}"
        time.sleep(self.chance.uniform(0, WAIT_MAX_S))
        return run

    def lay_out_work(self) -> None:
        """Add rows to the matrix until enough cells were never asked for."""
        begun = {name.turn.cell_id for name in map(parse_name, self.campaign.store().names(INTENTS)) if name}
        have = self.campaign.prompts
        more = CELLS_AHEAD - (len(have) - len(begun))
        self.campaign.prompts = (*have, *(f"Lamp {len(have) + n} of {self.name}" for n in range(more)))

    def unended(self) -> int:
        """How many cells have no end."""
        ended = {name.turn.cell_id for name in map(parse_name, self.campaign.store().names(ENDS)) if name}
        return len(self.campaign.prompts) - len(ended)

    def note(self, sort: str, told: str, *, is_hit: bool) -> None:
        """Note a kill, then look at what it has left."""
        self.last_death = time.monotonic()
        self.tally.kills[f"{self.name}: {sort}"] += 1
        self.tally.hit[f"{self.name}: {sort}"] += is_hit
        self.look_around(sort, told)

    def look_around(self, sort: str, told: str) -> None:
        """Who has asked for what, and whether everything is still there; then free the places of the dead."""
        self.campaign.log.append(told)
        for prompt in self.campaign.bill()["prompts"]:
            self.asked_by.setdefault(prompt, f"{self.name}: {sort}")
        free_places(self.campaign.env["PREFECT_API_URL"])
        if self.does_keep_originals:
            there = stored(self.campaign.store(), "originals")
            lost = {key for key, digest in self.seen.items() if there.get(key) != digest}
            assert not lost, f"{lost}\n{self.story}"
            self.seen |= there

    @property
    def story(self) -> str:
        """How each run ended, for whoever reads a failure."""
        return "\n".join(self.campaign.log)

    def clean_run(self, *options: str, below: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """A run that nobody kills."""
        ended = ran(self.campaign.start(*options, script=self.script, below=below))
        assert "Traceback" not in ended.stderr, ended.stderr
        self.look_around(CLEAN, f"{' '.join(['clean run', *options])} -> {ended.returncode}\n{ended.stderr}")
        return ended

    def finish(self) -> Books:
        """Run until nothing is left to do, then hold everything against the bill."""
        for _ in range(CLEAN_RUNS_MAX):
            ended = self.clean_run()
            if ended.returncode in {0, 1}:
                break
        assert {run.state for run in self.uncollected} <= {"Z"}
        campaign = self.campaign
        rows, bill, litter = campaign.rows(), campaign.bill(), aged_litter(campaign.folder)
        again = self.clean_run()
        assert (again.returncode, campaign.rows()) == (ended.returncode, rows), self.story
        assert campaign.bill()["requests"] == bill["requests"], self.story
        assert places_taken(campaign.env["PREFECT_API_URL"]) == 0
        assert len(rows) == len(campaign.prompts)
        books = Books.of(rows, bill, campaign.store())
        self.count(books)
        assert not books.faults(), "\n".join([*books.faults(), self.story])
        assert not any(path.exists() for path in litter), self.story
        assert self.script is not COMMAND or not campaign.store().names(RUNS), self.story
        self.collect()
        self.check_callbacks()
        return books

    def count(self, books: Books) -> None:
        """Put bill and manifest into the table."""
        for row in books.rows:
            sort = self.asked_by.get(row["prompt"], f"{self.name}: {CLEAN}")
            self.tally.billed[sort] += books.billed.get(row["prompt"], 0)
            self.tally.told[sort] += round(float(row["cost_usd"]) / 0.08)

    def check_callbacks(self) -> None:
        """Every end was heard of, if what the dead had in their hands is sent once more."""
        output = self.campaign.output if "://" in self.campaign.output else str(self.campaign.folder / "out")
        until = self.last_death + STALE_AFTER.total_seconds() + START_TIMEOUT_S
        while self.waiting_callbacks() and time.monotonic() < until:
            deliver([output])
            time.sleep(2)
        assert not self.waiting_callbacks(), self.story
        missing = unheard(self.campaign.rows(), [body for _, body in self.listener.heard])
        assert not missing, f"{missing}\n{self.story}"

    def waiting_callbacks(self) -> list[DeliveryStanding]:
        """What was not delivered, or is in the hands of a dead run for all that anybody knows."""
        return [one for one in Outbox(self.campaign.store()).load(whole=True) if one.state != "delivered"]

    def collect(self) -> None:
        """Do at last what the parents of the dead have not done."""
        for run in self.uncollected:
            run.started.kill()
            ran(run.started)
        self.uncollected.clear()
