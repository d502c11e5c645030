"""The contact sheet works where it is read: in a browser, from a folder, without a network."""

import re
from pathlib import Path

from PIL import Image

from tasks.images.preview import preview, preview_key
from tasks.publishing.write_gallery import gallery_html, gallery_pages
from tasks.records.variant import DEFAULT_VARIANTS
from tests.factories import STARTED_AT, a_cell, a_request, an_original, an_outcome
from tests.tasks.browser import driven, needs_browser, needs_driver, run

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
    options += " --disable-checker-imaging --run-all-compositor-stages-before-draw"  # no picture comes after its page
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


def a_sheet(folder: Path) -> Path:
    """A page of two products in two formats, of which one has two copies, with their previews."""
    cells = [
        a_cell(a_request(seed=seed), row=row, product=product, format=name)
        for row, product in ((2, "Tea"), (3, "Jam"))
        for name, seeds in (("hero", (1, 2)), ("story", (3,)))
        for seed in seeds
    ]
    outcomes = {}
    for cell in cells:
        size = (1344, 768) if cell.format == "hero" else (768, 1344)
        outcomes[cell.cell_id] = an_outcome(cell, original=an_original(cell, width_px=size[0], height_px=size[1]))
        path = folder / preview_key(cell.cell_id)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(preview(Image.new("RGB", size, "teal")))
    previews = {preview_key(cell_id) for cell_id in outcomes}
    page = next(gallery_pages("Tea", cells, outcomes, DEFAULT_VARIANTS, STARTED_AT, previews=previews))
    path = folder / "index.html"
    path.write_text(gallery_html(page), encoding="utf-8")
    return path


FILTERED = """
const choose = (format) => {
  const select = document.querySelector("[name=format]");
  select.value = format;
  select.dispatchEvent(new Event("input", {bubbles: true}));
  const cards = [...document.querySelectorAll("#images .item")].filter((card) => card.checkVisibility());
  const of = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).length;
  const isWhole = (image) => {
    const wanted = image.getAttribute("width") / image.getAttribute("height");
    return image.naturalWidth === 0 || Math.abs(image.clientWidth / image.clientHeight / wanted - 1) < .1;
  };
  return {
    cards: cards.length, headings: of("#images h3"), sets: of(".set"),
    shape: document.querySelector("#images").dataset.shape,
    lines: new Set(cards.map((card) => Math.round(card.getBoundingClientRect().top))).size,
    wide: document.documentElement.scrollWidth,
    whole: cards.every((card) => isWhole(card.querySelector("img"))),
  };
};
return ["", "story", "hero", ""].map(choose);
"""


@needs_driver
def test_one_format_is_one_grid_and_a_phone_is_wide_enough(tmp_path: Path):
    """Products are headings until a format is chosen; copies stay together; nothing is wider than the screen."""
    page = a_sheet(tmp_path)
    with driven(tmp_path) as browser:
        found = {}
        for width in (1280, 390):
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(page.as_uri())
            found[width] = browser.execute_script(FILTERED)
            assert browser.get_log("browser") == []
    for width, (every, story, hero, again) in found.items():
        assert again == every, width
        assert [(one["cards"], one["headings"], one["sets"]) for one in (every, story, hero)] == [
            (6, 2, 2), (2, 0, 0), (4, 0, 2),
        ]  # fmt: skip
        assert [one["shape"] for one in (every, story, hero)] == ["square", "tall", "wide"]
        assert max(one["wide"] for one in (every, story, hero)) <= width
        assert (story["lines"], hero["lines"]) == (1, 2), "products side by side, and copies, a set a line"
        assert all(one["whole"] for one in (every, story, hero)), "nothing is stretched"
