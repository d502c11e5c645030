"""A paid image is fetched from hosts that may be asked, and its link leads nowhere else."""

import asyncio
from contextlib import suppress

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.api.download import check_link, download
from tasks.api.ideogram import IdeogramClient
from tasks.api.settings import SANDBOX_KEY, Settings
from tasks.errors import LinkFailed
from tests.tasks.api.downloads import OWN, PUBLIC, fetched, fetched_from, redirecting
from tests.tasks.api.raw_server import http, says


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://ideogram.ai/api/images/ephemeral/x.png?exp=1&sig=2", PUBLIC),
        ("https://IDEOGRAM.AI/x.png", PUBLIC),
        ("https://ideogram.ai./x.png", PUBLIC),
        ("https://ideogram.ai:8443/x.png", PUBLIC),
        ("https://img.cdn.ideogram.ai/x.png", PUBLIC),
        ("https://d2gu96o5zk2m7w.cloudfront.net/x.png", PUBLIC),
        ("https://ideogram.ai/x.png", OWN),
        ("http://localhost:9000/x.png", OWN),
        ("https://localhost/x.png", OWN),
        ("http://a.cdn.example.com/x.png", OWN),
        ("https://bücher.de/x.png", OWN),
        ("http://[::1]:9000/x.png", Settings.for_api("http://[::1]:8000", "key")),
    ],
)
def test_a_link_to_an_allowed_host_may_be_fetched(url, allowed):
    """The hosts of the public API, the API's own, those of the settings, and what lies below them."""
    check_link(httpx.URL(url), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/ideogram.ai/x.png",
        "https://evilideogram.ai/x.png",
        "https://ideogram.ai.evil.com/x.png",
        "https://ideogram.ai@evil.com/x.png",
        "https://ideogram.ai\\@evil.com/x.png",
        "https://ideogram.ai%2eevil.com/x.png",
        "https://evil.com%2f.ideogram.ai/x.png",
        "https://evil.com\\.ideogram.ai/x.png",
        "https://user:secret@ideogram.ai/x.png",
        "https://:secret@ideogram.ai/x.png",
        "https://a..ideogram.ai/x.png",
        "https://.ideogram.ai/x.png",
        f"https://{'a' * 64}.ideogram.ai/x.png",
        "https://\u0456deogram.ai/x.png",
        "https://169.254.169.254/latest/meta-data",
        "https://2852039166/latest/meta-data",
        "https://127.0.0.1/x.png",
        "https://[::ffff:169.254.169.254]/x.png",
        "https://[::1/x.png",
        "https://ideogram.ai:99999999/x.png",
        "https://ideogram.ai:x/x.png",
        "http://ideogram.ai/x.png",
        "ftp://ideogram.ai/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//ideogram.ai/x.png",
        "/x.png",
        "https:///x.png",
        "https:ideogram.ai/x.png",
        "https://ideogram.ai\t.evil.com/x.png",
        "https://ideogram.ai\r\nHost: evil.com/x.png",
        "",
        "  ",
        "https://" + "a." * 60_000 + "ideogram.ai/",
    ],
)
def test_any_other_link_is_not_fetched(url):
    """No request leaves, and the message stays short and holds no password."""
    with pytest.raises(LinkFailed) as failed:
        fetched_from(url, httpx.MockTransport(lambda _: pytest.fail("a request left")))
    assert failed.value.is_billed
    assert "secret" not in str(failed.value)
    assert len(str(failed.value)) < 500


