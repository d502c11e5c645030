"""Campaigns that are killed and started again, and what must hold of them at any time and in the end."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image

from tasks.storage.storage import CampaignStore

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = ROOT / "flows" / "campaign.py"
DYING: Final = Path(__file__).with_name("dying.py")
RUN_TIMEOUT_S: Final = 100
PRICE_USD: Final = Decimal("0.08")
VARIANTS: Final = {"og": (120, 63), "thumb": (40, 40)}
KILLED: Final = -signal.SIGKILL


def ran(process: subprocess.Popen[str], timeout_s: float = RUN_TIMEOUT_S) -> subprocess.CompletedProcess[str]:
    """How a process ended, with what it said."""
    try:
        said, errors = process.communicate(timeout=timeout_s)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, said, errors)


@dataclass
class KilledCampaign:
    """A campaign of `prompts` whose runs are killed; its files lie below `output`, its bill at `api`."""

    folder: Path
    api: str
    env: Mapping[str, str]
    prompts: tuple[str, ...]
    output: str = "out"
    options: tuple[str, ...] = ("--max-in-flight", "4")
    price_usd: Decimal = PRICE_USD
    kills: int = 0
    log: list[str] = field(default_factory=list)
    """How each run ended, for whoever reads a failure."""

    def start(
        self,
        *options: str,
        point: str | None = None,
        script: Path = COMMAND,
        env: Mapping[str, str] | None = None,
        below: Sequence[str] = (),
    ) -> subprocess.Popen[str]:
        """Start the command, in a process that dies at `point` if one is given; with `env` in the campaign's place.

        `below` is a command that starts it.
        """
        matrix = self.folder / "chaos.csv"
        with matrix.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["prompt"], *([prompt] for prompt in self.prompts)])
        command = [sys.executable, script] if point is None else [sys.executable, DYING, point]
        cuts = [word for name, (w, h) in VARIANTS.items() for word in ("--variant", f"{name}={w}x{h},png")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "IDEOGRAM_"))}
        return subprocess.Popen(
            [*below, *map(str, command), str(matrix), "--output", self.output, *cuts, *self.options, *options],
            cwd=self.folder,
            env={
                **kept,
                "IDEOGRAM_BASE_URL": self.api,
                "IDEOGRAM_API_KEY": "any",
                **(self.env if env is None else env),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *options: str, point: str | None = None, script: Path = COMMAND, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, or to its death; then free the places that the dead one has taken."""
        ended = ran(self.start(*options, point=point, script=script, env=env))
        self._note(ended, point or "")
        return ended

    def kill_after(self, wait_s: float, more_requests: int) -> subprocess.CompletedProcess[str]:
        """Start, and kill `wait_s` seconds after `more_requests` requests have left."""
        wanted = self.bill()["requests"] + more_requests
        process = self.start()
        until = time.monotonic() + RUN_TIMEOUT_S
        while process.poll() is None and self.bill()["requests"] < wanted and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(wait_s)
        process.kill()
        ended = ran(process)
        self._note(ended, f"{wait_s:.2f} s after {more_requests} requests")
        return ended

    def _note(self, ended: subprocess.CompletedProcess[str], point: str) -> None:
        self.kills += ended.returncode == KILLED
        self.log.append(f"{point} -> {ended.returncode}\n{ended.stderr}")
        if "PREFECT_API_URL" in self.env:
            free_places(self.env["PREFECT_API_URL"])
        self.check_bill()

    def bill(self) -> dict[str, Any]:
        """What the API has counted."""
        return dict(looker().get(f"{self.api}/stats").json())

    def check_bill(self) -> None:
        """At no time has a prompt been paid twice."""
        twice = {prompt: counts for prompt, counts in self.bill()["prompts"].items() if counts["billed"] > 1}
        assert not twice, "\n".join(map(str, [twice, *self.log]))

    def finish(self) -> Counter[str]:
        """Run until nothing is left, hold what there is against the bill, and run once more: the cells by status."""
        counts = self.end()
        rows, requests, kills = self.rows(), self.bill()["requests"], self.kills
        again = self.run()
        assert (again.returncode == 0) == (counts["unknown"] == 0)
        assert (self.bill()["requests"], self.kills) == (requests, kills)
        assert self.rows() == rows, "a run that has nothing to do changes nothing"
        return counts

    def end(self) -> Counter[str]:
        """Run until nothing is left, then hold what there is against the bill: the cells by status."""
        ended = self.run()
        assert "Traceback" not in ended.stderr, ended.stderr
        counts = self.check()
        assert ended.returncode == (1 if counts["unknown"] else 0), "\n".join(self.log)
        return counts

    def check(self) -> Counter[str]:
        """Hold the manifest, the files and the bill of a campaign that has ended against each other."""
        rows = self.rows()
        counts = Counter(row["status"] for row in rows)
        log = "\n".join([*self.log, str(counts)])
        bill = self.bill()
        assert counts["done"] <= bill["billed"] <= counts["done"] + counts["unknown"], log
        assert set(counts) <= {"done", "unknown"}, log
        assert len(rows) == len(self.prompts)
        for row in rows:
            billed = bill["prompts"].get(row["prompt"], {"billed": 0})["billed"]
            assert billed == 1 or (row["status"], billed) == ("unknown", 0), log
            assert Decimal(row["cost_usd"]) == self.price_usd, log
            if row["status"] == "done":
                self._check_files(row)
        store = self.store()
        names = {name for folder in ("originals", "variants") for name in store.names(folder)}
        done = [row for row in rows if row["status"] == "done"]
        assert {Path(row[column]).name for row in done for column in ("original", *VARIANTS)} == names, log
        return counts

    def _check_files(self, row: dict[str, str]) -> None:
        store = self.store()
        original = store.read(row["original"])
        assert sha256(original).hexdigest() == row["image_sha256"]
        for name, size in VARIANTS.items():
            path = self.folder / "looked-at.png"
            path.write_bytes(store.read(row[name]))
            with Image.open(path) as variant:
                variant.load()
                assert variant.size == size

    def store(self) -> CampaignStore:
        """Its files."""
        output = self.output if "://" in self.output else str(self.folder / self.output)
        return CampaignStore.open(output, "chaos")

    def rows(self) -> list[dict[str, str]]:
        """Its CSV manifest."""
        return list(csv.DictReader(self.store().read("manifest.csv").decode("utf-8-sig").splitlines()))


@cache
def looker() -> httpx.Client:
    """A client for looking often: making one takes longer than an answer."""
    return httpx.Client(trust_env=False)


def free_places(api_url: str) -> None:
    """Do what a person does whose own server keeps the places of a run that was killed."""
    limit = f"{api_url}/v2/concurrency_limits/tag:ideogram"
    httpx.patch(limit, json={"active_slots": 0}, trust_env=False)


def set_limit(api_url: str, places: int) -> None:
    """Let the server grant so many places."""
    limit = {"tag": "ideogram", "concurrency_limit": places}
    httpx.post(f"{api_url}/concurrency_limits/", json=limit, trust_env=False).raise_for_status()


def places_taken(api_url: str) -> int:
    """How many places the server believes to be taken."""
    answer = httpx.get(f"{api_url}/v2/concurrency_limits/tag:ideogram", trust_env=False)
    return int(answer.raise_for_status().json()["active_slots"])
