"""The dashboard in a real browser: from a chart to a sentence, no request to anybody else, usable by all."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from dashboard_pages import needed

from ingest.settings import Home

pytestmark = pytest.mark.slow

ADDRESSES = {
    "world": "",
    "pair": "pair?a=RUS&b=USA",
    "person": "person?id=p:donald-trump",
    "explore": "explore?status=planned",
    "quality": "quality",
}
THEMES = ("light", "dark")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_READY = "[data-testid='stApp'][data-test-script-state='notRunning']"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _chromium() -> str:
    """Debian's browser; the test is skipped where it is absent, and fails in CI."""
    found = shutil.which("chromium")
    if not found and not os.environ.get("CI"):
        pytest.skip("no /usr/bin/chromium")
    assert found, "chromium is not installed"
    return found


@pytest.fixture(scope="module")
def server(sample: Home) -> Iterator[str]:
    """The server as `make dashboard` starts it, over the sample."""
    needed("streamlit")
    port = _free_port()
    command = [sys.executable, "-m", "orchestration.dashboard", "--port", str(port)]
    environment = os.environ | {"CHANCERY_HOME": str(sample.root)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = monotonic() + 60
            while monotonic() < until and process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                sleep(0.2)
            assert process.poll() is None, "the server ended"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def browser(server: str) -> Iterator[Any]:
    """One browser for all tests of this file."""
    playwright = needed("playwright.sync_api")
    with playwright.sync_playwright() as run:
        found = run.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Any, address: str, *, theme: str = "light", size: dict[str, int] | None = None) -> Any:
    """A page in a context of its own, drawn to the end."""
    page = browser.new_context(viewport=size or DESK, color_scheme=theme).new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    drawn(page)
    return page


def drawn(page: Any) -> None:
    """Wait until the page stands still."""
    page.wait_for_selector(".ch h1", timeout=30_000)
    page.wait_for_selector(_READY, timeout=30_000)
    page.wait_for_timeout(800)


def test_a_click_leads_from_a_chart_to_a_sentence_and_its_source(browser: Any, server: str) -> None:
    page = opened(browser, server)
    bar = page.locator("[data-testid='stVegaLiteChart']").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 18)
    page.wait_for_url("**/pair?**", timeout=20_000)
    drawn(page)
    assert "United States" in page.locator("h1").inner_text()
    page.locator(".ch table a", has_text="Leaders in person").first.click()
    page.wait_for_selector(".ch .panel mark", timeout=20_000)
    panel = page.locator(".ch .panel")
    assert "fact=m" in page.url and "a=" in page.url and "b=" in page.url
    assert panel.locator("mark").count() >= 1 and panel.locator("blockquote").count() >= 1
    assert panel.locator("footer a").first.get_attribute("href").startswith("https://")
    page.context.close()


def test_a_mark_of_the_timeline_opens_its_sentence(browser: Any, server: str) -> None:
    page = opened(browser, f"{server}/pair?a=KHM&b=THA&kind=meeting")
    page.locator("[data-testid='stVegaLiteChart'] path[aria-roledescription='point']").first.click()
    page.wait_for_selector(".ch .panel mark", timeout=20_000)
    assert "fact=m" in page.url and "kind=meeting" in page.url
    page.context.close()


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_is_for_everybody_and_asks_nobody_else(browser: Any, server: str, name: str) -> None:
    axe = needed("axe_playwright_python.sync_playwright").Axe()
    for theme in THEMES:
        page = opened(browser, f"{server}/{ADDRESSES[name]}", theme=theme)
        found = axe.run(page).response["violations"]
        bad = {
            (item["id"], node["html"][:160])
            for item in found
            if item["impact"] in ("serious", "critical")
            for node in item["nodes"]
        }
        assert bad == set(), (theme, bad)
        assert {urlsplit(url).hostname for url in page.asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")} == {"127.0.0.1"}
        page.context.close()


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_fits_a_phone(browser: Any, server: str, name: str) -> None:
    page = opened(browser, f"{server}/{ADDRESSES[name]}", theme="dark", size=PHONE)
    width = page.evaluate("Math.max(...[...document.querySelectorAll('.ch, .ch table, .stVegaLiteChart')].map(e => e.getBoundingClientRect().right))")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"] and width <= PHONE["width"]
    page.context.close()


def test_the_keyboard_reaches_filters_and_facts_and_shows_where_it_is(browser: Any, server: str) -> None:
    page = opened(browser, f"{server}/explore?status=denied")
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e);"
                " const ring = s.outlineStyle !== 'none' || s.boxShadow !== 'none' ? '!' : '';"
                " return (e.getAttribute('aria-label') || e.innerText || e.tagName).slice(0, 60) + (e.closest('.ch') ? ' .ch' + ring : ''); }"
            )
        )
    facts = [name for name in reached if ".ch" in name]
    assert facts and all(name.endswith("!") for name in facts)
    first = next(place for place, name in enumerate(reached) if ".ch" in name)
    assert any("Status" in name for name in reached[:first])
    while ".ch" not in page.evaluate("document.activeElement.closest('.ch') ? '.ch' : ''"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ch .panel mark", timeout=20_000)
    page.context.close()


def test_pictures_are_kept_where_asked(browser: Any, server: str) -> None:
    """With CHANCERY_PICTURES set to a folder, each page as it looks; else nothing."""
    folder = os.environ.get("CHANCERY_PICTURES")
    if not folder:
        pytest.skip("CHANCERY_PICTURES names no folder")
    for name, address in ADDRESSES.items():
        page = opened(browser, f"{server}/{address}")
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
        page.context.close()
