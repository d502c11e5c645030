"""The contact sheet shows every cell, and no text of a matrix can become part of the page's own HTML."""

import itertools
import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.images.geometry import Size
from tasks.images.preview import preview_key, preview_size
from tasks.publishing.gallery_cards import laid_out, shown_image
from tasks.publishing.page_names import is_page, relative_href
from tasks.publishing.write_gallery import CARDS_SHOWN, CONTENT_POLICY, PROBLEMS_SHOWN, gallery_html, gallery_pages, usd
from tasks.records.cell import Cell
from tasks.records.outcome import STATUSES
from tasks.records.review import Decision, Review
from tasks.records.variant import DEFAULT_VARIANTS
from tests.factories import STARTED_AT, a_cell, a_request, an_original, an_outcome


class Parsed(HTMLParser):
    """The tags of a page with the names of their attributes, its links, and its text."""

    def __init__(self, html: str) -> None:
        """Read the whole page at once."""
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Every start tag counts, and each place that could load or lead somewhere."""
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in {"href", "src", "action", "srcset", "data"}]

    def handle_data(self, data):
        """Text with its references resolved, as a person reads it."""
        self.texts.append(data)


def pages_of(cells, outcomes=(), name="Q1 Launch", previews=frozenset()):
    """The pages of these cells and outcomes."""
    by_id = {outcome.cell_id: outcome for outcome in outcomes}
    return list(gallery_pages(name, cells, by_id, DEFAULT_VARIANTS, STARTED_AT, previews=previews))


def a_page(*args, **options):
    """The one page of these cells and outcomes."""
    (page,) = pages_of(*args, **options)
    return page


def some_cells(count, product="Teapot"):
    """Cells that differ in their copy number."""
    return [a_cell(product=product, copy_number=number) for number in range(1, count + 1)]


def page_around(text: str) -> str:
    """A page that holds `text` in every place where a matrix or the API can put one."""
    cells = [
        a_cell(a_request(text, negative_prompt=text), product=text, format=text, copy_number=n, metadata={text: text})
        for n in range(1, len(STATUSES) + 2)
    ]
    outcomes = [an_outcome(cell, status) for cell, status in zip(cells, STATUSES, strict=False)]
    outcomes[0] = an_outcome(cells[0], original=an_original(cells[0], final_prompt=f"{text}!"))
    outcomes[1] = an_outcome(cells[1], "failed", error=text, request_id=text)
    return gallery_html(a_page(cells, outcomes, name=text))


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=30) | st.text("<>/'\"=&;-! \nabstyle", min_size=1, max_size=30))
@example("</style><script>alert(1)</script>")
@example("\"' onerror='alert(1)' x=\"")
@example("--><img src=x onerror=alert(1)><!--")
@example("{{ 7 * 7 }}{% raw %}&lt;&#60;")
def test_no_text_breaks_out_of_the_page(text):
    """The tags and attributes are those of a page with harmless words, and the text is read as it was typed."""
    page, harmless = Parsed(page_around(text)), Parsed(page_around("tea"))
    assert page.tags == harmless.tags
    assert page.texts.count(text) >= harmless.texts.count("tea")  # more where the page says the same word


def test_texts_of_any_direction_stay_in_their_place():
    """A right-to-left override in a product's name cannot turn around the words beside it."""
    html = page_around("\u202etea")
    for element in re.findall(r"<(\w+)([^>]*)>\u202etea", html):
        assert element[0] in {"bdi", "title", "option"} or 'dir="auto"' in element[1], element


def test_links_are_relative_and_nothing_is_loaded_from_elsewhere():
    """The folder can be moved, mailed, or put into a bucket."""
    cell = a_cell()
    page = Parsed(gallery_html(a_page([cell], [an_outcome(cell)])))
    assert {"manifest.csv", "manifest.parquet", f"originals/{cell.cell_id}.png"} <= set(page.links)
    assert all(not urlsplit(link).scheme and not urlsplit(link).netloc for link in page.links)
    assert not link_tags(page) & {"link", "iframe", "object", "embed", "base"}


def link_tags(page: Parsed) -> set[str]:
    """The names of all elements."""
    return {tag for tag, _ in page.tags}


@given(st.text(min_size=1))
@example("//example.org/x.png")
@example("javascript:alert(1)")
@example("originals/50% #1?.png")
def test_a_key_is_always_a_path_below_the_page(key):
    """No key names a host, a scheme, a query or a place in the page, and it decodes to itself."""
    href = relative_href(key)
    assert urlsplit(href)._replace(path="") == ("", "", "", "", "")
    assert not href.startswith("/")
    assert unquote(href) == key.lstrip("/")


