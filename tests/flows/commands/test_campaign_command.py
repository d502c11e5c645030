"""The command as a user meets it: what it prints, writes and ends with."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from PIL import Image

from flows.commands.campaign_command import main
from sandbox.options import SandboxOptions
from sandbox.server import running_sandbox
from tests.flows.conftest import ROOT, Run
from tests.waiting import LIMIT_S, until

SIBLINGS_END = [("Completed",), ("Completed",), ("Failed",)]
SIZES = {"og": (1200, 630), "thumb": (400, 400), "social": (1080, 1080)}
SAMPLE = (ROOT / "data" / "q1_launch.csv", "--formats", ROOT / "data" / "formats.csv", "--name", "Q1 Launch")


def manifest_of(folder: Path) -> list[dict[str, str]]:
    """The rows of a campaign's CSV manifest."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def a_matrix(folder: Path, *prompts: str) -> Path:
    """A matrix of prompts, one a row."""
    path = folder / "matrix.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["prompt"], *([prompt] for prompt in prompts)])
    return path


def found_in(home: Path, query: str) -> list[tuple[Any, ...]]:
    """What Prefect's database answers."""
    with closing(sqlite3.connect(home / "prefect.db", timeout=LIMIT_S)) as database:
        return database.execute(query).fetchall()


def test_the_sample_campaign_makes_every_image(run_campaign: Run, tmp_path: Path):
    """6 originals, the usual 18 WebP variants in their exact sizes, manifest, page, a quiet terminal."""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('active = "mine"\n[profiles.mine]\nPREFECT_LOGGING_LEVEL = "ERROR"\n')
    # What may stand in the way on a person's machine: a proxy for the world, a profile that names no server.
    env = {"PREFECT_PROFILES_PATH": str(profiles), "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost"}
    ended = run_campaign(*SAMPLE, "--sandbox", env=env)
    assert ended.returncode == 0, ended.stderr
    folder = tmp_path / "data" / "out" / "q1-launch"
    assert sorted(path.name for path in folder.iterdir()) == [
        "index.html",
        "ledger",
        "manifest.csv",
        "manifest.parquet",
        "manifest.xlsx",
        "originals",
        "previews",
        "variants",
    ]
    rows = manifest_of(folder)
    assert [row["status"] for row in rows] == ["done"] * 6
    for row in rows:
        with Image.open(folder / row["original"]) as original:
            assert f"{original.width}x{original.height}" == row["resolution"]
        for name, size in SIZES.items():
            with Image.open(folder / row[name]) as variant:
                assert (variant.format, variant.size) == ("WEBP", size)
    assert len(list((folder / "variants").iterdir())) == 18
    assert len(pd.read_parquet(folder / "manifest.parquet")) == 6
    said = ended.stderr.splitlines()
    assert said[0].startswith("Q1 Launch: 2 rows, 6 images, $0.48")
    assert said[1] == "Note: kept as metadata, not sent: campaign_owner"
    assert said[2].startswith(
        "Note: og keeps 29 % of story-vertical, and thumb and social keep little as well: only=best"
    )
    assert said[3].startswith("6 done of 6 images. $0.48 (sandbox: nothing was charged)")
    assert ended.stdout == ""
    assert len(said) == 6, "two lines on the files, and nothing else"


def test_another_api_is_named_by_the_environment(run_campaign: Run, tmp_path: Path, sandbox_url: str, shared_server):
    """The same command pays another API that speaks the same routes, and keeps images of its host."""
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    ended = run_campaign(*SAMPLE, "--variant", "story=108x192,png", env=env)
    assert ended.returncode == 0, ended.stderr
    rows = manifest_of(tmp_path / "data" / "out" / "q1-launch")
    assert [(row["status"], row["story"].endswith("-story.png")) for row in rows] == [("done", True)] * 6
    assert "nothing was charged" not in ended.stderr


