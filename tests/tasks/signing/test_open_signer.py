"""What signs is tried before anything is paid: each setting that cannot be is told by its name, and what to do."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import PrivateFormat

from tasks.errors import InputInvalid
from tasks.signing.certificate import Chain
from tasks.signing.settings import Credentials, read_credentials, signed_over_px
from tasks.signing.variant_signer import VariantSigner, open_signer
from tests.certificates import Authority

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
ROOT = Authority()
SIGNS = "C2PA_SIGN_WITH"


def refused(env: dict[str, str]) -> str:
    """What a person is told of these settings."""
    with pytest.raises(InputInvalid) as invalid:
        open_signer(env)
    return str(invalid.value)


def by_function(monkeypatch: pytest.MonkeyPatch, tmp_path, body: str, **given) -> dict[str, str]:
    """Settings with a function of the user's own."""
    (tmp_path / "kms_of_ours.py").write_text(f"KEY = None\n{body}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "kms_of_ours", raising=False)
    module = __import__("kms_of_ours")
    for name, value in given.items():
        setattr(module, name, value)
    env = ROOT.issued.written(tmp_path)
    return {"C2PA_CERTIFICATE": env["C2PA_CERTIFICATE"], SIGNS: "kms_of_ours:sign"}


def test_nothing_signs_where_nothing_is_set():
    """Also where a variable is there and empty."""
    assert open_signer({}) is None
    assert open_signer({"C2PA_CERTIFICATE": " ", "C2PA_PRIVATE_KEY": "", "C2PA_TSA_URL": ""}) is None
    assert signed_over_px({}) is None


def test_a_certificate_with_its_key_signs(tmp_path):
    """Whoever vouches for it may stand behind it; an empty address of a time stamp is none."""
    signer = open_signer(ROOT.issued.written(tmp_path) | {"C2PA_TSA_URL": " "})
    assert signer is not None
    assert (signer.over_px, signer.is_remote, signer.chain.owner) == (512, False, "Oak & Linen, Signer")
    assert signer.notes() == [
        "variants of more than 512 pixels are signed with Content Credentials, by Oak & Linen, Signer"
    ]
    middle = Authority("Between")
    middle.certificate = ROOT.issue(key=middle.key, is_authority=True).certificate
    middle.name = middle.certificate.subject
    chained = middle.issue().written(tmp_path, ROOT.issue(key=middle.key, is_authority=True))
    assert open_signer(chained | {"C2PA_OVER_PX": "0"}).over_px == 0


def test_the_settings_may_hold_what_they_name():
    """As a secret that a Prefect server keeps is given; its line ends may have been written out."""
    pem, key = ROOT.issued.pem.decode(), ROOT.issued.key_pem(kind=PrivateFormat.TraditionalOpenSSL).decode()
    assert open_signer({"C2PA_CERTIFICATE": pem, "C2PA_PRIVATE_KEY": key})
    assert open_signer({"C2PA_CERTIFICATE": pem.replace("\n", "\\n"), "C2PA_PRIVATE_KEY": key.replace("\n", "\\n")})


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-384", "P-521", "RSA", "Ed25519"],
)
def test_every_kind_of_key_that_c2pa_takes_signs(key, tmp_path):
    """Its kind is the certificate's, and nobody has to name it."""
    assert open_signer(ROOT.issue(key=key).written(tmp_path))


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({"C2PA_CERTIFICATE"}, "C2PA_PRIVATE_KEY: is missing, and C2PA_CERTIFICATE is set"),
        ({"C2PA_PRIVATE_KEY"}, "C2PA_CERTIFICATE: is missing, and C2PA_PRIVATE_KEY is set"),
        ({"C2PA_TSA_URL"}, "C2PA_CERTIFICATE: is missing, and C2PA_TSA_URL is set"),
        ({SIGNS}, "C2PA_CERTIFICATE: is missing, and C2PA_SIGN_WITH is set"),
        ({"C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY", SIGNS}, "C2PA_SIGN_WITH: is set beside C2PA_PRIVATE_KEY"),
    ],
)
def test_half_of_it_is_a_fault(left, told, tmp_path):
    """And so is too much."""
    env = ROOT.issued.written(tmp_path) | {"C2PA_TSA_URL": "http://tsa.example.com", SIGNS: "json:dumps"}
    assert refused({name: value for name, value in env.items() if name in left}).startswith(told)


@pytest.mark.parametrize(
    ("change", "source", "told"),
    [
        ({"C2PA_CERTIFICATE": "nowhere.pem"}, "C2PA_CERTIFICATE: 'nowhere.pem'", "cannot be read: No such file"),
        ({"C2PA_PRIVATE_KEY": "."}, "C2PA_PRIVATE_KEY: '.'", "cannot be read: Is a directory"),
        ({"C2PA_CERTIFICATE": __file__}, "C2PA_CERTIFICATE", "holds no certificate in PEM"),
        ({"C2PA_PRIVATE_KEY": __file__}, "C2PA_PRIVATE_KEY", "holds no private key in PEM"),
        ({"C2PA_TSA_URL": "tsa.example.com"}, "C2PA_TSA_URL: 'tsa.example.com'", "is no web address"),
        ({"C2PA_OVER_PX": "many"}, "C2PA_OVER_PX: 'many'", "is no number of pixels"),
        ({"C2PA_OVER_PX": "-1"}, "C2PA_OVER_PX: '-1'", "is no number of pixels"),
    ],
)
def test_what_cannot_be_read_is_told(change, source, told, tmp_path):
    """By the variable, and its file."""
    said = refused(ROOT.issued.written(tmp_path) | change)
    assert said.startswith(source)
    assert told in said