def test_the_policy_allows_the_pages_own_style_and_script_only():
    """The page has one style and one script, both named by their digest, and no style or handler in an attribute."""
    html = page_around("tea")
    assert "unsafe" not in CONTENT_POLICY
    assert (html.count("<style"), html.count("<script")) == (1, 1)
    assert not re.search(r"<[^>]* (on\w+|style)=", html.partition("</style>")[2].partition("<script>")[0])


def test_counts_and_cost_speak_of_every_cell():
    """Each status has a number, zero ones are not shown, and a cost that may not be owed is an upper limit."""
    cells = some_cells(4)
    page = a_page(cells, [an_outcome(cells[0]), an_outcome(cells[1], "unknown"), an_outcome(cells[2], "blocked")])
    assert page.counts == {"done": 1, "failed": 0, "blocked": 1, "unknown": 1, "pending": 1}
    html = gallery_html(page)
    assert "up to $0.16" in html
    assert '"chip failed"' not in html
    assert "1 of 4 images are done; 2 need a look; 1 is still waiting." in " ".join(html.split())


def test_cells_that_need_a_look_come_first_with_reason_and_advice():
    """Whoever opens the page sees what to do before the pictures."""
    cells = some_cells(2)
    html = gallery_html(
        a_page(cells, [an_outcome(cells[0]), an_outcome(cells[1], "blocked", error="No logos, please")])
    )
    assert html.index("No logos, please") < html.index('class="card item"')
    assert "<code>--retry blocked</code>" in html


def test_every_cell_has_one_place():
    """Done and pending cells stand in the grid, all others among those that need a look."""
    cells = some_cells(5)
    page = a_page(cells, [an_outcome(cell, status) for cell, status in zip(cells, STATUSES, strict=True)])
    in_grid = [card.cell_id for group in page.groups for card in group.cards]
    to_look_at = [card.cell_id for problem in page.problems for card in problem.cards]
    assert in_grid == [cells[0].cell_id, cells[4].cell_id]
    assert sorted([*in_grid, *to_look_at]) == sorted(cell.cell_id for cell in cells)


@pytest.mark.parametrize("status", ["failed", "pending"])
def test_a_campaign_without_images_says_so(status):
    """All failed, or none begun: no empty frames, no broken pictures."""
    cells = some_cells(3)
    page = Parsed(gallery_html(a_page(cells, [an_outcome(cell, status) for cell in cells])))
    assert "img" not in link_tags(page)


def test_an_empty_campaign_is_a_page():
    """A matrix without rows gives a page that says that there is nothing yet."""
    assert "has no images yet" in gallery_html(a_page([]))


def test_products_are_headings_when_they_hold_more_than_one_card():
    """A campaign of one image a product is one grid, not a page of headings."""
    pairs = [a_cell(product=product, copy_number=n) for product in ("Tea", "Jam") for n in (1, 2)]
    assert a_page(pairs).is_grouped
    assert [group.product for group in a_page(pairs).groups] == ["Tea", "Jam"]
    assert not a_page(pairs[::2]).is_grouped
    assert not a_page(some_cells(4, product="")).is_grouped


def numbered_cells(count, **fields):
    """Cells with ids that are quick to make."""
    cell = a_cell(**fields)
    return [cell.model_copy(update={"cell_id": f"c{number}", "row": number}) for number in range(count)]


def test_a_large_campaign_has_further_pages():
    """Each cell is on one of them, in matrix order; each leads to the others, and only the first tells of problems."""
    cells = numbered_cells(2 * CARDS_SHOWN + 10)
    pages = pages_of(cells, [an_outcome(cells[5], "failed"), *map(an_outcome, cells[10:20])])
    assert [page.key for page in pages] == ["index.html", "page-2.html", "page-3.html"]
    assert [page.size for page in pages] == [CARDS_SHOWN, CARDS_SHOWN, 9]
    assert [page.first for page in pages] == [0, CARDS_SHOWN, 2 * CARDS_SHOWN]
    shown = [card.cell_id for page in pages for group in page.groups for card in group.cards]
    assert shown == [cell.cell_id for cell in cells if cell is not cells[5]]
    assert [len(page.problems) for page in pages] == [1, 0, 0]
    html = gallery_html(pages[1])
    assert {page.key for page in pages} <= set(Parsed(html).links)
    assert 'href="page-2.html" aria-current="page"' in html
    assert "2,001 to 4,000 of 4,009 images" in " ".join(html.split())
    assert 'href="index.html#needs-a-look"' in html
    assert all(is_page(page.key) for page in pages)
    assert not any(map(is_page, ["page-2.htm", "manifest.csv", "my-page-2.html", "page-.html"]))


