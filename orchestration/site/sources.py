"""The pages of the site: written ones from the checkout, made ones from its tables.

Belongs here: which pages there are, in which order, and their text. Does not belong here: how they become HTML (`build`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.settings import Home, project_root
from orchestration import questions, rules
from orchestration.site import commands, fences, links, ontology, settings, tables

_FIRST = ("index.md", "tutorial.md")
_EXPLAINED = ("architecture.md", "comparison.md", "faq.md")
_REFERENCE = (
    "reference/tables.md", "reference/questions.md", "reference/rules.md", "reference/ontology.md",
    "reference/data.md", "reference/people.md", "reference/commands.md", "reference/settings.md",
)  # fmt: skip
_PROJECT = ("project/contributing.md", "project/security.md", "project/measured.md", "project/changes.md")
_WHOLE = {"reference/data.md", "reference/people.md", *_PROJECT}
"""Pages that show a file of the checkout as it stands."""


def folder() -> Path:
    """Where the written pages lie."""
    return project_root() / "dbt_project" / "site"


def written() -> dict[str, Path]:
    """Every page and picture of the folder by its place in the site, and the files of the checkout that are shown whole."""
    found = {
        path.relative_to(folder()).as_posix(): path for path in sorted(folder().rglob("*")) if path.suffix in (".md", ".svg", ".png")
    }
    whole = {page: project_root() / file for file, page in links.SHOWN.items() if page in _WHOLE}
    return found | whole


def _guides() -> str:
    """The list of the how-to guides, with the first line of each."""
    rows = []
    for path in sorted((folder() / "how-to").glob("*.md"), key=lambda path: fences.title(path.read_text(encoding="utf-8"))):
        page = fences.without_front_matter(path.read_text(encoding="utf-8"))
        rows.append(f"- [{fences.title(page)}]({path.name})")
    return "# How to\n\nEach guide answers one question; the commands in it run in the tests.\n\n" + "\n".join(rows) + "\n"


def _questions(home: Home) -> str:
    """The page of questions without what is for dbt alone."""
    return "\n".join(line for line in questions.page(home).splitlines() if not line.startswith("<!--")) + "\n"


def made(home: Home) -> dict[str, str]:
    """Every page made from tables, help and the published sample."""
    return tables.pages(home) | {
        "how-to/index.md": _guides(),
        "reference/questions.md": _questions(home),
        "reference/rules.md": rules.page(),
        "reference/ontology.md": ontology.page(),
        "reference/commands.md": commands.page(),
        "reference/settings.md": settings.page(),
    }


def texts(home: Home) -> dict[str, str]:
    """Every page as Markdown, its links those of the site."""
    of_the_checkout, pages = written(), made(home)
    existing = {*of_the_checkout, *pages}
    out = dict(pages)
    for place, path in of_the_checkout.items():
        if path.suffix == ".md":
            page = fences.plain(fences.without_front_matter(path.read_text(encoding="utf-8")))
            source = path.relative_to(project_root()).as_posix()
            out[place] = links.translated(page, source, place, existing)
    return out


def navigation(pages: dict[str, str]) -> list[dict[str, Any]]:
    """The order of the pages; a page that nobody placed here stands among the guides or at the end."""

    def entry(place: str) -> dict[str, Any]:
        return {fences.title(pages[place]) or place: place}

    guides = sorted((place for place in pages if place.startswith("how-to/")), key=lambda place: fences.title(pages[place]))
    guides = ["how-to/index.md", *(place for place in guides if place != "how-to/index.md")]
    each = [{head: [entry(f"reference/tables/{name}.md") for name in names]} for head, names in tables.groups()]
    reference = [entry(_REFERENCE[0]), {"Each table": each}, *(entry(place) for place in _REFERENCE[1:])]
    named = {*_FIRST, *_EXPLAINED, *guides, *_REFERENCE, *_PROJECT}
    rest = sorted(place for place in pages if place not in named and not place.startswith("reference/tables/"))
    return [
        *(entry(place) for place in _FIRST),
        {"How to": [entry(place) for place in guides]},
        {"Reference": reference},
        {"Understand": [entry(place) for place in (*_EXPLAINED, *rest)]},
        {"Project": [entry(place) for place in _PROJECT]},
    ]
