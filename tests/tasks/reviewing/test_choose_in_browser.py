"""Whoever has a keyboard and the page alone chooses, and what the page exports is taken in."""

import re
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from tasks.planning.faults import Faults
from tasks.reviewing.read_decisions import read_decisions
from tests.tasks.browser import driven, needs_driver
from tests.tasks.harness import without_engine  # noqa: F401  without_engine is a fixture
from tests.tasks.reviewing.rounds import Rounds
from tests.waiting import until

pytestmark = [needs_driver, pytest.mark.usefixtures("without_engine")]
MATRIX = "product,prompt,num_images\n" + "".join(f"Lamp {n},Lamp number {n},{2 if n == 4 else 1}\n" for n in range(6))
OVERRULED = """
const of = (decision) => ({ decision, focus: "top", at: "2026-01-01T00:00:00Z", by: "Alex" });
const ofAnother = { ...of("keep"), image_sha256: "0".repeat(64) };
const kept = { [arguments[0]]: of("reject"), [arguments[1]]: of("reject"), [arguments[2]]: ofAnother };
localStorage.setItem("ideogram-campaigns: review of Lamps", JSON.stringify(kept));
"""
OF_ANOTHER = """localStorage.setItem("ideogram-campaigns: review of Lamps", '{"x": {"decision": "keep"}}')"""
WHERE = """
const image = document.querySelector(".stage img").getBoundingClientRect();
return [image.left + image.width * .25, image.top + image.height * .5].map(Math.round);
"""


def keys(browser: Chrome, *typed: str) -> None:
    """Press these keys, wherever the focus is."""
    ActionChains(browser).send_keys(*typed).perform()


def held_down(browser: Chrome, key: str) -> None:
    """Press a key for so long that it repeats."""
    of_key = {"key": key, "code": f"Key{key.upper()}", "text": key}
    for is_repeated in (False, True, True):
        of_press = {"type": "keyDown", "autoRepeat": is_repeated, **of_key}
        browser.execute_cdp_cmd("Input.dispatchKeyEvent", of_press)
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **of_key})


def text_of(browser: Chrome, selector: str) -> str:
    """What is read at a place."""
    return str(browser.execute_script("return document.querySelector(arguments[0]).textContent", selector))


def test_one_chooses_by_keys_and_the_command_takes_it_in(tmp_path: Path):
    """Kept over a reload, undone, exported; a click says where crops lie; what was taken in is no news any more."""
    rounds = Rounds(tmp_path, MATRIX)
    rounds.made()
    rounds.matrix += "Jug,A jug,1\nMug,A mug,1\n"
    rounds.api.refusal = httpx.Response(422, json={"error": "no"})
    rounds.made()
    rounds.api.refusal = None
    jug, mug = (row["cell_id"] for row in rounds.rows() if row["status"] == "blocked")
    ids, page = rounds.ids, (tmp_path / "lamps" / "index.html").as_uri()
    with driven(tmp_path) as browser:
        browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
        browser.get(page)
        browser.execute_script(OF_ANOTHER)
        browser.get(page)
        keys(browser, "n")
        held_down(browser, "k")
        keys(browser, "x", "=off brand", Keys.ENTER, "r")
        assert text_of(browser, ".count") == "3 of 7 decided, 1 again"
        keys(browser, "e")
        browser.find_element(By.CSS_SELECTOR, ".ask textarea").send_keys(", at night")
        ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
        keys(browser, "o", "k", "u")
        without_a_picture(browser, jug, mug)
        browser.get(page)
        assert text_of(browser, ".count") == "6 of 7 decided, 3 again"
        keys(browser, "n", Keys.ENTER)
        until(lambda: browser.execute_script("return document.querySelector('.stage img')?.naturalWidth"))
        click_at(browser, *browser.execute_script(WHERE))
        assert re.search(r"Crops of Lamp 5, 1:1 lie at 0\.2\d*,0\.5", text_of(browser, ".said"))
        keys(browser, "k", Keys.ESCAPE)
        until(browser.find_element(By.CSS_SELECTOR, ".export").is_displayed)
        browser.find_element(By.CSS_SELECTOR, ".export").click()
        table = tmp_path / "lamps-decisions.csv"
        until(table.exists)
        assert "python flows/review.py" in text_of(browser, ".said")
        it_names_the_pictures(table, rounds)
        result = rounds.take_in([str(table)])
        assert (result.kept, result.rejected, result.again, result.undecided) == (3, 3, 3, 0)
        what_is_taken_in_is_no_news(browser, page, ids)
        assert browser.get_log("browser") == []
    shown = {row["cell_id"]: (row["review"], row["review_reason"]) for row in rounds.rows()}
    decisions = [("keep", ""), ("reject", "'=off brand"), ("again", ""), ("again", "")]
    decisions += [("keep", ""), ("reject", "another one was chosen"), ("keep", "")]
    decisions += [("reject", "not needed"), ("again", "")]
    assert [shown[cell_id] for cell_id in ids] == decisions
    rounds.made()
    takes = {row["replaces"]: row["prompt"] for row in rounds.rows() if row["replaces"]}
    made = {ids[2]: "Lamp number 2", ids[3]: "Lamp number 3, at night", mug: "A mug on a shelf"}
    assert (takes, rounds.api.billed["A jug"]) == (made, 0)


def it_names_the_pictures(table: Path, rounds: Rounds) -> None:
    """Each row of an exported table says on which picture it was decided."""
    pictures = {row["cell_id"]: row["image_sha256"] for row in rounds.rows()}
    said = read_decisions(str(table), None, Faults())
    assert {one.cell_id: one.image_sha256 or "" for one in said} == pictures


def without_a_picture(browser: Chrome, jug: str, mug: str) -> None:
    """Do without one of two that were refused, and reword the other; neither can be kept."""
    to = "document.querySelector(`[data-cell='${arguments[0]}'] h4`).click()"
    browser.execute_script(to, jug)
    assert browser.execute_script("return document.querySelector('.deeds .keep').disabled")
    keys(browser, "k", "x", "not needed", Keys.ENTER)
    browser.execute_script(to, mug)
    keys(browser, "e")
    words = browser.find_element(By.CSS_SELECTOR, ".ask textarea")
    assert words.get_attribute("value") == "A mug"
    words.send_keys(" on a shelf")
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()


def what_is_taken_in_is_no_news(browser: Chrome, page: str, ids: list[str]) -> None:
    """Where somebody has decided otherwise, and later, it is told; where crops are to lie is still to be exported."""
    browser.get(page)
    browser.find_element(By.CSS_SELECTOR, ".export").click()
    assert "0 in lamps-decisions" in text_of(browser, ".said")
    browser.execute_script(OVERRULED, *ids[:3])
    browser.get(page)
    kept, drawn = "Lamp 0, 1:1 (somebody has decided keep since, not reject)", "Lamp 2, 1:1 (another picture by now)"
    assert text_of(browser, ".said") == f"Not as you left it: {kept}; {drawn}."
    browser.find_element(By.CSS_SELECTOR, ".export").click()
    assert "2 in lamps-decisions" in text_of(browser, ".said")


def click_at(browser: Chrome, left: int, top: int) -> None:
    """Click at a place of the window."""
    for kind in ("mousePressed", "mouseReleased"):
        where = {"type": kind, "x": left, "y": top, "button": "left", "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", where)