@pytest.mark.parametrize("kind", ["its body alone", "on one line", "a path that is none"])
def test_what_may_be_the_key_itself_is_not_shown(kind, tmp_path):
    """Somebody pastes it where its path belongs, or without its first line."""
    body = "".join(ROOT.issued.key_pem().decode().splitlines()[1:-1])
    value = {"its body alone": body, "on one line": f"KEY {body}", "a path that is none": "keys/canary.key"}[kind]
    said = refused(ROOT.issued.written(tmp_path) | {"C2PA_PRIVATE_KEY": value})
    assert said.startswith(
        "C2PA_PRIVATE_KEY: what it names (not shown here, as it may be the key itself) cannot be read"
    )
    assert value[:12] not in said


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    """One mends them in one go; nothing of a key that the variable itself holds is shown."""
    canary = "-----BEGIN PRIVATE KEY-----\ncanary"
    said = refused({"C2PA_CERTIFICATE": str(tmp_path), "C2PA_PRIVATE_KEY": canary, "C2PA_TSA_URL": "x"})
    assert [line.partition(":")[0] for line in said.splitlines()] == ["C2PA_TSA_URL", "C2PA_CERTIFICATE"]
    env = ROOT.issued.written(tmp_path)
    assert "canary" not in refused(env | {"C2PA_PRIVATE_KEY": canary})
    assert refused(env | {"C2PA_PRIVATE_KEY": canary}).startswith("C2PA_PRIVATE_KEY: holds no private key")


@pytest.mark.parametrize(
    ("issued", "told"),
    [
        (ROOT.issue(days=(-30, -1)), "has expired, on"),
        (ROOT.issue(days=(1, 30)), "is good from"),
        (ROOT.issue(purpose=None), "C2PA does not accept it"),
        (ROOT.issue(is_authority=True), "C2PA does not accept it"),
        (ROOT.issue(key=ec.generate_private_key(ec.SECP256K1())), "has a key of a kind that C2PA does not take"),
    ],
    ids=["expired", "not yet", "no purpose", "an authority", "another curve"],
)
def test_a_certificate_that_signs_nothing_is_told(issued, told, tmp_path):
    """And what to do about it."""
    said = refused(issued.written(tmp_path))
    assert said.startswith("C2PA_CERTIFICATE")
    assert told in said


def test_a_certificate_that_ends_while_a_campaign_runs_is_told():
    """As it is told before one: it was good when it was tried."""
    old = ROOT.issue(days=(-30, -1))
    signer = VariantSigner(Credentials(Chain((old.certificate,)), old.key_pem(), None, None, 512))
    with pytest.raises(InputInvalid, match=r"C2PA_CERTIFICATE: has expired, on .* UTC; get a new one"):
        signer.try_out()


def test_a_certificate_that_nobody_has_issued_is_told(tmp_path):
    """C2PA takes none that vouches for itself."""
    alone = Authority("Itself")
    own = alone.issue(key=alone.key)._replace(certificate=alone.certificate)
    assert "self-signed" in refused(own.written(tmp_path))


def test_a_chain_in_another_order_is_told(tmp_path):
    """The root first, or one that has issued nothing in it."""
    other = Authority("Another").issue(is_authority=True)
    assert "is no chain" in refused(ROOT.issued.written(tmp_path, other))
    root = ROOT.issued._replace(certificate=ROOT.certificate)
    env = ROOT.issued.written(tmp_path)
    (tmp_path / "signer.pem").write_bytes(root.pem + ROOT.issued.pem)
    assert "is no chain" in refused(env)


def test_a_key_that_belongs_to_another_certificate_is_told(tmp_path):
    """By name, and what is in the file is not shown."""
    env = ROOT.issued.written(tmp_path)
    (tmp_path / "signer.key").write_bytes(ROOT.issue().key_pem())
    assert "does not belong to the first certificate of C2PA_CERTIFICATE" in refused(env)
    (tmp_path / "signer.key").write_bytes(ROOT.issued.key_pem(b"secret"))
    assert "is locked with a password" in refused(env)


def test_a_certificate_that_ends_soon_is_noted(tmp_path):
    """While there is time to renew it."""
    notes = open_signer(ROOT.issue(days=(-1, 9)).written(tmp_path)).notes()
    assert "runs after that are refused until it is renewed" in notes[-1]


