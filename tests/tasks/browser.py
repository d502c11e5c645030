"""A browser to hold against: what it shows of a page, or of images."""

import html
import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
DRIVER = shutil.which("chromedriver") or ""
needs_driver = pytest.mark.skipif(not (BROWSER and DRIVER), reason="no chromedriver; apt-get install chromium-driver")
needs_browser = pytest.mark.skipif(not BROWSER, reason="no Chromium or Chrome on the path; apt-get install chromium")

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --force-color-profile=srgb"
)
DRAW = """<!doctype html><meta charset="utf-8">{images}<pre id="drawn"></pre><script>
onload = () => {{
  const drawn = {{}};
  for (const image of document.images) {{
    if (!image.naturalWidth) continue;
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";
    for (const value of pixels) text += String.fromCharCode(value);
    drawn[image.id] = [canvas.width, canvas.height, btoa(text)];
  }}
  document.getElementById("drawn").textContent = JSON.stringify(drawn);
}};
</script>"""


def run(page: Path, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The browser, once it has loaded the page and written down what came of it."""
    command = [BROWSER, *FLAGS.split(), f"--user-data-dir={folder / 'profile'}", "--dump-dom", *more, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)


def shown(files: Mapping[str, bytes], folder: Path) -> dict[str, Image.Image]:
    """What the browser shows of each file, RGBA in sRGB; nothing of a file that it does not take for an image."""
    sources = {name: f"data:image/png;base64,{b64encode(data).decode()}" for name, data in files.items()}
    images = "".join(f'<img id="{name}" src="{source}">' for name, source in sources.items())
    page = folder / "images.html"
    page.write_text(DRAW.format(images=images))
    found = re.search(r'<pre id="drawn">(.+?)</pre>', run(page, folder).stdout, re.DOTALL)
    assert found, "the script did not run"
    drawn = json.loads(html.unescape(found[1]))
    return {name: Image.frombytes("RGBA", (w, h), b64decode(pixels)) for name, (w, h, pixels) in drawn.items()}


@contextmanager
def driven(folder: Path) -> Iterator[Chrome]:
    """The browser, to be told what to do."""
    options = ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS.split(), f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    browser = Chrome(options=options, service=ChromeService(DRIVER))
    try:
        yield browser
    finally:
        browser.quit()
