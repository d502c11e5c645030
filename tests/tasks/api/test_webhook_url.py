"""An address for webhooks is one that the API can call, or a sentence before anything is asked for."""

import traceback

import pytest

from tasks.api.settings import Settings
from tasks.api.webhook_url import webhook_url_in
from tasks.errors import InputInvalid

HOOK = "https://hooks.example.com/webhooks/ideogram"


def url_in(url: str, *, is_api_here: bool = False) -> str | None:
    """What the variable comes to."""
    return webhook_url_in({"IDEOGRAM_WEBHOOK_URL": url}, is_api_here=is_api_here)


@pytest.mark.parametrize("blank", ["", "  "])
def test_webhooks_are_asked_for_only_where_an_address_is_set(blank):
    """An empty variable is a variable that is not set."""
    assert url_in(blank) is None
    assert webhook_url_in({}) is None


@pytest.mark.parametrize(
    "url",
    [
        HOOK,
        f" {HOOK}/ ",
        "HTTPS://Hooks.Example.COM:8443/a/b?token=x%20y",
        "https://8.8.8.8/@us/hook",
        "https://[2606:4700::1111]/hook",
        "https://xn--bcher-kva.de./hook",
        "https://hooks.example.com/" + "x" * (2048 - 26),
    ],
)
def test_a_public_address_is_taken_as_it_is(url):
    """Without the space around it."""
    assert url_in(url) == url.strip()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://hooks.example.com/" + "x" * (2049 - 26), "has 2,049 characters; the API takes 2,048"),
        ("http://hooks.example.com/hook", "not encrypted"),
        ("hooks.example.com/hook", "is not an address such as https://"),
        ("ftp://hooks.example.com/hook", "is not an address"),
        ("https:///hook", "is not an address"),
        ("https://user:canary@hooks.example.com/hook", "is not an address"),
        ("https://:canary@hooks.example.com/hook", "is not an address"),
        ("https://hooks.example.com/hook#part", "is not an address"),
        ("https://hooks.example.com/a b", "is not an address"),
        ("https://hooks.example.com/ä", "is not an address"),
        ("https://hooks.example.com:0/hook", "is not an address"),
        ("https://hooks.example.com:99999/hook", "is not an address"),
        ("https://[::1/hook", "is not an address"),
        ("https://hooks.example.com", "names no path; the receiver takes webhooks at /webhooks/ideogram"),
        ("https://hooks.example.com/", "names no path"),
        ("https://hooks.example.com?token=canary", "names no path"),
    ],
)
def test_what_the_api_would_refuse_is_refused_before(url, said):
    """And not repeated: an address may hold a token."""
    with pytest.raises(InputInvalid, match=r"^IDEOGRAM_WEBHOOK_URL: ") as invalid:
        url_in(url)
    assert said in str(invalid.value)
    assert "canary" not in "".join(traceback.format_exception(invalid.value))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "app.localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0.0.0.0",
        "10.0.0.5",
        "192.168.1.4",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fd00::1]",
        "receiver",
        "printer.local",
        "receiver.internal",
        "nas.lan",
    ],
)
def test_a_host_that_nobody_outside_reaches_is_named(host):
    """However it is written; the API would refuse every request for it."""
    with pytest.raises(InputInvalid, match="which the API cannot reach"):
        url_in(f"https://{host}/webhooks/ideogram")


@pytest.mark.parametrize("host", ["127.0.0.1:8070", "localhost", "[::1]:8070"])
def test_a_stand_in_on_this_machine_may_call_back_to_it(host):
    """Without encryption; another private host it does not reach either."""
    assert url_in(f"http://{host}/webhooks/ideogram", is_api_here=True) == f"http://{host}/webhooks/ideogram"
    with pytest.raises(InputInvalid):
        url_in(f"http://{host}/webhooks/ideogram")
    with pytest.raises(InputInvalid):
        url_in("https://10.0.0.5/webhooks/ideogram", is_api_here=True)


def test_the_settings_of_a_run_hold_it():
    """The API that they name decides whether this machine may be called."""
    key = {"IDEOGRAM_API_KEY": "canary-key-0123456789"}
    assert Settings.from_env(key).webhook_url is None
    assert Settings.from_env(key | {"IDEOGRAM_WEBHOOK_URL": HOOK}).webhook_url == HOOK
    here = {"IDEOGRAM_WEBHOOK_URL": "http://127.0.0.1:8070/webhooks/ideogram"}
    stand_in = {"IDEOGRAM_BASE_URL": "http://localhost:8090"}
    assert Settings.from_env(key | here | stand_in).webhook_url == here["IDEOGRAM_WEBHOOK_URL"]
    with pytest.raises(InputInvalid, match=r"^IDEOGRAM_WEBHOOK_URL: is not encrypted"):
        Settings.from_env(key | here)
