"""The environment becomes settings, or a sentence that names the variable and repeats no secret."""

import traceback
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.api.hosts import is_host
from tasks.api.settings import PUBLIC_API, PUBLIC_IMAGE_HOSTS, SANDBOX_KEY, Settings, load_settings
from tasks.errors import InputInvalid

KEY = "canary-key-0123456789"


def fault_of(**env: str) -> str:
    """What is said about this environment, with everything that led there."""
    with pytest.raises(InputInvalid) as invalid:
        Settings.from_env({"IDEOGRAM_API_KEY": KEY} | env)
    assert KEY not in "".join(traceback.format_exception(invalid.value))
    return str(invalid.value)


def test_a_key_is_enough():
    """Everything else has a default: the public API, and the hosts of its images."""
    settings = Settings.from_env({"IDEOGRAM_API_KEY": f" {KEY}\n", "PATH": "/bin"})
    assert settings.api_key.get_secret_value() == KEY
    assert settings.base_url == PUBLIC_API
    assert settings.image_hosts >= PUBLIC_IMAGE_HOSTS


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_address_means_the_public_api(blank):
    """An empty variable is a variable that is not set."""
    env = {"IDEOGRAM_API_KEY": KEY, "IDEOGRAM_BASE_URL": blank, "IDEOGRAM_IMAGE_HOSTS": blank}
    assert Settings.from_env(env) == Settings.from_env({"IDEOGRAM_API_KEY": KEY})


@pytest.mark.parametrize("key", ["", "  ", "\n"])
def test_a_missing_key_is_named_with_what_to_do(key):
    """The sentence names the variable, and the way to try without a key."""
    said = fault_of(IDEOGRAM_API_KEY=key)
    assert said.startswith("IDEOGRAM_API_KEY: is not set")
    assert "Secret block ideogram-api-key" in said
    assert "--sandbox" in said


def test_a_stored_key_is_used_where_the_variable_is_not_set():
    """The environment comes first, also where a stored key could not be used."""
    assert Settings.from_env({}, f"{KEY}\n").api_key.get_secret_value() == KEY
    assert Settings.from_env({"IDEOGRAM_API_KEY": " "}, "123").api_key.get_secret_value() == "123"
    assert Settings.from_env({"IDEOGRAM_API_KEY": KEY}, "{'a': 1}").api_key.get_secret_value() == KEY


def test_a_stored_key_that_is_none_is_named_by_its_block():
    """It is not repeated either."""
    with pytest.raises(InputInvalid, match=r"^Secret block ideogram-api-key: .* copy it again") as invalid:
        Settings.from_env({}, f'"{KEY}"')
    assert KEY not in "".join(traceback.format_exception(invalid.value))


@pytest.mark.parametrize(
    "key", [f"{KEY} {KEY}", f"{KEY}\u00a0x", f"“{KEY}”", f'"{KEY}"', f"'{KEY}'", f"{KEY}\nx", f"{KEY}\x7f"]
)
def test_a_key_that_was_copied_badly_is_not_repeated(key):
    """Quotes, line ends and letters that no header may hold."""
    assert "copy it again" in fault_of(IDEOGRAM_API_KEY=key)


@pytest.mark.parametrize(
    ("url", "base_url", "host"),
    [
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090", "127.0.0.1"),
        ("http://localhost:8090/", "http://localhost:8090", "localhost"),
        ("https://gateway.example.com/ideogram/v1/", "https://gateway.example.com/ideogram/v1", "gateway.example.com"),
        ("HTTPS://Gateway.Example.COM", "HTTPS://Gateway.Example.COM", "gateway.example.com"),
        ("http://[::1]:8090", "http://[::1]:8090", "::1"),
        (f"{PUBLIC_API}/", PUBLIC_API, "api.ideogram.ai"),
    ],
)
def test_another_api_may_keep_its_images_on_its_own_host(url, base_url, host):
    """The address is kept as written, less a slash at its end."""
    settings = Settings.from_env({"IDEOGRAM_API_KEY": KEY, "IDEOGRAM_BASE_URL": url})
    assert settings.base_url == base_url
    assert settings.image_hosts == PUBLIC_IMAGE_HOSTS | {host}


