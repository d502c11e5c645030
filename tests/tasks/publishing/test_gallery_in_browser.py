"""The contact sheet works where it is read: in a browser, from a folder, without a network."""

import re
from pathlib import Path

from PIL import Image

from tasks.publishing.write_gallery import gallery_html, gallery_pages
from tests.factories import STARTED_AT, a_cell, a_request, an_original, an_outcome
from tests.tasks.browser import needs_browser, run

COLORS = {"originals/plain.png": (255, 0, 128), "originals/50% #1 ä?.png": (0, 200, 255)}

pytestmark = needs_browser


def make_campaign(folder: Path) -> Path:
    """A campaign of two images, each of one colour; one has a name that must be encoded in a link."""
    cells, outcomes = [], {}
    for number, (key, color) in enumerate(COLORS.items(), start=1):
        cell = a_cell(a_request("</style><script>document.title='broken'</script>"), copy_number=number)
        (folder / key).parent.mkdir(exist_ok=True)
        Image.new("RGB", (640, 640), color).save(folder / key)
        cells.append(cell)
        outcomes[cell.cell_id] = an_outcome(cell, original=an_original(cell, key=key), variants={})
    page = folder / "index.html"
    page.write_text(gallery_html(next(gallery_pages("Tea", cells, outcomes, (), STARTED_AT))), encoding="utf-8")
    return page


def look_at(page: Path, folder: Path) -> tuple[Image.Image, str, str]:
    """What a browser shows of the page, what it made of the HTML, and what it complains of."""
    options = "--hide-scrollbars --window-size=1200,1200 --enable-logging=stderr --virtual-time-budget=2000"
    ran = run(page, folder, *options.split(), f"--screenshot={folder / 'shot.png'}")
    complaints = "\n".join(line for line in ran.stderr.splitlines() if "CONSOLE" in line)
    return Image.open(folder / "shot.png").convert("RGB"), ran.stdout, complaints


def test_the_page_works_from_disk(tmp_path: Path):
    """Pictures load, the style and the script are allowed by the page's own policy, and nothing is complained of."""
    (tmp_path / "campaign").mkdir()
    picture, dom, complaints = look_at(make_campaign(tmp_path / "campaign"), tmp_path)
    assert complaints == ""
    assert "<title>Tea" in dom
    assert re.search(r'<form class="filters" role="search">', dom), "the script did not run"
    counted = picture.getcolors(maxcolors=picture.width * picture.height) or []
    seen = {color: count for count, color in counted}
    assert {color: seen.get(color, 0) > 10_000 for color in COLORS.values()} == dict.fromkeys(COLORS.values(), True)
