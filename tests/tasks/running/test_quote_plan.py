"""A campaign asks the API for its prices; what an API draws instead is kept, and fetched by the next run."""

import asyncio

import httpx
import pytest
from PIL import Image
from starlette.types import ASGIApp

from flows.commands.campaign_command import main
from sandbox.app import create_app
from sandbox.options import SandboxOptions
from tasks.api.settings import Settings
from tasks.errors import CredentialsRejected, QuoteFailed, QuoteIgnored
from tasks.ledger.ledger import Ledger
from tasks.planning.plan_campaign import plan_campaign
from tasks.records.campaign import Campaign
from tasks.running.quote_plan import quoted
from tasks.storage.storage import CampaignStore
from tests.matrices import a_file

MATRIX = "prompt,model,quality\n" + "".join(f"cup {n},4.5,{'high' if n % 2 else 'low'}\n" for n in range(6))


@pytest.fixture
def plan(tmp_path):
    """Six images of two prices."""
    return plan_campaign(Campaign(matrix=a_file(tmp_path, MATRIX), output=str(tmp_path / "out"), quote=True))


def deaf(app: ASGIApp) -> ASGIApp:
    """The same without the questions that are asked behind its addresses."""

    async def answer(scope, receive, send):
        await app({**scope, "query_string": b""}, receive, send)

    return answer


def quoted_by(app: ASGIApp, plan, key="a-right-key"):
    """The plan at the prices of an API."""
    settings = Settings.for_api("http://127.0.0.1:9", key)
    return asyncio.run(quoted(plan, settings, httpx.ASGITransport(app)))


def stats_of(app: ASGIApp):
    """What the stand-in has counted."""

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
            return (await client.get("/stats")).json()

    return asyncio.run(ask())


def test_prices_are_asked_for_once_a_kind_and_for_nothing(plan, tmp_path):
    """Whatever the balance is; nothing is written."""
    app = create_app(SandboxOptions(credits_usd=0))
    told = quoted_by(app, plan)
    assert told.notes[-1] == "2 prices quoted by the API: as in the table"
    assert (told.cost_usd, told.groups) == (plan.cost_usd, plan.groups)
    assert [stats_of(app)[name] for name in ("quotes", "requests", "billed", "unknown_fields")] == [2, 0, 0, {}]
    assert not (tmp_path / "out").exists()


def test_a_wrong_key_is_found_out_for_nothing(plan):
    """Before anything is paid."""
    with pytest.raises(CredentialsRejected, match="does not accept this key"):
        quoted_by(create_app(SandboxOptions(api_key="another-key")), plan)


def test_an_api_that_is_not_there_is_told_in_a_sentence(plan):
    """And that nothing was paid."""

    def refuse(request):
        raise httpx.ReadError("the connection was reset", request=request)

    settings = Settings.for_api("http://127.0.0.1:9", "a-right-key")
    with pytest.raises(QuoteFailed, match="no answer came: the connection was reset"):
        asyncio.run(quoted(plan, settings, httpx.MockTransport(refuse)))


def test_an_image_that_was_drawn_instead_is_kept_for_the_next_run(plan):
    """One at the most is paid, and the ledger has its id, under the turn that is its."""
    app = create_app(SandboxOptions(latency_scale=0))
    with pytest.raises(QuoteIgnored, match="Run again without --quote; that run fetches it, and pays nothing for it"):
        quoted_by(deaf(app), plan)
    assert stats_of(app)["billed"] == 1
    ledger = Ledger(CampaignStore.open(plan.campaign.output, plan.campaign.slug), "run", made_by="127.0.0.1:9")
    cell = plan.cells[0]
    assert ledger.load(plan.cells).open == {cell.cell_id: 1}
    assert ledger.read_answer(cell.cell_id, 1).image.generation_id


def test_an_image_that_cannot_be_kept_is_told_by_its_id(plan, tmp_path):
    """Its generation is in the sentence, and what to look at."""
    (tmp_path / "out").write_text("no folder")
    with pytest.raises(QuoteIgnored, match=r"\(generation \S+\), .* and look at the account's usage"):
        quoted_by(deaf(create_app(SandboxOptions(latency_scale=0))), plan)


def test_asking_for_prices_needs_a_key(tmp_path, monkeypatch, capsys):
    """Told in the terminal; where nothing can be quoted none is needed."""
    monkeypatch.delenv("IDEOGRAM_API_KEY", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    asked = ["--output", str(tmp_path / "out"), "--dry-run", "--quote"]
    assert main([a_file(tmp_path, MATRIX), *asked]) == 2
    assert "IDEOGRAM_API_KEY: is not set" in capsys.readouterr().err
    assert main([a_file(tmp_path, "prompt\na cup\n", "old.csv"), *asked]) == 0
    assert "V_2: only models of v2 can be quoted" in " ".join(capsys.readouterr().out.split())


def test_an_image_with_a_picture_is_quoted_with_it(tmp_path):
    """Its price is another; one that has moved since the plan is told by its row, and nothing is sent."""
    Image.new("RGB", (64, 48), "#0a3d62").save(tmp_path / "logo.png")
    matrix = a_file(tmp_path, "prompt,model,quality,source_image\ncup,4.5,high,logo.png\nmug,4.5,high,\n")
    plan = plan_campaign(Campaign(matrix=matrix, output=str(tmp_path / "out"), quote=True))
    app = create_app(SandboxOptions(credits_usd=0))
    told = quoted_by(app, plan)
    assert [str(cell.price_usd) for cell in told.cells] == ["0.22", "0.1"]
    assert told.notes[-1] == "2 prices quoted by the API: as in the table"
    (tmp_path / "logo.png").unlink()
    moved = quoted_by(app, plan)
    assert moved.cost_usd == told.cost_usd
    assert stats_of(app)["quotes"] == 3
    assert moved.notes[-1] == (
        f"row 2 has no quote, and would have no image: Nothing was sent: its picture {tmp_path}/logo.png "
        "does not exist; it was there when the plan was made, so run again"
    )
