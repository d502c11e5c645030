"""R2, MinIO and others that speak S3 in their own ways are worked with as the README names them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import fsspec
import pytest
from s3fs import S3FileSystem

from tasks.errors import RemovalDenied, StorageFailed
from tasks.ledger.heartbeats import this_run
from tasks.storage.s3_alikes import ONLY_WHERE_REQUIRED, spare_check_sums
from tasks.storage.storage import CampaignStore
from tasks.tables.tables import open_table
from tests.buckets import Bucket
from tests.tasks.harness import CELLS, Api, run, without_engine  # noqa: F401  a fixture
from tests.tasks.storage.s3_alikes import Answer, Imitation, old_minio, r2, served, stripping, without_right

Start = Callable[[Imitation], None]


@pytest.fixture
def start(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Puts an imitation in front of the bucket; the environment leads there, by https."""
    assert bucket.keys() == []
    running = ExitStack()

    def go(imitation: Imitation) -> None:
        endpoint, certificate = running.enter_context(served(imitation, tmp_path))
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        S3FileSystem.clear_instance_cache()

    with running:
        yield go
    S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize(("imitation", "is_strong"), [(r2, True), (old_minio, False), (stripping, False)])
def test_a_campaign_works_on_what_speaks_s3_in_its_own_way(start: Start, imitation: Imitation, is_strong: bool):
    """With the endpoint's address alone; where conditions are not honoured, that is known, and is no fault."""
    start(imitation)
    store = CampaignStore.open("s3://campaigns", "q1")
    assert store.probe("ledger/runs") == (is_strong, True)
    store.write("m.csv", b"prompt\na lamp\n")
    assert store.create("ledger/x.json", b"first")
    assert store.create("ledger/x.json", b"second") is (imitation is stripping)
    with open_table("s3://campaigns/q1/m.csv") as table:
        assert [row for _, row in table.rows] == [("a lamp",)]
    store.move("m.csv", "done/m.csv")
    store.remove(store.tags("done"))
    store.delete("ledger/x.json")
    assert store.names("done") == store.names("ledger") == store.names("ledger/runs") == []


# Rights


@pytest.mark.usefixtures("without_engine")
@pytest.mark.parametrize(
    "refusal",
    [(400, "ExpiredToken", "The provided token has expired."), (404, "NoSuchBucket", "It does not exist")],
)
def test_a_bucket_that_lets_nobody_in_any_more_loses_nothing_that_was_paid(start: Start, refusal: Answer):
    """From the first answer on; when it does again, its links have expired, and the images are there all the same."""
    refused: list[str] = []
    start(lambda _: refusal if refused else None)
    store, api = CampaignStore.open("s3://campaigns", "q1"), Api(before=refused.append)
    ended = asyncio.run(run(store, api))
    assert isinstance(ended.stopped_by, StorageFailed)
    paid = api.billed.total()
    api.before, api.expired = lambda _: refused.clear(), True
    refused.clear()
    for name in store.names("ledger/runs"):  # of the first run, whose process has not ended here
        store.delete(f"ledger/runs/{name}")
    asked_for = [cell for cell in CELLS if api.billed[cell.request.prompt]]  # lanes may have overtaken each other
    again = asyncio.run(run(store, api, asked_for))
    assert (set(again.statuses), api.billed.total()) == ({"done"}, paid)


@pytest.mark.parametrize("right", ["s3:ListBucket", "s3:GetObject", "s3:PutObject"])
def test_a_right_that_is_missing_is_named_before_anything_is_paid(start: Start, right: str):
    """By what a campaign looks at first, and by the probe."""
    start(without_right(right))
    store = CampaignStore.open("s3://campaigns", "q1")
    with pytest.raises(StorageFailed, match=f"; check the rights there: this needs {right}$"):
        (store.names("ledger/ends"), store.probe("ledger/probes"))


@pytest.mark.usefixtures("without_engine")
def test_without_the_right_to_remove_a_campaign_goes_on_run_after_run(start: Start):
    """What was paid is not paid again, and the reason for what stays behind is told."""
    start(without_right("s3:DeleteObject"))
    store, api = CampaignStore.open("s3://campaigns", "lamps"), Api()
    ended_run = this_run("ended").model_copy(update={"started": "before this process"})
    store.write(ended_run.key, ended_run.model_dump_json().encode())
    for _ in range(2):
        ended = asyncio.run(run(store, api))
        assert (ended.stopped_by, ended.statuses) == (None, ["done"] * len(CELLS))
    assert set(api.billed.values()) == {1}
    assert "ended.json" in store.names("ledger/runs")
    assert store.probe("ledger/probes") == (True, False)
    with pytest.raises(
        RemovalDenied, match=r"cannot be removed from: .*; check the rights there: this needs s3:Delete"
    ):
        store.delete("manifest.csv")
    with pytest.raises(RemovalDenied):
        store.remove(store.tags(""))


