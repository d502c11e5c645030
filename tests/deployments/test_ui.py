"""What a person does in Prefect's UI: fills in the form, watches the run, looks at what it has made."""

import asyncio
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect import get_client
from selenium.common.exceptions import (
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from deployments.setup import main
from tasks.records.campaign import Campaign
from tests.chaos.conftest import is_long
from tests.deployments.workers import a_worker
from tests.matrices import DATA

BROWSER, DRIVER = shutil.which("chromium") or "", shutil.which("chromedriver") or ""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-proxy-server --window-size=1300,3200"
)
PREFECT = Path(importlib.util.find_spec("prefect").submodule_search_locations[0])
WITHIN_S = 60
PASSING = (ElementNotInteractableException, NoSuchElementException, StaleElementReferenceException)
"""The form is drawn anew with every change."""
LABEL = "span[contains(@class, 'schema-form-property__label') and starts-with(normalize-space(), '{}')]"
FIELD = "//div[contains(@class, 'schema-form-property')][div[contains(@class, 'p-label__header')]//" + LABEL + "]"
TITLES = [field.title for field in Campaign.model_fields.values()]

pytestmark = [
    is_long,
    pytest.mark.skipif(not BROWSER, reason="no Chromium on the path; apt-get install chromium"),
    pytest.mark.skipif(not DRIVER, reason="no chromedriver on the path; apt-get install chromium-driver"),
    pytest.mark.skipif(not (PREFECT / "server" / "ui").exists(), reason="this Prefect has no UI"),
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    """A browser with nobody's profile."""
    options = ChromeOptions()
    options.binary_location = BROWSER
    for flag in [*FLAGS.split(), f"--user-data-dir={tmp_path / 'profile'}"]:
        options.add_argument(flag)
    with Chrome(options=options, service=ChromeService(DRIVER)) as driver:
        yield driver


class Form:
    """The form that a deployment is run with."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser
        self.wait = WebDriverWait(browser, WITHIN_S, 0.1, ignored_exceptions=PASSING)

    def titles(self) -> list[str]:
        """The title of each field, from the top down, once all are drawn."""
        titles: list[str] = self.wait.until(lambda _: self._drawn_titles())
        return titles

    def _drawn_titles(self) -> list[str]:
        labels = self.browser.find_elements(By.CLASS_NAME, "schema-form-property__label")
        titles = [label.text.removesuffix(" (Optional)") for label in labels]
        return titles if all(titles) else []

    def fill(self, title: str, text: str) -> None:
        """Write into a field."""
        self.wait.until(lambda _: self._is_written(title, text))

    def _is_written(self, title: str, text: str) -> bool:
        box = self.browser.find_element(By.XPATH, FIELD.format(title) + "//textarea")
        box.clear()
        box.send_keys(text)
        return self.browser.find_element(By.XPATH, FIELD.format(title) + "//textarea").get_attribute("value") == text

    def choose(self, title: str, was: str, choice: str) -> None:
        """Choose one of several words, in the place of the one that is proposed."""
        self.browser.find_element(By.XPATH, f"{FIELD.format(title)}//*[normalize-space() = '{was}' and not(*)]").click()
        option = f"//*[@role = 'option' or contains(@class, 'option')][normalize-space() = '{choice}']"
        self.wait.until(lambda browser: browser.find_element(By.XPATH, option)).click()

    def submit(self) -> str:
        """Start the run; returns the address of its page."""
        self.browser.find_element(By.XPATH, "//button[normalize-space() = 'Submit']").click()
        run = self.wait.until(lambda browser: browser.find_element(By.CSS_SELECTOR, "a[href*='/runs/flow-run/']"))
        return str(run.get_attribute("href"))


async def deployment_id(name: str) -> UUID:
    """The id of a deployment."""
    async with get_client() as prefect:
        return (await prefect.read_deployment_by_name(name)).id


def text_of(browser: WebDriver) -> str:
    """What the page says."""
    return browser.find_element(By.TAG_NAME, "body").text


@pytest.mark.timeout(300)
def test_a_campaign_is_run_from_the_form(server: str, tmp_path: Path, browser: WebDriver):
    """The form speaks the words of the README; the run shows its end, its progress, and a picture of its images."""
    assert main([]) == 0
    ui = server.removesuffix("/api")
    with a_worker(tmp_path):
        browser.get(f"{ui}/deployments/deployment/{asyncio.run(deployment_id('campaign/campaign'))}/run")
        form = Form(browser)
        assert form.titles() == TITLES
        form.fill("Matrix", str(DATA / "q1_launch.csv"))
        form.fill("Formats table", str(DATA / "formats.csv"))
        form.fill("Campaign name", "Q1 Launch")
        form.choose("What to do", "look", "trial")
        browser.save_screenshot(tmp_path / "form.png")
        browser.get(form.submit())
        form.wait.until(lambda page: "Completed" in text_of(page))
    browser.save_screenshot(tmp_path / "run.png")
    assert "q1-launch, " in text_of(browser)
    browser.find_element(By.XPATH, "//li[normalize-space() = 'Artifacts']").click()
    form.wait.until(lambda page: "6 of 6 done, $0.48" in text_of(page))
    link = form.wait.until(lambda page: page.find_element(By.PARTIAL_LINK_TEXT, "q1-launch-summary"))
    browser.save_screenshot(tmp_path / "artifacts.png")
    browser.get(str(link.get_attribute("href")))
    picture = form.wait.until(lambda page: page.find_element(By.CSS_SELECTOR, "img[alt='The first images']"))
    form.wait.until(lambda _: picture.get_property("naturalWidth"))
    browser.save_screenshot(tmp_path / "summary.png")
    assert "$0.48 (sandbox: nothing was charged)" in text_of(browser)
    assert "campaigns/q1-launch/index.html" in text_of(browser)
