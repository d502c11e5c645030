"""The sandbox as a process of its own, over a real socket."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.server import SandboxNotStarted, command_of, running_sandbox
from tests.sandbox.examples import IMPATIENT, KEY, body
from tests.waiting import LIMIT_S, until


@pytest.fixture(scope="module")
def sandbox() -> Iterator[httpx.Client]:
    """A client of one running sandbox."""
    options = SandboxOptions(latency_range_s=(0.2, 0.2), plain_pictures=True, places=4)
    with running_sandbox(options) as url, httpx.Client(base_url=url, headers=KEY, timeout=LIMIT_S) as client:
        yield client


def billed(sandbox: httpx.Client, prompt: str) -> object:
    """Images billed for one prompt."""
    return sandbox.get("/stats").json()["prompts"].get(prompt, {}).get("billed")


def in_flight(sandbox: httpx.Client) -> object:
    """Places that are taken."""
    return sandbox.get("/stats").json()["in_flight"]


def test_a_link_of_the_running_server_can_be_fetched(sandbox: httpx.Client) -> None:
    """The link leads back to the address the client knows."""
    url = sandbox.post("/generate", json=body()).json()["data"][0]["url"]
    assert url.startswith(str(sandbox.base_url).rstrip("/"))
    assert sandbox.get(url).content.startswith(b"\x89PNG")
    assert sandbox.get("/stats").json()["downloads"] >= 1


def test_reset_closes_the_connection_without_an_answer(sandbox: httpx.Client) -> None:
    """Not one byte comes, and the image is billed."""
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        sandbox.post("/generate", json=body("reset [sandbox:reset]"))
    assert billed(sandbox, "reset [sandbox:reset]") == 1


def test_half_closes_the_connection_in_the_middle(sandbox: httpx.Client) -> None:
    """Fewer bytes come than were announced, and the image is billed."""
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        sandbox.post("/generate", json=body("half [sandbox:half]"))
    assert billed(sandbox, "half [sandbox:half]") == 1


def test_hang_never_answers_and_frees_its_place(sandbox: httpx.Client) -> None:
    """The client's patience ends first; the work was done and billed."""
    with pytest.raises(httpx.ReadTimeout):
        sandbox.post("/generate", json=body("hang [sandbox:hang]"), timeout=IMPATIENT)
    until(lambda: billed(sandbox, "hang [sandbox:hang]") == 1)
    until(lambda: in_flight(sandbox) == 0)


def test_a_client_that_leaves_is_billed_and_worked_for(sandbox: httpx.Client) -> None:
    """And its place is free again in the end."""
    with suppress(httpx.ReadTimeout):  # the answer may be there before the client has left
        sandbox.post("/generate", json=body("gone"), timeout=httpx.Timeout(LIMIT_S, read=0.05))
    until(lambda: billed(sandbox, "gone") == 1)
    until(lambda: in_flight(sandbox) == 0)


def test_huge_streams_until_the_client_has_enough(sandbox: httpx.Client) -> None:
    """No length is announced; the client has to stop by itself."""
    url = sandbox.post("/generate", json=body("huge [sandbox:huge]")).json()["data"][0]["url"]
    with sandbox.stream("GET", url) as response:
        assert "content-length" not in response.headers
        received = 0
        for chunk in response.iter_raw():
            received += len(chunk)
            if received > 2_000_000:
                break
    assert sandbox.get("/health").status_code == 200


def test_a_client_that_leaves_keeps_its_place_until_the_work_is_done() -> None:
    """As documented: here it would be done in an hour, which the end of the sandbox does not wait for."""
    options = SandboxOptions(latency_range_s=(3600, 3600), plain_pictures=True)
    with running_sandbox(options) as url, httpx.Client(base_url=url, headers=KEY, timeout=LIMIT_S) as sandbox:
        with pytest.raises(httpx.ReadTimeout):
            sandbox.post("/generate", json=body("gone"), timeout=IMPATIENT)
        until(lambda: billed(sandbox, "gone") == 1)
        assert in_flight(sandbox) == 1


def test_the_command_line_carries_every_option(tmp_path: Path) -> None:
    """What differs from the defaults reaches the child."""
    (tmp_path / "a.png").touch()
    options = SandboxOptions(
        3,
        0.5,
        (0.1, 0.2),
        60.0,
        1.5,
        "key",
        polls_in_10_s=7,
        is_admin=False,
        books="there",
        plain_pictures=True,
        pictures=tmp_path,
    )
    words = command_of(options)
    assert {"--places=3", "--latency-scale=0.5", "--latency=0.1:0.2", "--link-life-s=60.0"} <= set(words)
    assert {
        "--polls-in-10-s=7",
        "--books=there",
        "--no-admin",
        "--credits-usd=1.5",
        "--api-key=key",
        "--plain-pictures",
        f"--pictures={tmp_path}",
    } <= set(words)


def test_a_child_that_fails_is_reported_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what the child said."""
    monkeypatch.setattr("sandbox.server.command_of", lambda _: ["sh", "-c", "echo broken >&2"])
    with pytest.raises(SandboxNotStarted, match="broken"), running_sandbox():
        pass
