"""A proxy of the environment that no client can use is said in a sentence."""

import certifi
import pytest

from tasks.api.proxies import check_way_out, why_unusable
from tasks.errors import InputInvalid


@pytest.mark.parametrize(
    "address", ["http://proxy:3128", "proxy:3128", "https://me:secret@proxy", "socks5://proxy:1080"]
)
def test_a_proxy_that_can_be_used_is_no_fault(address):
    """With or without what it begins with; SOCKS where its package is installed."""
    assert why_unusable(address, has_socks=True) is None


@pytest.mark.parametrize("address", ["socks5://proxy:1080", "socks5h://me:secret@proxy:1080", "SOCKS5://proxy"])
def test_a_socks_proxy_needs_a_package(address):
    """It is named."""
    assert "pip install 'httpx[socks]'" in str(why_unusable(address, has_socks=False))


@pytest.mark.parametrize("address", ["proxy:9:9", "ftp://proxy", "socks4://proxy:1080", "http://"])
def test_what_is_no_proxy_is_told(address):
    """As httpx takes none of them."""
    assert "is no address of a proxy" in str(why_unusable(address, has_socks=True))


def test_each_variable_is_named(monkeypatch: pytest.MonkeyPatch):
    """As people write it; a proxy for other protocols is nobody's concern."""
    for name, value in {"all_proxy": "x:y:z", "HTTPS_PROXY": "ok:1", "ftp_proxy": "x:y:z"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputInvalid) as told:
        check_way_out()
    assert [fault.source for fault in told.value.faults] == ["ALL_PROXY"]


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "PREFECT_API_SSL_CERT_FILE"])
@pytest.mark.parametrize(("content", "told"), [(None, "No such file or directory"), ("no certificate", "")])
def test_certificates_that_cannot_be_read_are_named(monkeypatch, tmp_path, name, content, told):
    """By the variable, and what is wrong with its file."""
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    with pytest.raises(InputInvalid, match=rf"{name}: '.*' holds no certificates that can be read: {told}"):
        check_way_out()


def test_certificates_that_can_be_read_are_no_fault(monkeypatch):
    """As those of a company's own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    check_way_out()