def test_a_product_is_not_torn_between_two_pages():
    """Unless it fills more than one; copies never are."""
    ids = itertools.count()
    sizes = {"Tea": CARDS_SHOWN - 2, "Jam": 6, "Pots": CARDS_SHOWN + 4}
    cells = [
        a_cell(product=product, row=n // 3).model_copy(update={"cell_id": f"c{next(ids)}"})
        for product, count in sizes.items()
        for n in range(count)
    ]
    pages = pages_of(cells)
    listed = [{group.product: group.size for group in page.groups} for page in pages]
    assert listed == [{"Tea": CARDS_SHOWN - 2}, {"Jam": 6, "Pots": CARDS_SHOWN - 8}, {"Pots": 12}]
    for page in pages:
        for group in page.groups:
            for one in group.sets:
                assert len(one.cards) == one.cards[0].place.of


def test_of_many_problems_the_first_are_shown():
    """The manifest has them all."""
    failed = numbered_cells(PROBLEMS_SHOWN + 3)
    assert a_page(failed, [an_outcome(cell, "failed") for cell in failed]).problems[0].left_out == 3


def test_copies_stand_together_with_their_numbers():
    """Those of one row in one format, also where each has a seed; where one failed, the others keep theirs."""
    cells = [a_cell(a_request(seed=seed), row=2, format=name) for name in ("hero", "story") for seed in (5, 6, 7)]
    page = a_page(cells, [*map(an_outcome, cells[:3]), an_outcome(cells[4], "blocked")])
    sets = page.groups[0].sets
    assert [(one.title, [card.place.number for card in one.cards]) for one in sets] == [
        ("hero", [1, 2, 3]),
        ("story", [1, 3]),
    ]
    html = gallery_html(page)
    assert all(f"copy {number} of 3" in html for number in (1, 2, 3))
    assert "copy 2 of 3" in html[html.index("needs-a-look") : html.index('id="images"')]
    assert "copy 1" not in gallery_html(a_page(cells[::3]))


def test_what_was_decided_stands_with_its_picture():
    """A word, a reason, and which take it is: among the pictures, and, of what was refused, where one looks first."""
    cells = [a_cell(), a_cell(copy_number=2, replaces="teapot-1", take=2), a_cell(a_request("Refused"), row=3)]
    reviews = [a_review(cells[0], "again", "text is misspelt"), None, a_review(cells[2], "again", "refused")]
    cells = [cell.model_copy(update={"review": one}) for cell, one in zip(cells, reviews, strict=True)]
    html = gallery_html(a_page(cells, [*map(an_outcome, cells[:2]), an_outcome(cells[2], "blocked")]))
    first, _, take = html[html.index('id="images"') :].partition(f'data-cell="{cells[1].cell_id}"')
    assert 'data-review="again"' in first
    assert '<p class="verdict">again: text is misspelt</p>' in first
    assert "2 takes" in first
    assert "<small>take 2</small>" in take
    assert '<p class="verdict" hidden></p>' in take
    assert "teapot-1" in take
    assert f'data-cell="{cells[2].cell_id}"' in html[: html.index('id="images"')]


def a_review(cell: Cell, decision: Decision, reason: str) -> Review:
    """What was decided on a cell, an hour after it was made."""
    return Review(cell_id=cell.cell_id, number=1, decision=decision, reason=reason, at=STARTED_AT + timedelta(hours=1))


@pytest.mark.parametrize("size", [(1024, 1024), (1344, 768), (736, 1312), (896, 1120), (300, 200)])
def test_a_card_shows_the_whole_picture(size):
    """In its own shape, of some kilobytes: no square of a portrait, no cut of a landscape, no original of megabytes."""
    cell = a_cell()
    original = an_original(cell, width_px=size[0], height_px=size[1])
    image = shown_image(original, {preview_key(cell.cell_id)})
    assert (image.href, (image.width_px, image.height_px)) == (
        f"previews/{cell.cell_id}.webp",
        preview_size(Size(*size)),
    )
    bare = shown_image(original, frozenset())
    assert (bare.href, (bare.width_px, bare.height_px)) == (original.key, size)


def test_a_picture_is_described_by_its_row():
    """And never by its prompt, which says how it is to be made."""
    cells = [a_cell(metadata={"alt": "A red pot"}), a_cell(copy_number=2)]
    html = gallery_html(a_page(cells, map(an_outcome, cells)))
    assert re.findall(r'<img [^>]*alt="([^"]*)"', html) == ["A red pot", "Teapot, hero"]


def test_the_prompt_that_was_drawn_is_told():
    """Where the API rewrote it; JSON as text has a line for each part, and what only looks like it stays as it is."""
    cell = a_cell()
    drawn = '{"subject": "Kanne", "text": [{"words": "ü"}]}'
    html = gallery_html(a_page([cell], [an_outcome(cell, original=an_original(cell, final_prompt=drawn))]))
    assert '"subject": "Kanne",\n  "text"' in "".join(Parsed(html).texts)
    assert [laid_out(text) for text in ("{a|b}", "tea {x}", "{" * 9_999)] == ["{a|b}", "tea {x}", "{" * 9_999]


@pytest.mark.parametrize(("amount", "text"), [("0", "$0.00"), ("1234.5", "$1,234.50"), ("0.025", "$0.0250")])
def test_money_reads_as_people_write_it(amount, text):
    """Cents, or four places where cents would lie."""
    assert usd(Decimal(amount)) == text


def test_what_was_perhaps_paid_for_nothing_is_said():
    """By a run that stood still while another asked again: the cell's cost holds both."""
    cell = a_cell()
    page = a_page([cell], [an_outcome(cell, turn=2, cost_usd=Decimal("0.16"), in_doubt={1: Decimal("0.08")})])
    assert "$0.08: a run that asked for it was taken for dead" in "".join(Parsed(gallery_html(page)).texts)
    assert "In doubt" not in gallery_html(a_page([cell], [an_outcome(cell)]))


def test_what_the_api_calls_a_request_stands_among_the_details():
    """Of an image that did not end well, for a question to the API's makers."""
    cell = a_cell()
    told = gallery_html(a_page([cell], [an_outcome(cell, "failed", request_id="Ab_3x")]))
    assert re.search(r"<dt[^>]*>API request</dt>\s*<dd[^>]*>.*Ab_3x", told)
    assert "API request" not in gallery_html(a_page([cell], [an_outcome(cell)]))


def test_what_the_sandbox_drew_says_so_on_its_card():
    """Also on the page of a paid campaign, where no picture is to be taken for what it is not."""
    drawn, paid = a_cell(), a_cell(copy_number=2)
    outcomes = [an_outcome(drawn, original=an_original(drawn, made_by="sandbox")), an_outcome(paid)]
    page = a_page([drawn, paid], outcomes)
    assert [card.is_drawing for group in page.groups for card in group.cards] == [True, False]
    assert gallery_html(page).count("drawn by the sandbox") == 1


def test_a_trial_says_what_it_would_cost():
    """Whoever is sent the page takes the price of drawings for no bill."""
    cell = a_cell()
    paid = a_page([cell], [an_outcome(cell)])
    trial = paid.model_copy(update={"is_sandbox": True})
    told = [re.findall(r'data-kept="(.*?)"', gallery_html(page)) for page in (paid, trial)]
    assert told == [["review of Q1 Launch"], ["trial of Q1 Launch"]], (
        "what was chosen of drawings is not kept for images"
    )
    assert ["<dt>Would cost</dt>" in gallery_html(page) for page in (paid, trial)] == [False, True]


def test_languages_stand_side_by_side_and_can_be_chosen():
    """Each card says which it is for, one for all of them among the others; the copies of one are told apart by it."""
    cells = [a_cell(a_request(tag), languages=tuple(tag.split())) for tag in ("en", "de", "en de fr it es")]
    page = a_page(cells, [an_outcome(cell) for cell in cells])
    assert [[card.title for card in one.cards] for group in page.groups for one in group.sets] == [
        ["hero, en"],
        ["hero, de"],
        ["hero, 5 languages"],
    ]
    html = gallery_html(page)
    assert [f'<option value="{tag}">{tag}</option>' in html for tag in ("en", "de", "fr", "it", "es")] == [True] * 5
    assert 'data-language="en de fr it es"' in html
    assert "data-language" not in gallery_html(a_page([a_cell()], [an_outcome(a_cell())]))