@pytest.mark.parametrize(
    "url",
    [
        "api.ideogram.ai",
        "ftp://api.ideogram.ai",
        "https://",
        "https:///generate",
        "https://api.ideogram.ai?x=1",
        "https://api.ideogram.ai#x",
        "https://user:pass-canary@api.ideogram.ai",
        "https://:pass-canary@api.ideogram.ai",
        "https://user@api.ideogram.ai",
        "https://api ideogram.ai",
        "https://api..ideogram.ai",
        "https://api.ideogram.ai:99999",
        "https://api.ideogram.ai:0",
        "https://api.ideogram.ai:x",
        "https://[::1",
        "https://api.ideogram.ai/a b",
        KEY,
        f"https://{KEY}@api.ideogram.ai",
    ],
)
def test_an_address_that_is_none_is_named_and_not_repeated(url):
    """It may hold a password, or be the key in the wrong place."""
    said = fault_of(IDEOGRAM_BASE_URL=url)
    assert said.startswith("IDEOGRAM_BASE_URL: ")
    assert "https://api.ideogram.ai" in said
    assert "pass-canary" not in said


@pytest.mark.parametrize("host", ["api.ideogram.ai", "10.0.0.7", "sandbox", "localhost.example.com", "api.localhost"])
def test_a_key_is_never_sent_unencrypted(host):
    """To this machine it may be, which is reached without a network and without a proxy."""
    said = fault_of(IDEOGRAM_BASE_URL=f"HTTP://{host}:8090/v1")
    assert said == f"IDEOGRAM_BASE_URL: would send the key to {host} unencrypted; use https"


def test_hosts_are_listed_with_commas_and_compared_in_one_spelling():
    """Case, spaces, a dot at the end, brackets and letters of other alphabets make no difference."""
    env = {"IDEOGRAM_API_KEY": KEY, "IDEOGRAM_IMAGE_HOSTS": " CDN.Example.com., ,bücher.de,[::1],10.0.0.7 "}
    own = {"api.ideogram.ai", "cdn.example.com", "xn--bcher-kva.de", "::1", "10.0.0.7"}
    assert Settings.from_env(env).image_hosts == PUBLIC_IMAGE_HOSTS | own


@pytest.mark.parametrize(
    "host", ["https://cdn.example.com", "cdn.example.com/x", "*.example.com", "cdn:443", "a..b", "-", "a b", "☃" * 70]
)
def test_a_host_that_is_none_is_shown(host):
    """Otherwise it would never match, and nobody would know why."""
    said = fault_of(IDEOGRAM_IMAGE_HOSTS=f"ok.example.com,{host}")
    assert said.startswith("IDEOGRAM_IMAGE_HOSTS: ")
    assert "subdomains are included" in said
    assert host[:40] in said


def test_the_key_shows_in_no_text_of_the_settings():
    """Neither printed nor written as JSON."""
    settings = Settings.from_env({"IDEOGRAM_API_KEY": KEY})
    assert KEY not in f"{settings} {settings!r} {settings.model_dump_json()} {settings.model_dump()}"


def test_this_process_reads_its_own_environment(monkeypatch):
    """`load_settings` is `from_env` of what is set at that moment."""
    monkeypatch.setenv("IDEOGRAM_API_KEY", KEY)
    monkeypatch.setenv("IDEOGRAM_BASE_URL", "http://localhost:1")
    monkeypatch.delenv("IDEOGRAM_IMAGE_HOSTS", raising=False)
    assert load_settings() == Settings.for_api("http://localhost:1", KEY)


@given(st.dictionaries(st.sampled_from(["IDEOGRAM_BASE_URL", "IDEOGRAM_IMAGE_HOSTS", "IDEOGRAM_API_KEY"]), st.text()))
def test_any_environment_gives_settings_or_a_named_fault(env):
    """And what it gives, httpx can use."""
    with suppress(InputInvalid):
        settings = Settings.from_env(env)
        assert httpx.URL(settings.base_url).host in settings.image_hosts
        assert all(is_host(host) for host in settings.image_hosts)


@pytest.mark.parametrize(
    ("url", "key", "made_by"),
    [
        ("https://api.ideogram.ai", KEY, "api.ideogram.ai"),
        ("https://API.example.com/v1?", KEY, None),
        ("https://API.example.com/v1", KEY, "api.example.com"),
        ("http://127.0.0.1:8787", KEY, "127.0.0.1:8787"),
        ("http://127.0.0.1:8787", SANDBOX_KEY, "sandbox"),
    ],
)
def test_what_makes_the_images_is_told_without_anything_secret(url, key, made_by):
    """The host alone, or that it is the stand-in."""
    if made_by is None:
        assert fault_of(IDEOGRAM_BASE_URL=url)
    else:
        assert Settings.for_api(url, key).made_by == made_by
