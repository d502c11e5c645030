"""What a person types before the first paid run: one line for each thing, and nothing is paid."""

from pathlib import Path

import httpx
import pytest
from PIL import Image
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.commands.campaign_command import main
from tests.certificates import Authority
from tests.matrices import a_file, as_csv


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sandbox_url: str):
    """The exit code of a check in an empty folder with a key, and its lines as (verdict, subject, what was said)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IDEOGRAM_BASE_URL", sandbox_url)
    monkeypatch.setenv("IDEOGRAM_API_KEY", "a-right-key")

    def check(*words: str, **env: str):
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        code = main([*words, "--check"])
        lines = capsys.readouterr().out.splitlines()
        return code, [(line[:7].strip(), *(part.strip() for part in line[7:].split(maxsplit=1))) for line in lines]

    return check


def verdicts(lines) -> dict[str, set[str]]:
    """How each thing was found, by its name."""
    found: dict[str, set[str]] = {}
    for verdict, subject, _ in lines:
        found.setdefault(subject, set()).add(verdict)
    return found


def test_all_is_right_without_a_matrix(checked, sandbox_url, tmp_path):
    """The key by a quote, the storage by a file that is removed again; what cannot be known is said to be so."""
    billed = httpx.get(f"{sandbox_url}/stats").json()["billed"]
    code, lines = checked()
    assert code == 0, lines
    assert verdicts(lines) == {
        "key": {"right"},
        "balance": {"note"},
        "bill": {"right"},
        "storage": {"right"},
        "callbacks": {"note"},
        "prefect": {"right"},
        "notification": {"note"},
    }
    assert "quotes $0.06 an image of ideogram-4-5 medium" in lines[0][2]
    assert httpx.get(f"{sandbox_url}/stats").json()["billed"] == billed
    assert not list((tmp_path / "data/out").iterdir())


def test_everything_that_is_wrong_is_told_at_once(checked, tmp_path):
    """Each with what to do; none keeps another from being looked at."""
    (tmp_path / "file").write_text("no folder")
    matrix = a_file(tmp_path, "prompt,aspect_ratio\na cup,7:3\n")
    code, lines = checked(
        matrix,
        *("--output", "file/out", "--callback-url", "http://10.0.0.1/hook"),
        IDEOGRAM_BASE_URL="http://127.0.0.1:9",
        CALLBACK_SECRET="short",
        CAMPAIGN_PUBLIC_URL="images",
    )
    assert code == 2
    found = verdicts(lines)
    assert {name for name, those in found.items() if "wrong" in those} == {
        "matrix",
        "key",
        "storage",
        "callbacks",
        "page",
    }
    assert "row 2, aspect_ratio: '7:3' is not accepted" in lines[0][2]


def test_a_storage_that_keeps_nothing_is_wrong(checked):
    """As a run refuses it."""
    code, lines = checked("--output", "memory://x")
    assert (code, verdicts(lines)["storage"]) == (2, {"wrong"})


def test_what_would_not_be_called_back_is_wrong(checked):
    """And what is not signed is a note."""
    code, lines = checked("--callback-url", "http://10.0.0.1/hook")
    assert code == 2
    assert verdicts(lines)["callbacks"] == {"wrong", "note"}
    assert checked("--callback-url", "http://10.0.0.1/hook", CALLBACK_ALLOW_PRIVATE="1")[0] == 0


def test_the_request_that_is_asked_about_is_the_matrix_s_own(checked, tmp_path):
    """A model of it where one can be quoted; old ones check the key all the same."""
    lines = checked(a_file(tmp_path, "prompt,model,quality\nx,V_2,\ny,4.0,high\n"))[1]
    assert lines[0][1:] == ("matrix", "2 rows, 2 images, $0.18 at prices of 2026-11-22, 12 s to 25 s at 10 in flight")
    assert "an image of ideogram-4 high" in lines[1][2]
    assert "an image of ideogram-4-5 low" in checked("--model", "V_2", "--quality", "low")[1][0][2]


@pytest.mark.usefixtures("server")
def test_a_prefect_server_is_asked_for_the_block(checked):
    """One that is named and answers; a block that is not there tells nobody."""
    code, lines = checked(CAMPAIGN_NOTIFY="slack-webhook/marketing")
    assert code == 2
    assert (verdicts(lines)["prefect"], verdicts(lines)["notification"]) == ({"right"}, {"wrong"})
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        code, lines = checked()
    assert (code, verdicts(lines)["prefect"]) == (2, {"wrong"})


@pytest.mark.parametrize("words", [(), ("--quality", "very_low")])
@pytest.mark.parametrize(("quality", "size"), [("very_low", ""), ("low", "2048x1024")])
def test_a_matrix_of_pictures_is_quoted_without_them(checked, tmp_path, quality, size, words):
    """None is uploaded for a look at the key; a quality or a size that is there beside one only is not asked for."""
    Image.new("RGB", (64, 48)).save(tmp_path / "logo.png")
    columns, row = ("prompt", "model", "quality", "size"), ("A pot", "4.5", quality, size)
    matrix = a_file(tmp_path, as_csv([(*columns, "source_image"), (*row, "logo.png")]))
    code, lines = checked(matrix, *words)
    assert (code, verdicts(lines)["key"]) == (0, {"right"}), lines
    assert "quotes $0.06 an image of ideogram-4-5 medium" in lines[1][2]


def test_a_trial_is_checked_against_the_stand_in(checked, monkeypatch):
    """No key is needed."""
    monkeypatch.delenv("IDEOGRAM_API_KEY")
    code, lines = checked("--sandbox")
    assert (code, lines[0][:2], lines[0][2].startswith("the stand-in needs none")) == (0, ("right", "key"), True)


@pytest.mark.parametrize(
    ("variable", "value", "about"),
    [
        ("IDEOGRAM_WEBHOOK_URL", "ftp://example.com/hook", "webhooks"),
        ("IDEOGRAM_PENDING_MAX_S", "0", "polling"),
        ("IDEOGRAM_POLLS_IN_10_S", "many", "polling"),
    ],
)
def test_a_setting_that_cannot_be_is_no_fault_of_the_key(checked, variable, value, about):
    """It is told as what it is, with the name of its variable."""
    code, lines = checked(**{variable: value})
    [said] = [said for verdict, subject, said in lines if (verdict, subject) == ("wrong", about)]
    assert (code, said.startswith(f"{variable}: ")) == (2, True)
    assert "wrong" not in verdicts(lines).get("key", set())


def test_the_receiver_of_webhooks_is_asked_where_one_is_named(checked):
    """One that does not answer is wrong, though a run would go on without it."""
    code, lines = checked(IDEOGRAM_WEBHOOK_URL="http://127.0.0.1:9/webhooks/ideogram")
    assert code == 2
    [said] = [said for verdict, subject, said in lines if (verdict, subject) == ("wrong", "webhooks")]
    assert said.startswith("the receiver of webhooks (127.0.0.1) does not tell which images are done")
    assert verdicts(lines)["key"] == {"right"}


def test_what_signs_is_tried(checked, tmp_path):
    """It says as whom and for how long; what does not sign is told once, also where the matrix is checked as well."""
    pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
    root = Authority()
    env = root.issued.written(tmp_path)
    code, lines = checked(**env)
    assert code == 0
    assert verdicts(lines)["signature"] == {"right", "note"}
    (tmp_path / "signer.key").write_bytes(root.issue().key_pem())
    code, lines = checked(a_file(tmp_path, "prompt\na cup\n"), **env)
    assert code == 2
    (line,) = [said for verdict, subject, said in lines if (verdict, subject) == ("wrong", "signature")]
    assert "does not belong to the first certificate of C2PA_CERTIFICATE" in line