@pytest.mark.parametrize("is_raw", [True, False], ids=["as C2PA has it", "as a KMS has it"])
def test_a_function_signs_in_the_place_of_a_key(is_raw, tmp_path, monkeypatch):
    """The key stays where it is; its signature is taken in either form."""

    def sign(data: bytes) -> bytes:
        signature = ROOT.issued.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return b"".join(one.to_bytes(32, "big") for one in decode_dss_signature(signature)) if is_raw else signature

    signer = open_signer(by_function(monkeypatch, tmp_path, "", sign=sign))
    assert signer is not None
    assert signer.is_remote


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("def sign(data): raise TimeoutError('the KMS is away')", "has failed: TimeoutError: the KMS is away"),
        ("def sign(data): raise ValueError('bad x')", "has failed: ValueError: bad x"),
        ("def sign(data): raise SystemExit(3)", "has failed: SystemExit: 3"),
        ("def sign(data): raise KeyboardInterrupt", "has failed: KeyboardInterrupt"),
        ("def sign(data): return b'x' * 64", "gives no signature (ES256) by the key of C2PA_CERTIFICATE"),
        ("def sign(data): return b''", "gives no signature (ES256)"),
        ("def sign(data): return 'text'", "gives str, and no bytes"),
        ("def sign(): return b''", "has failed: TypeError"),
        ("async def sign(data): return b''", "is async; name a plain one"),
        ("sign = 3", "is not a function"),
        ("", "cannot be imported: AttributeError"),
    ],
)
def test_a_function_that_does_not_sign_is_told(body, told, tmp_path, monkeypatch):
    """By its setting, with what it raised or gave."""
    said = refused(by_function(monkeypatch, tmp_path, body))
    assert said.startswith(SIGNS)
    assert told in said


def test_a_function_that_signs_by_another_key_is_told(tmp_path, monkeypatch):
    """As where a KMS has a new version of the key, and the certificate is of the old one."""
    other = ROOT.issue().key
    env = by_function(monkeypatch, tmp_path, "", sign=lambda data: other.sign(data, ec.ECDSA(hashes.SHA256())))
    assert "gives no signature (ES256) by the key of C2PA_CERTIFICATE" in refused(env)


def test_an_rsa_function_pads_as_c2pa_wants(tmp_path, monkeypatch):
    """PSS with SHA-256."""
    issued = ROOT.issue(key=rsa.generate_private_key(65537, 2048))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    env = by_function(monkeypatch, tmp_path, "", sign=lambda data: issued.key.sign(data, pss, hashes.SHA256()))
    assert open_signer(env | {"C2PA_CERTIFICATE": issued.pem.decode()})


def test_a_service_of_time_stamps_that_does_not_answer_is_told(tmp_path):
    """Before anything is paid."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    said = refused(ROOT.issued.written(tmp_path) | {"C2PA_TSA_URL": f"http://me:canary@127.0.0.1:{port}/?t=canary"})
    assert said.startswith("C2PA_TSA_URL: gives no time stamp")
    assert "canary" not in said


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: 2\r\n\r\nhi",
    ],
    ids=["500", "a page", "no stamp"],
)
def test_a_service_that_answers_with_no_time_stamp_is_told(answer, tmp_path):
    """It is the service, and not the key."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(answer_once, server, answer)
        said = refused(ROOT.issued.written(tmp_path) | {"C2PA_TSA_URL": f"http://127.0.0.1:{server.getsockname()[1]}/"})
    assert said.startswith("C2PA_TSA_URL: gives no time stamp: ")


def answer_once(server: socket.socket, answer: bytes) -> None:
    """Take one request in full, and answer it."""
    server.settimeout(30)
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as asked:
        length = next(int(line.split(b":")[1]) for line in asked if line.lower().startswith(b"content-length"))
        while asked.readline().strip():
            pass
        asked.read(length)
        connection.sendall(answer)


def test_a_function_that_never_answers_is_told(tmp_path, monkeypatch):
    """It is waited for for a while, and keeps no program from ending."""
    never = threading.Event()
    credentials = read_credentials(by_function(monkeypatch, tmp_path, "", sign=lambda _data: never.wait()))
    with pytest.raises(InputInvalid, match="C2PA_SIGN_WITH: the function has not answered in 0 s"):
        VariantSigner(credentials, within_s=0).try_out()
    assert [one.daemon for one in threading.enumerate() if one.name.endswith("(ask)")] == [True]
    never.set()


@pytest.mark.parametrize("text", ["me:canary@tsa.example.com", "tsa.example.com?key=canary", "http://me:canary@[::1"])
def test_what_may_be_secret_in_a_mistyped_address_is_not_shown(text, tmp_path):
    """Also where it is none, so that nothing says where in it the password lies."""
    said = refused(ROOT.issued.written(tmp_path) | {"C2PA_TSA_URL": text})
    assert said.startswith("C2PA_TSA_URL: ")
    assert "canary" not in said


def test_the_key_is_shown_nowhere(tmp_path):
    """Neither the signer nor what it was made of writes it out."""
    signer = open_signer(ROOT.issued.written(tmp_path))
    secret = ROOT.issued.key_pem().decode().splitlines()[1]
    assert secret not in repr(signer) + repr(vars(signer))


def test_a_missing_library_is_told(tmp_path, monkeypatch):
    """With the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "tasks.signing.library", None)
    assert "what signs is not installed" in refused(ROOT.issued.written(tmp_path))
