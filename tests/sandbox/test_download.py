"""Links are signed, expire, and answer what their marker says."""

import asyncio
import io
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests.sandbox.examples import body, client


async def link(sandbox: httpx.AsyncClient, marker: str = "", **fields: object) -> str:
    """The link of a picture asked for with a marked prompt."""
    prompt = f"Lamp [sandbox:{marker}]" if marker else "Lamp"
    answer = await sandbox.post("/generate", json=body(prompt, **fields))
    url: str = answer.json()["data"][0]["url"]
    return url


def fetched(marker: str = "", **options: Any) -> httpx.Response:
    """The answer to the link of a picture asked for with a marked prompt; no key is sent."""

    async def scenario() -> httpx.Response:
        async with client(**options) as sandbox:
            url = await link(sandbox, marker)
            del sandbox.headers["Api-Key"]
            return await sandbox.get(url)

    return asyncio.run(scenario())


@pytest.mark.parametrize(("marker", "file_format"), [("", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_link_answers_the_picture(marker: str, file_format: str) -> None:
    """The bytes are a whole picture of the size asked for; content type and bytes agree, the suffix does not matter."""
    response = fetched(marker)
    image = Image.open(io.BytesIO(response.content))
    image.load()
    assert (image.format, image.size) == (file_format, (1024, 1024))
    assert response.headers["content-type"] == f"image/{file_format.lower()}"


def test_expired_and_forbidden_links_answer_403() -> None:
    """As a signed URL of the real API does."""
    assert fetched("expired").status_code == fetched("forbidden").status_code == 403
    assert fetched(link_life_s=0.0).status_code == 403


@pytest.mark.parametrize(
    ("part", "forged"),
    [("sig=", "sig=0"), ("exp=", "exp=9"), ("exp=", "exp=x"), ("exp=", ""), ("sig=", "sig=%C3%BC"), (".png", "x.png")],
)
def test_a_forged_link_answers_403(part: str, forged: str) -> None:
    """No change to a link is accepted, and none makes the server fail."""

    async def scenario() -> int:
        async with client() as sandbox:
            url = (await link(sandbox)).replace(part, forged, 1)
            return (await sandbox.get(url)).status_code

    assert asyncio.run(scenario()) == 403


def test_a_truncated_picture_announces_its_own_length() -> None:
    """Only decoding it shows that half is missing."""
    response = fetched("truncated")
    assert response.headers["content-length"] == str(len(response.content))
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(response.content)).load()


def test_a_giant_picture_is_a_whole_png_in_few_bytes() -> None:
    """Of more pixels than anybody decodes by accident."""
    content = fetched("giant").content
    image = Image.open(io.BytesIO(content))
    image.verify()
    assert (image.format, image.size, len(content) < 20_000) == ("PNG", (9000, 8000), True)


def test_the_other_marked_links() -> None:
    """A page under an image type, a redirect to a foreign host, a link to one."""
    page, redirect = fetched("text"), fetched("redirect")
    assert (page.headers["content-type"], page.text[:9]) == ("image/png", "<!doctype")
    assert (redirect.status_code, redirect.headers["location"]) == (302, "http://203.0.113.7/")

    async def scenario() -> str:
        async with client() as sandbox:
            return await link(sandbox, "elsewhere")

    assert urlsplit(asyncio.run(scenario())).hostname == "images.example.net"
