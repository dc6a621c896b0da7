"""From pages to HTML, with mkdocs: a site that opens from the disk and asks nobody for anything.

Belongs here: the settings of mkdocs and its call. Does not belong here: pages (`sources`).
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ingest.errors import ChanceryError, CheckFailed, EnvironmentProblem
from ingest.settings import Home
from orchestration.site import sources

_ABSENT = "mkdocs is not installed: `make docs` installs it, or `pip install '.[docs]'` in the checkout"
_THEME = {
    "name": "material",
    "language": "en",
    "font": False,
    "features": ["navigation.tabs", "navigation.top", "navigation.indexes", "content.code.copy", "search.highlight", "toc.follow"],
    "palette": [
        {"media": "(prefers-color-scheme: light)", "scheme": "default", "primary": "indigo",
         "toggle": {"icon": "material/weather-night", "name": "Dark"}},
        {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "indigo",
         "toggle": {"icon": "material/weather-sunny", "name": "Light"}},
    ],
}  # fmt: skip
_ASSETS = ("iframe-worker.js", "site.css")
_WARN = {"not_found": "warn", "absolute_links": "warn", "unrecognized_links": "warn", "anchors": "warn"}


def is_installed() -> bool:
    """Whether the extra `docs` is there."""
    return find_spec("mkdocs") is not None and find_spec("material") is not None


def places(home: Home) -> tuple[Path, Path]:
    """The folders of the pages and of the HTML made from them, in the state folder."""
    return home.root / "site" / "pages", home.root / "site" / "html"


def _settings(pages: Path, html: Path, navigation: list[dict[str, Any]]) -> dict[str, Any]:
    """The settings of mkdocs; `offline` lets the search work from the disk, with our own helper in place of one from a CDN."""
    return {
        "site_name": "Chancery",
        "site_url": "",
        "docs_dir": str(pages),
        "site_dir": str(html),
        "theme": _THEME,
        "use_directory_urls": False,
        "plugins": ["search", "offline"],
        "markdown_extensions": [
            "admonition", "attr_list", "md_in_html", "tables", {"toc": {"permalink": True}}, "pymdownx.superfences",
            {"pymdownx.highlight": {"anchor_linenums": False}},
        ],
        "extra": {"polyfills": ["assets/iframe-worker.js"], "generator": False},
        "extra_css": ["assets/site.css"],
        "nav": navigation,
        "strict": True,
        "validation": {"nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"}, "links": _WARN},
    }  # fmt: skip


def write_pages(sample: Home, pages: Path) -> list[dict[str, Any]]:
    """Write every page and picture into a fresh folder; the navigation over them."""
    shutil.rmtree(pages, ignore_errors=True)
    found = sources.texts(sample)
    for place, text in found.items():
        (pages / place).parent.mkdir(parents=True, exist_ok=True)
        (pages / place).write_text(text, encoding="utf-8")
    for place, path in sources.written().items():
        if path.suffix != ".md":
            (pages / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, pages / place)
    for name in _ASSETS:
        (pages / "assets").mkdir(exist_ok=True)
        shutil.copy(Path(__file__).parent / name, pages / "assets" / name)
    return sources.navigation(found)


def build(sample: Home, home: Home) -> Path:
    """Build the site of `home` with the answers of `sample`; its first page.

    Raises `EnvironmentProblem` where mkdocs is absent, `CheckFailed` where a link or a page is broken.
    """
    if not is_installed():
        raise EnvironmentProblem(_ABSENT)
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    from mkdocs.commands.build import build as render
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    pages, html = places(home)
    try:
        navigation = write_pages(sample, pages)
        settings = _settings(pages, html, navigation)
        config_file = pages.parent / "mkdocs.yml"
        config_file.write_text("", encoding="utf-8")
        config = load_config(str(config_file), **settings)
        config.plugins.on_startup(command="build", dirty=False)
        render(config)
    except ChanceryError:
        raise
    except MkDocsException as error:
        raise CheckFailed(f"the site has broken pages or links, told above: {error}") from error
    (html / "404.html").unlink(missing_ok=True)  # its links are those of a server at the root
    return html / "index.html"
