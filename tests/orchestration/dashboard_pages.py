"""Pages of the dashboard run by Streamlit's AppTest over a home. Belongs here: helpers of these tests, no fixtures."""

from __future__ import annotations

import importlib
import os
from html.parser import HTMLParser
from typing import Any

import pytest

PAGES = ("world", "country_pair", "person", "explore", "quality")


def needed(name: str) -> Any:
    """A module of the extra; the test is skipped where it is absent, and fails in CI."""
    if os.environ.get("CI"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason="the extra `dashboard` is not installed")


def run_page(name: str, **parameters: Any) -> Any:
    """A page after a run with these parameters in its address."""
    testing = needed("streamlit.testing.v1")
    script = f"from orchestration.dashboard import {name}\n{name}.page()\n"
    app = testing.AppTest.from_string(script, default_timeout=30)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, [item.value for item in app.exception]
    return app


class _Reader(HTMLParser):
    """Text, tags and addresses of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.links, self.marks = "", [], [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._is_marked = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._is_marked = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if getattr(self, "_is_marked", False):
            self.marks.append(data)


def read(app: Any) -> _Reader:
    """What a page's own HTML shows."""
    reader = _Reader()
    for item in app.get("html"):
        reader.feed(item.proto.body)
    return reader
