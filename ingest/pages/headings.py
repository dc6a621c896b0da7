"""The title of a page.

Belongs here: where pages state their title, the outlet's name taken off, and the choice among them.
Does not belong here: the text below it (`bodies`).

Pages state several titles: for search engines, for networks, for readers. The one that most statements agree on is taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml.html import HtmlElement

from ingest.pages.declared import Declared, clean, one

_MAX = 500
_MIN_HEAD = 10
_WEIGHTS = {"json-ld": 0.75, "h1": 0.5, "og": 0.45, "twitter": 0.4, "other": 0.3, "title": 0.1}
"""How much a statement counts. What is written for search engines as the headline of the article is seldom shortened for
effect; titles for networks often are, and the title of the window has the most additions."""
_SEPARATOR = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022\u00bb\u203a:*\uff5c\u3163-]+\s+|\s*[|\uff5c\u3163]\s*|\uff1a|--+")
_SKIPPED = frozenset(["header-logo", "logo", "site-title", "sr-only", "visually-hidden", "screen-reader"])


def _key(title: str) -> str:
    """What makes two spellings the same title: letters and digits alone."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(char for char in folded if char.isalnum())


def _heading_text(element: HtmlElement) -> str:
    """What a reader sees of a heading: blocks within it are apart, blanks before a colon are none."""
    text = clean(" ".join(part for part in element.itertext() if part.strip()))
    return re.sub(r"\s+([:;,.!?])(?=\s|$)", r"\1", text)


def _headings(tree: HtmlElement) -> list[str]:
    """The first-level headings with words in them, those outside the frame of the page first."""
    inside, frame = [], []
    for element in tree.iter("h1"):
        text = _heading_text(element)
        if not text:
            continue
        around = {parent.tag for parent in element.iterancestors()}
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        outside = bool(around & {"nav", "footer", "aside"}) or any(name in names for name in _SKIPPED)
        (frame if outside else inside).append(text)
    return [*inside, *frame]


def _without_outlet(title: str, page: Declared) -> str:
    """The title without the outlet's name, or a section's, at its end or beginning."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    site = _key(page.site or "")
    host = _key(re.sub(r"^https?://(?:www\.)?|/.*$|\.[a-z]{2,3}(?=/|$)", "", page.canonical or page.asked_url or ""))
    cut = title
    for match in reversed(list(_SEPARATOR.finditer(title))):
        tail = _key(cut[match.end():])
        is_outlet = tail and (tail in (site, host) or (site and (tail in site or site in tail)) or (len(tail) > 3 and tail in host) or (len(host) > 3 and host in tail))
        if not is_outlet or match.start() < _MIN_HEAD:
            break
        cut = cut[: match.start()].strip()
    first = _SEPARATOR.search(cut)
    if first and _key(cut[: first.start()]) in {name for name in (site, host) if name} and len(cut) - first.end() > _MIN_HEAD:
        cut = cut[first.end():].strip()
    return cut


def _stated(page: Declared) -> Iterator[tuple[str, str]]:
    """Every title that the page states, and where."""
    for node in page.articles:
        for name in ("headline", "name"):
            if title := one(node.get(name)):
                yield "json-ld", title
                break
    for where, title in (
        ("og", page.meta("og:title")),
        ("twitter", page.meta("twitter:title")),
        ("title", next((clean(element.text_content()) for element in page.tree.iter("title")), None)),
        ("other", page.meta("parsely-title", "sailthru.title", "dc.title", "dcterms.title", "headline", "title")),
    ):
        if title:
            yield where, title
    for title in _headings(page.tree)[:3]:
        yield "h1", title


def _without_what_others_lack(title: str, others: set[str]) -> str:
    """The title up to a separator where all before it is another title of the page: what follows is outlet or section."""
    heads = (title[: match.start()].strip() for match in _SEPARATOR.finditer(title))
    return next((head for head in heads if len(head) >= _MIN_HEAD and _key(head) in others), title)


def title_of(page: Declared) -> str | None:
    """The page's title; None when it states none."""
    stated = [(where, _without_outlet(title, page)) for where, title in _stated(page) if len(title) <= _MAX]
    keys = {_key(title) for _, title in stated}
    votes: dict[str, float] = {}
    spelled: dict[str, tuple[float, str]] = {}
    voted: set[str] = set()
    for where, whole in stated:
        title = _without_what_others_lack(whole, keys)
        key = _key(title)
        if not key or where in voted:
            continue
        voted.add(where)
        votes[key] = votes.get(key, 0.0) + _WEIGHTS[where]
        # of several spellings the reader's own is taken
        rank = 1.0 if where == "h1" else _WEIGHTS[where]
        if rank > spelled.get(key, (0.0, ""))[0]:
            spelled[key] = (rank, title)
    return spelled[max(votes, key=votes.__getitem__)][1] if votes else None


def without_headline(text: str, title: str | None, page: Declared) -> str:
    """The text without a first line that only repeats the headline: a title helps to read, but proves nothing."""
    first, _, rest = text.lstrip().partition("\n")
    headlines = {_key(name) for name in [title or "", *_headings(page.tree)[:3]]} - {""}
    return rest.lstrip() if rest.strip() and _key(first) in headlines else text
