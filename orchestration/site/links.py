"""Links of a page: from files of the checkout to pages of the site.

A page links to files of the checkout, so that it reads on its own; in the site the link leads to the page that tells of
that file, and where there is none the name stands without a link.

Belongs here: that translation. Does not belong here: checking links (mkdocs does, and `tests/docs/`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

_LINK = re.compile(r"(?P<bang>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^ *(?P<ticks>`{3,}).*?^ *(?P=ticks)[ \t]*$", re.MULTILINE | re.DOTALL)
_MARTS = "dbt_project/models/marts/"
SHOWN = {
    "README.md": "index.md",
    "data/reference/RULES.md": "reference/rules.md",
    "data/reference/README.md": "reference/data.md",
    "data/reference/README-people.md": "reference/people.md",
    "data/reference/event_types.csv": "reference/ontology.md",
    "dbt_project/queries/README.md": "reference/questions.md",
    "dbt_project/queries": "reference/questions.md",
    "dbt_project/models/marts": "reference/tables.md",
    "dbt_project/site/how-to": "how-to/index.md",
    "orchestration/cli.py": "reference/commands.md",
    "Makefile": "reference/commands.md",
    "orchestration/site/settings.py": "reference/settings.md",
    "SECURITY.md": "project/security.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changes.md",
    "tests/gold/README.md": "project/measured.md",
}
"""Files of the checkout, and the pages of the site that show or tell of them."""


def page_of(path: str) -> str | None:
    """The page that tells of a file of the checkout."""
    if path.startswith("dbt_project/site/"):
        return SHOWN.get(path) or path.removeprefix("dbt_project/site/")
    if path.startswith(_MARTS):
        return f"reference/tables/{Path(path).stem}.md"
    return SHOWN.get(path)


def outside_code(page: str, change: Callable[[str], str]) -> str:
    """The page with everything changed but blocks of code."""
    parts, last = [], 0
    for match in _CODE.finditer(page):
        parts += [change(page[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*parts, change(page[last:])])


def local_targets(page: str) -> list[str]:
    """Every link of a page to a file beside it, without what stands behind `#`."""
    found: list[str] = []
    outside_code(page, lambda text: found.extend(m["target"] for m in _LINK.finditer(text)) or text)
    return [target.partition("#")[0] for target in found if not re.match(r"[a-z]+:|#", target)]


def resolved(target: str, source: str) -> str:
    """A link as a path of the checkout."""
    return os.path.normpath(PurePosixPath(source).parent / target)


def translated(page: str, source: str, place: str, existing: Collection[str]) -> str:
    """A page of the checkout at `source` with its links as they stand at `place` of the site, which has the `existing`."""

    def link(match: re.Match[str]) -> str:
        target, _, anchor = match["target"].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        found = page_of(resolved(target, source))
        if found is None or found not in existing:
            return match["text"]
        to = os.path.relpath(found, PurePosixPath(place).parent)
        return f"{match['bang']}[{match['text']}]({to}{'#' + anchor if anchor else ''})"

    return outside_code(page, lambda text: _LINK.sub(link, text))