def test_one_bad_cell_never_stops_the_others(run_campaign: Run, tmp_path: Path, sandbox_url: str, shared_server):
    """Every fault of the API and of its links ends in its own status, costs what it costs, and stops nobody."""
    faults = {
        "A plain one": ("done", 0.08),
        "[sandbox:refuse]": ("blocked", 0.0),
        "[sandbox:unsafe]": ("blocked", 0.08),
        "[sandbox:flaky] once": ("done", 0.08),
        "[sandbox:error]": ("unknown", 0.08),
        "[sandbox:reset]": ("unknown", 0.08),
        "[sandbox:half]": ("unknown", 0.08),
        "[sandbox:expired]": ("failed", 0.08),
        "[sandbox:truncated]": ("failed", 0.08),
        "[sandbox:text]": ("failed", 0.08),
        "[sandbox:redirect]": ("failed", 0.08),
        "[sandbox:elsewhere]": ("failed", 0.08),
        "[sandbox:jpeg]": ("done", 0.08),
    }
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    ended = run_campaign(a_matrix(tmp_path, *faults), "--name", "faults", env=env)
    assert ended.returncode == 1, ended.stderr
    rows = {row["prompt"]: row for row in manifest_of(tmp_path / "data" / "out" / "faults")}
    assert {prompt: (row["status"], float(row["cost_usd"])) for prompt, row in rows.items()} == faults
    assert all(bool(row["error"]) == (row["status"] != "done") for row in rows.values())
    assert rows["[sandbox:flaky] once"]["attempts"] == "2"
    assert rows["[sandbox:jpeg]"]["original"].endswith(".jpg")
    asked = httpx.get(f"{sandbox_url}/stats").json()["prompts"]
    assert [asked[prompt]["requests"] for prompt in faults if "flaky" not in prompt] == [1] * 12, "paid once at most"
    assert "Traceback" not in ended.stderr
    assert "sig=" not in "".join(path.read_text() for path in (tmp_path / "data" / "out" / "faults").glob("*.??*l"))


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["nope.csv"], {}, "nope.csv: does not exist"),
        (["nope.csv", "--model", "V_9"], {}, "V_2_TURBO"),
        ([*SAMPLE], {"IDEOGRAM_BASE_URL": "ftp://x"}, "IDEOGRAM_BASE_URL"),
        ([*SAMPLE, "--max-in-flight", "0"], {}, "--max-in-flight: '0'"),
        ([*SAMPLE, "--budget-usd", "0"], {}, "--budget-usd: '0' is not accepted; it must be greater than 0"),
        ([*SAMPLE, "--variant", "og=big"], {}, "NAME=WIDTHxHEIGHT"),
        ([*SAMPLE, "--variant", "og=0x1"], {}, "its sides may have 1 to 16383 pixels"),
        ([*SAMPLE, "--variant", "a=1x1", "--variant", "a=2x2"], {}, "--variant: is not accepted; give each variant"),
        ([*SAMPLE, "--retry", "done"], {}, "unknown"),
        ([*SAMPLE, "--callback-url", ""], {}, "--callback-url: '' is not accepted"),
        ([*SAMPLE, "--callback-url", "http://me:s3cret@h/"], {}, "--callback-url: 'http://***@h/' is not accepted"),
        ([*SAMPLE, "--output", ""], {}, "--output: '' is no place"),
        ([*SAMPLE, "--output", "memory://x"], {}, "--output: 'memory://x' is no place"),
        ([], {}, "MATRIX: is missing; type for example: python flows/campaign.py data/q1_launch.csv"),
        ([*SAMPLE, "--max-in-flight", "1.5"], {}, "--max-in-flight: '1.5' is not accepted; it must be a whole number"),
        ([*SAMPLE, "--budget-usd", "$20"], {}, "--budget-usd: '$20' is not accepted; it must be a number"),
        ([*SAMPLE, "--budget-usd"], {}, "--budget-usd: needs a value behind it"),
        ([*SAMPLE, "--shards", "0", "--variant", "og"], {}, "2 things to mend"),
        (["data.csv", "Spring"], {}, "'Spring' belongs to no option; what has spaces in it is written in quotes"),
        ([*SAMPLE, "--dryrun"], {}, "Did you mean --dry-run?"),
        ([*SAMPLE, "--sandbox=maybe"], {}, "--sandbox: 'maybe' is not accepted"),
        ([*SAMPLE, "--callback-url", "http://a/", "--callback-url", "b"], {}, "--callback-url: 'http://a/ b' is not"),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(capsys, monkeypatch, tmp_path: Path, arguments, env, said):
    """What is wrong is named before anything starts, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"IDEOGRAM_API_KEY": "any", **env}.items():
        monkeypatch.setenv(name, value)
    assert main([str(argument) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said.lower() in printed.err.lower()
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_prints_the_plan_and_pays_nothing(run_campaign: Run, tmp_path: Path):
    """The plan needs no key, no server and no output folder."""
    ended = run_campaign(*SAMPLE, "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "2 rows, 6 images, $0.48" in " ".join(ended.stdout.split())
    assert "blog-hero" in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("options", "status"), [({"api_key": "the right one"}, "401"), ({"credits_usd": 0.16}, "402")])
def test_a_rejected_key_or_an_empty_balance_stops_the_campaign(
    run_campaign: Run, tmp_path: Path, shared_server, options, status
):
    """Exit code 3, a sentence that says what to mend, and a manifest of what was done until then."""
    with running_sandbox(SandboxOptions(latency_range_s=(0.05, 0.1), plain_pictures=True, **options)) as url:
        env = shared_server | {"IDEOGRAM_BASE_URL": url, "IDEOGRAM_API_KEY": "wrong"}
        ended = run_campaign(*SAMPLE, env=env)
        asked = httpx.get(f"{url}/stats").json()
    assert ended.returncode == 3, ended.stderr
    assert f"({status})" in ended.stderr
    assert "Traceback" not in ended.stderr
    statuses = [row["status"] for row in manifest_of(tmp_path / "data" / "out" / "q1-launch")]
    assert statuses.count("done") == asked["billed"]
    assert statuses.count("pending") == 6 - asked["billed"]


def test_a_refused_image_leaves_its_siblings_completed(
    run_campaign: Run, tmp_path: Path, prefect_home: Path, shared_server, sandbox_url
):
    """Images of one lane are runs of their own in Prefect: what one of them comes to is not told of another."""
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    prompts = ("sibling one", "sibling two", "sibling [sandbox:refuse]")
    assert run_campaign(a_matrix(tmp_path, *prompts), "--max-in-flight", "1", env=env).returncode == 1

    def states() -> list[tuple[str]]:
        return found_in(prefect_home, "select state_name from task_run where name like 'sibling-%' order by 1")

    until(lambda: states() == SIBLINGS_END, said=states)  # the server writes in batches


def test_a_run_says_what_it_has_spent_itself(run_campaign: Run, tmp_path: Path, sandbox_url: str, shared_server):
    """Variants that are cut anew were paid with their original, by the run before."""
    matrix, folder = a_matrix(tmp_path, "spent"), tmp_path / "data" / "out" / "matrix"
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    assert "$0.08\n" in run_campaign(matrix, env=env).stderr
    next(folder.glob("variants/*")).unlink()
    assert "$0.08, $0.00 of it in this run\n" in run_campaign(matrix, env=env).stderr


def test_variants_are_drawn_behind_their_image(
    run_campaign: Run, tmp_path: Path, prefect_home: Path, shared_server, sandbox_url
):
    """Prefect knows which run made the image that another one cut, and shows them so; events it keeps none."""
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    matrix = a_matrix(tmp_path, *(f"edge {number}" for number in range(8)))
    assert run_campaign(matrix, "--max-in-flight", "4", env=env).returncode == 0
    query = """
        select made.name, cut.name from task_run cut join task_run made
        on made.id = json_extract(cut.task_inputs, '$.original[0].id') where cut.name like 'variants of edge-%'
    """
    until(lambda: len(found_in(prefect_home, query)) == 8)  # the server writes in batches
    assert all(cut == f"variants of {made}" for made, cut in found_in(prefect_home, query))
    assert found_in(prefect_home, "select count(*) from events") == [(0,)], "a megabyte for each thirty images"


def test_what_the_sandbox_drew_never_passes_for_what_was_paid(
    run_campaign: Run, tmp_path: Path, shared_server, sandbox_url
):
    """A paid run makes its own images over the sandbox's; a sandbox run leaves paid ones alone."""
    matrix, folder = a_matrix(tmp_path, "apart"), tmp_path / "data" / "out" / "matrix"
    env = shared_server | {"IDEOGRAM_BASE_URL": sandbox_url, "IDEOGRAM_API_KEY": "any"}
    assert run_campaign(matrix, "--sandbox", env=shared_server).returncode == 0
    drawn = manifest_of(folder)[0]["image_sha256"]
    assert "Drawn by the sandbox" in (folder / "index.html").read_text()
    assert run_campaign(matrix, env=env).returncode == 0
    paid = manifest_of(folder)[0]["image_sha256"]
    assert paid != drawn
    assert "Drawn by the sandbox" not in (folder / "index.html").read_text()
    refused = run_campaign(matrix, "--sandbox", env=shared_server)
    assert (refused.returncode, manifest_of(folder)[0]["image_sha256"]) == (2, paid)
    assert "--sandbox: would mix with images that were paid" in refused.stderr


def test_a_server_that_does_not_answer_is_named(run_campaign: Run, tmp_path: Path):
    """The user's own setting is named in a sentence, and nothing was paid."""
    env = {"PREFECT_API_URL": "http://127.0.0.1:9/api", "IDEOGRAM_API_KEY": "any"}
    ended = run_campaign(a_matrix(tmp_path, "x"), env=env)
    assert ended.returncode == 3
    assert "http://127.0.0.1:9/api does not answer; check PREFECT_API_URL" in ended.stderr
    assert "Traceback" not in ended.stderr