# Check sums


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing of this machine's own settings; each test has its own instances."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", *map(variable, ONLY_WHERE_REQUIRED)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    S3FileSystem.clear_instance_cache()
    yield
    S3FileSystem.clear_instance_cache()


def variable(name: str) -> str:
    """Of the environment, for a setting of AWS's."""
    return f"AWS_{name.upper()}"


def settled(url: str = "s3://b/x", **options: object) -> dict[str, object]:
    """What the client of an address will be told, as far as check sums go."""
    fs = fsspec.core.url_to_fs(url, **options)[0]
    spare_check_sums(fs)
    while hasattr(fs, "fs"):
        fs = fs.fs
    return {name: way for name, way in fs.config_kwargs.items() if "checksum" in name}


@pytest.mark.usefixtures("no_aws")
@pytest.mark.parametrize(
    ("environment", "profile", "options"),
    [
        ({"AWS_ENDPOINT_URL": "https://r2.example"}, "", {}),
        ({"AWS_ENDPOINT_URL_S3": "https://r2.example", "AWS_ENDPOINT_URL": "https://s3.amazonaws.com"}, "", {}),
        ({}, "[default]\nendpoint_url = https://minio.example:9000\n", {}),
        ({"AWS_PROFILE": "r2"}, "[profile r2]\nendpoint_url = https://r2.example\n", {}),
        ({}, "[profile r2]\nendpoint_url = https://r2.example\n", {"profile": "r2"}),
        ({}, "[default]\nservices = r2\n[services r2]\ns3 =\n  endpoint_url = https://r2.example\n", {}),
        ({}, "", {"endpoint_url": "https://r2.example"}),
        ({}, "", {"client_kwargs": {"endpoint_url": "https://r2.example"}}),
        ({"AWS_ENDPOINT_URL": "https://amazonaws.com.example"}, "", {}),
    ],
)
def test_check_sums_are_spared_wherever_another_endpoint_is_named(
    environment, profile, options, monkeypatch, tmp_path: Path
):
    """In the environment, a profile, its services, or fsspec's configuration."""
    (tmp_path / "config").write_text(profile)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert settled(**options) == ONLY_WHERE_REQUIRED


@pytest.mark.usefixtures("no_aws")
@pytest.mark.parametrize(
    ("environment", "profile"),
    [
        ({}, ""),
        ({"AWS_ENDPOINT_URL": "https://s3.eu-central-1.amazonaws.com"}, ""),
        ({"AWS_ENDPOINT_URL": "https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com"}, ""),
        (
            {"AWS_ENDPOINT_URL": "https://r2.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "[default]\nendpoint_url = https://r2.example\n",
        ),
    ],
)
def test_aws_is_left_as_its_clients_want_it(environment, profile, monkeypatch, tmp_path: Path):
    """Also where its own endpoint is named."""
    (tmp_path / "config").write_text(profile)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert settled() == {}


@pytest.mark.usefixtures("no_aws")
def test_what_a_person_has_set_stays(monkeypatch, tmp_path: Path):
    """One by one, in the environment, a profile or fsspec's configuration; also at the end of a chain."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://r2.example")
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_supported")
    assert settled("simplecache::s3://b/x") == {"response_checksum_validation": "when_required"}
    (tmp_path / "config").write_text("[default]\nresponse_checksum_validation = when_supported\n")
    S3FileSystem.clear_instance_cache()
    assert settled() == {}
    chosen = {"request_checksum_calculation": "when_supported"}
    monkeypatch.delenv("AWS_REQUEST_CHECKSUM_CALCULATION")
    assert settled(config_kwargs=chosen) == chosen


@pytest.mark.parametrize("url", ["/x", "memory://x", "simplecache::memory://x"])
def test_nothing_else_is_touched(url):
    """Whatever is no S3."""
    spare_check_sums(fsspec.core.url_to_fs(url)[0])
