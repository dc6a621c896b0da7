"""The site as mkdocs builds it: every page and link is sound, and nothing is asked of anyone else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest

from ingest.errors import CheckFailed
from ingest.settings import Home
from orchestration import documents
from orchestration.site import build, sources

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href", "form": "action"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not build.is_installed() and not os.environ.get("CI"), reason="mkdocs is absent: pip install -e '.[docs]'"
    ),
]


class Page(HTMLParser):
    """What a page loads, where it links, and the anchors in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given["id"]} if "id" in given else set()
        if tag in _LOADED and _LOADED[tag] in given:
            self.loads.append(given[_LOADED[tag]])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])


@pytest.fixture(scope="module")
def html(sample: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build.build(sample, Home.resolve(tmp_path_factory.mktemp("site"))).parent


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[Path, Page]:
    found = {}
    for path in sorted(html.rglob("*.html")):
        found[path] = Page()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


def test_every_page_is_there(html: Path, pages: dict[Path, Page]) -> None:
    names = {path.relative_to(html).with_suffix(".md").as_posix() for path in pages}
    written = {name for name in sources.written() if name.endswith(".md")}
    assert written <= names and {"reference/tables/meetings.md", "reference/rules.md", "reference/commands.md"} <= names


def test_nothing_is_asked_of_anyone_else(html: Path, pages: dict[Path, Page]) -> None:
    outside = {load for page in pages.values() for load in page.loads if re.match(r"(?:[a-z]+:)?//", load)}
    assert outside == set()
    for path in html.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", path.read_text(encoding="utf-8")), path


def test_every_link_leads_to_a_page_and_an_anchor_that_are_there(html: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for target in [*page.links, *page.loads]:
            parts = urlsplit(target)
            if parts.scheme or target.startswith("data:"):
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            if not to.exists() or (parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].anchors):
                broken.append(f"{path.relative_to(html)}: {target}")
    assert broken == []


def test_the_search_finds_pages_from_the_disk(html: Path) -> None:
    index = (html / "search" / "search_index.js").read_text(encoding="utf-8")
    assert "goldstein" in index and (html / "assets" / "iframe-worker.js").exists()


@pytest.fixture(scope="module")
def served(html: Path) -> Iterator[str]:
    """The address of the state folder that holds the site, as `make dev` serves it."""
    with documents.server(Home.resolve(html.parents[1]), 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("place", ["disk", "server"])
def test_a_browser_searches_and_asks_nobody_else(html: Path, served: str, place: str) -> None:
    if not find_spec("playwright") and not os.environ.get("CI"):
        pytest.skip("playwright is absent: pip install -e '.[browser]'")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists() and not os.environ.get("CI"):
        pytest.skip("no chromium of Debian")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((html / "index.html").as_uri() if place == "disk" else f"{served}/site/html/index.html", timeout=60_000)
        for _ in range(20):  # what is typed before the index is read is not heard
            page.fill("input[name=query]", "")
            page.locator("input[name=query]").press_sequentially("goldstein")  # the search hears keys
            with suppress(Error):
                page.wait_for_selector(".md-search-result__link", state="attached", timeout=3_000)
                break
        found = page.locator(".md-search-result__link").count()
        browser.close()
    assert found
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", served))] == []


def test_the_server_of_documents_shows_the_site(served: str) -> None:
    with urlopen(f"{served}/site/html/reference/rules.html") as answer:
        assert answer.status == 200 and b"frames.csv" in answer.read()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{served}/site/pages/index.md")

def test_a_broken_link_fails_the_build(sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sources, "texts", lambda home: {"index.md": "# A\n\n[gone](gone.md)\n"}
    )
    monkeypatch.setattr(sources, "navigation", lambda pages: [{"A": "index.md"}])
    monkeypatch.setattr(sources, "written", dict)
    with pytest.raises(CheckFailed, match="broken"):
        build.build(sample, Home.resolve(tmp_path))