@given(st.text() | st.builds("https://{}/x.png".format, st.text()) | st.from_regex(r"https?://[^ ]*ideogram\.ai.*"))
@example("https://ideogram.ai/" + "x" * 70_000)
@example("https://xn--a.ideogram.ai/")
@example("https://ideogram.ai:0/")
def test_whatever_the_link_only_allowed_hosts_are_asked(url):
    """Any text is fetched from an allowed host by https, or refused by name."""

    def answer(request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode().removesuffix(".")
        assert request.url.scheme == "https"
        assert any(host == allowed or host.endswith(f".{allowed}") for allowed in PUBLIC.image_hosts)
        return httpx.Response(200, content=b"image")

    with suppress(LinkFailed):
        assert fetched_from(url, httpx.MockTransport(answer)) == b"image"


def test_a_refused_host_is_named_with_the_setting_that_allows_it():
    """Whoever points the command at another API learns how to take its images."""
    with pytest.raises(LinkFailed, match=r"'img\.example\.org'; allow it with IDEOGRAM_IMAGE_HOSTS=img\.example\.org"):
        check_link(httpx.URL("https://img.example.org/x.png"), PUBLIC)


# Redirects


@pytest.mark.parametrize(
    "location", ["/y.png?sig=3", "y.png", "https://ideogram.ai/y.png", "https://IDEOGRAM.ai:443/y"]
)
def test_a_redirect_on_the_same_host_is_followed(location):
    """Relative or whole."""
    assert fetched_from("https://ideogram.ai/x.png", redirecting(location)) == b"i"


def test_a_redirect_from_http_to_https_is_followed():
    """It leads to the same host, and to a safer road."""
    assert fetched_from("http://localhost/x.png", redirecting("https://localhost/x.png"), OWN) == b"i"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://ideogram.ai/x.png", "https://evil.com/x.png"),
        ("https://ideogram.ai/x.png", "//evil.com/x.png"),
        ("https://ideogram.ai/x.png", "https://img.ideogram.ai/x.png"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai@evil.com/"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai:6379/x.png"),
        ("https://localhost/x.png", "http://localhost/x.png"),
        ("http://localhost:9000/x.png", "http://localhost:22/x.png"),
        ("https://ideogram.ai/x.png", "http://169.254.169.254/latest"),
        ("https://ideogram.ai/x.png", "file:///etc/passwd"),
        ("https://ideogram.ai/x.png", "https://user:pw@ideogram.ai/x.png"),
        ("https://ideogram.ai/x.png", "https://ideogram.ai:99999999/x.png"),
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(url, location):
    """Not to another host, even an allowed one, another port, or back from https to http."""
    with pytest.raises(LinkFailed, match="link"):
        fetched_from(url, redirecting(location), OWN if "gateway" in url else PUBLIC)


@pytest.mark.parametrize("location", ["https://[::", "http://[::1]x/", "//[x/", "https://xn--a.ideogram.ai/"])
def test_a_redirect_to_something_that_is_no_address_is_a_named_failure(location):
    """However a server garbles it."""
    network = httpx.MockTransport(lambda _: httpx.Response(302, headers={"location": location}))
    with pytest.raises(LinkFailed):
        fetched_from("https://ideogram.ai/x.png", network)


def test_a_link_that_leads_around_in_circles_ends():
    """Two redirects are followed, no more, and it is not tried again."""
    failed, server = fetched(says(http(302, b"", "Location: /x.png")))
    assert "circles" in str(failed)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("key", "link", "asked"),
    [
        (SANDBOX_KEY, "http://127.0.0.1:1111/x.png?sig=a%2Bb", "http://127.0.0.1:2222/x.png?sig=a%2Bb"),
        ("a-real-key", "http://127.0.0.1:1111/x.png", "http://127.0.0.1:1111/x.png"),
        (SANDBOX_KEY, "https://ideogram.ai/x.png", "https://ideogram.ai/x.png"),
    ],
)
def test_a_link_of_an_earlier_trial_leads_to_the_stand_in_of_this_run(key, link, asked):
    """Its port is another, and its books are the same; whatever else a link names is asked as it stands."""
    seen = []

    def serve(request):
        seen.append(str(request.url))
        return httpx.Response(200, content=b"image")

    async def fetch():
        settings = Settings.for_api("http://127.0.0.1:2222", key)
        async with IdeogramClient.open(settings, httpx.MockTransport(serve)) as client:
            return await download(client, link)

    assert (asyncio.run(fetch()), seen) == (b"image", [asked])
