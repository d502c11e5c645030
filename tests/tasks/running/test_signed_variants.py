"""A run signs what it cuts, and only that: nothing twice, and nothing that is to be signed is stored unsigned."""

import asyncio

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tasks.errors import InputInvalid, SignerAway, StorageFailed
from tasks.ledger.ledger import Ledger
from tasks.publish_campaign import publish_campaign
from tasks.records.variant import Variant
from tasks.signing.variant_signer import VariantSigner, open_signer
from tasks.storage.storage import CampaignStore
from tests.certificates import Authority
from tests.tasks.harness import CELLS, VARIANTS, Api, Ended, run, without_engine  # noqa: F401  a fixture
from tests.tasks.reviewing.rounds import Rounds

pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
pytestmark = pytest.mark.usefixtures("without_engine")
ROOT = Authority()
OG = VARIANTS[0]
KEYS = [OG.key(cell.cell_id) for cell in CELLS]
STORY = Variant(name="story", width=5, height=9)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> VariantSigner:
    """Signs variants of any size."""
    found = open_signer(ROOT.issued.written(tmp_path_factory.mktemp("keys")) | {"C2PA_OVER_PX": "0"})
    assert found is not None
    return found


@pytest.fixture
def store(tmp_path) -> CampaignStore:
    """An empty folder."""
    return CampaignStore.open(str(tmp_path), "lamps")


def ran(store: CampaignStore, api: Api, signer: VariantSigner | None, **given) -> Ended:
    """A run of the campaign, in which every image was billed once at most."""
    ended = asyncio.run(run(store, api, signer=signer, **given))
    assert set(api.billed.values()) <= {1}
    return ended


def files(store: CampaignStore) -> dict[str, bytes]:
    """Every variant that is stored, by its key."""
    return {f"variants/{name}": store.read(f"variants/{name}") for name in store.names("variants")}


def is_trusted(data: bytes) -> bool:
    """Whether a PNG is signed, and by whom."""
    return ROOT.read(data, "image/png")["validation_state"] == "Trusted"


def test_a_run_signs_and_the_next_one_leaves_it(store, signer):
    """What is stored is signed, the ledger knows by whom, and a finished campaign stays byte for byte."""
    api = Api()
    first = ran(store, api, signer)
    assert first.statuses == ["done", "done"]
    assert [one.signed for one in first.outcomes.values()] == [{"og": signer.chain.fingerprint}] * 2
    before = files(store)
    assert sorted(before) == sorted(KEYS)
    assert all(is_trusted(data) for data in before.values())
    assert ran(store, api, signer).statuses == ["done", "done"]
    assert ran(store, api, None).statuses == ["done", "done"]
    assert files(store) == before


def test_a_campaign_that_is_done_is_signed_by_the_next_run(store, signer):
    """For nothing, once somebody has switched it on."""
    api = Api()
    ran(store, api, None)
    assert b"caBX" not in files(store)[KEYS[0]]
    ended = ran(store, api, signer)
    assert ended.spent_usd == 0
    assert all(is_trusted(data) for data in files(store).values())


def test_a_new_variant_signs_no_other_anew(store, signer):
    """Signatures differ each time they are made: whoever has published a file would have to do so again."""
    api = Api()
    ran(store, api, signer)
    before = files(store)
    ended = ran(store, api, signer, variants=(*VARIANTS, STORY))
    now = files(store)
    assert {key: now[key] for key in before} == before
    assert len(now) == 4
    for outcome in ended.outcomes.values():
        assert outcome.signed.keys() == outcome.marked.keys() == {"og", "story"}
        assert outcome.variants.keys() == {"og", "story"}


def test_what_has_changed_is_signed_anew_and_nothing_else(store, signer):
    """A crop that a row moves; one that is not moved stays as it is."""
    api, square = Api(), Variant(name="square", width=6, height=6, format="png")
    ran(store, api, signer, variants=(OG, square))
    before = files(store)
    moved = [cell.model_copy(update={"focus": "left"}) for cell in CELLS]
    ended = ran(store, api, signer, variants=(OG, square), cells=moved)
    now = files(store)
    assert {key: now[key] for key in KEYS} == {key: before[key] for key in KEYS}
    for cell in moved:
        assert now[square.key(cell.cell_id)] != before[square.key(cell.cell_id)]
        assert is_trusted(now[square.key(cell.cell_id)])
        assert ended.outcomes[cell.cell_id].crops["square"].focus == "left"


def test_a_key_that_is_away_stops_the_campaign_and_loses_nothing(store, monkeypatch):
    """Originals are kept, nothing is stored unsigned, and the next run signs them without paying."""
    is_away = []

    def sign(data: bytes) -> bytes:
        if is_away:
            raise ConnectionError("no route to the KMS")
        return ROOT.issued.key.sign(data, ec.ECDSA(hashes.SHA256()))

    monkeypatch.setattr("tests.certificates.sign", sign, raising=False)
    pem = ROOT.issued.pem.decode()
    kms = {"C2PA_CERTIFICATE": pem, "C2PA_SIGN_WITH": "tests.certificates:sign", "C2PA_OVER_PX": "0"}
    api, remote = Api(), open_signer(kms)
    is_away.append(True)
    stopped = ran(store, api, remote)
    assert isinstance(stopped.stopped_by, SignerAway)
    assert "no route to the KMS" in str(stopped.stopped_by)
    assert store.names("originals")
    assert files(store) == {}
    paid = sum(api.billed.values())
    is_away.clear()
    ended = ran(store, api, remote)
    assert ended.statuses == ["done", "done"]
    assert sum(api.billed.values()) == len(CELLS)
    assert paid >= 1
    assert all(is_trusted(data) for data in files(store).values())


def test_a_run_that_is_killed_while_it_signs_nothing_leaves_nothing_listed_as_signed(store, signer, monkeypatch):
    """What it has overwritten may lie there without a signature; the next run signs it again."""
    api, square = Api(), Variant(name="square", width=6, height=6, format="png")
    ran(store, api, signer, variants=(square,))
    moved = [cell.model_copy(update={"focus": "left"}) for cell in CELLS]
    with monkeypatch.context() as killed:
        killed.setattr(Ledger, "note_end", refuse)
        killed.setattr(publish_campaign, "fn", refuse)
        ran(store, api, None, variants=(square,), cells=moved)
    assert b"caBX" not in files(store)[square.key(CELLS[0].cell_id)]
    ended = ran(store, api, signer, variants=(square,))
    assert ended.statuses == ["done", "done"]
    assert all(is_trusted(data) for data in files(store).values())


def refuse(*_: object, **__: object) -> None:
    """As where the process is gone before an end is noted."""
    raise StorageFailed("gone")


def test_a_review_signs_the_crops_that_it_moves(tmp_path, monkeypatch):
    """And no other; what does not sign is told before any decision is recorded."""
    rounds, square = Rounds(tmp_path), Variant(name="square", width=6, height=6, format="png")
    env = ROOT.issued.written(tmp_path) | {"C2PA_OVER_PX": "0"}
    rounds.made(variants=(OG, square), signer=open_signer(env))
    before, lamp = files(rounds.store), rounds.ids[0]
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with monkeypatch.context() as broken:
        broken.setenv("C2PA_PRIVATE_KEY", "nowhere.key")
        with pytest.raises(InputInvalid, match="C2PA_PRIVATE_KEY: what it names"):
            rounds.reviewed(f'{lamp},,,,,"0,0.5"')
    assert not rounds.store.names("ledger/reviews")
    assert rounds.reviewed(f'{lamp},,,,,"0,0.5"').cut == 1
    now = files(rounds.store)
    assert {key for key in before if now[key] != before[key]} == {square.key(lamp)}
    assert is_trusted(now[square.key(lamp)])
