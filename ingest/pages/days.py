"""The time of publication of a page, and how it was found.

Belongs here: where pages state their date, in the order in which such statements can be trusted, and reading of written
dates. Does not belong here: dates within the article's sentences (`ingest/extract/dates.py`).

| `date_source` | stated by |
|---|---|
| json-ld | `datePublished` of the page's article in JSON-LD |
| meta | a meta element that means publication |
| microdata | an element with itemprop or property `datePublished` |
| time | a time element that stands with the heading, or is marked as the date of publication |
| url | year, month and day in the address |
| text | a date written where the reader sees it |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from lxml.html import HtmlElement, tostring

from ingest.pages.declared import Declared, one

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "rnews:datepublished", "og:pubdate", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "publication-date", "published_at", "published-date", "published_time_telegram", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "article_date_original", "originalpublicationdate",
    "bt:pubdate", "dc.date.issued", "dcterms.issued", "dc.issued", "dcterms.created", "dc.date.created", "dcterms.date",
    "dc.date", "citation_publication_date", "displaydate", "article.published", "article.created", "created", "date",
    "datecreated", "article:post_modified_gmt", "gmt_pub_date",
)  # fmt: skip
_IN_URL = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)|(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")
_ISO = re.compile(
    r"^(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?)?(?:\[.*\])?$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"^\d{10}(?:\d{3})?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m1>[A-Za-z]{3,9})\.?,?\s+(?P<y1>\d{4})|(?P<m2>[A-Za-z]{3,9})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{4}))"
    r"(?:,?\s*(?:at\s+)?(?P<h>\d{1,2}):(?P<mi>\d{2})(?::\d{2})?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<z>UTC|GMT|Z|[ECMP][SD]T|[+-]\d{2}:?\d{2})?)?"
)
_DAY_FIRST = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})(?:\D+(\d{1,2}):(\d{2}))?")
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_PUBLISHED = re.compile(r"publi(?:sh|c)|pub-?date|posted|entry-date|date-?time|article.{0,6}date|veroffentlich|erschienen", re.IGNORECASE)
_UPDATED = re.compile(r"updat|modif|aktualis|mise|edited|actualiz|aggiornat", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A date as stated: the moment or day, whether it has a time, and which statement gave it."""

    when: datetime
    has_time: bool
    source: str

    @property
    def text(self) -> str:
        """ISO 8601, the zone kept as stated; a day alone when no time was."""
        return self.when.isoformat(timespec="seconds") if self.has_time else self.when.date().isoformat()


def _zone(text: str | None) -> timezone | None:
    """The time zone of a suffix; None when there is none."""
    if not text:
        return None
    name = text.upper()
    if name in ("Z", "UTC", "GMT"):
        return timezone.utc  # noqa: UP017 (the type is used as such)
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    digits = name[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    return timezone((1 if name[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)) if hours <= 14 and minutes < 60 else None


def _made(parts: tuple[Any, ...], zone: timezone | None) -> datetime | None:
    try:
        return datetime(*(int(part or 0) for part in parts), tzinfo=zone)
    except ValueError:
        return None


def _numbered(text: str) -> tuple[datetime | None, bool]:
    """ISO 8601 and its relatives; seconds or milliseconds since 1970."""
    if _NUMBERS.match(text):
        seconds = int(text[:10])
        return datetime.fromtimestamp(seconds, timezone.utc), True  # noqa: UP017
    found = _ISO.match(text)
    if found:
        has_time = found[4] is not None
        # midnight to the second without a zone is a day that a template has dressed up
        return _made(found.groups()[:6], _zone(found[7])), has_time
    found = _DAY_FIRST.match(text)
    if found:
        first, second = int(found[1]), int(found[2])
        if first <= 12 and second <= 12 and first != second:
            return None, False
        day, month = (second, first) if second > 12 else (first, second)
        return _made((found[3], month, day, found[4], found[5]), None), found[4] is not None
    return None, False


def _spoken(text: str) -> tuple[datetime | None, bool]:
    """RFC 2822, and days with the month's English name."""
    if re.search(r"\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d\d:\d\d", text):
        try:
            return parsedate_to_datetime(text), True
        except (ValueError, IndexError, TypeError):
            pass
    found = _NAMED.search(text)
    if not found:
        return None, False
    month = (found["m1"] or found["m2"])[:3].lower()
    if month not in _MONTHS:
        return None, False
    hour = int(found["h"]) if found["h"] else 0
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    parts = (found["y1"] or found["y2"], _MONTHS.index(month) + 1, found["d1"] or found["d2"], hour, found["mi"])
    return _made(parts, _zone(found["z"])), found["h"] is not None


def read_date(value: Any, source: str) -> Found | None:
    """The date that a statement gives; None where it cannot be read, is in doubt or out of range."""
    text = one(value) if not isinstance(value, (int, float)) else str(int(value))
    if not text or len(text) > 100:
        return None
    for reader in (_numbered, _spoken):
        when, has_time = reader(text.strip())
        if when and FIRST <= when.date() <= LAST:
            return Found(when, has_time, source)
    return None


def _json_ld(page: Declared) -> Iterator[Found]:
    """`datePublished` of the article, else of the page."""
    for node in [*page.articles, *page.page_nodes]:
        for name in ("datePublished", "dateCreated", "uploadDate"):
            if found := read_date(node.get(name), "json-ld"):
                yield found
                break


def _metas(page: Declared) -> Iterator[Found]:
    for name in _METAS:
        for value in page.metas(name)[:1]:
            if found := read_date(value, "meta"):
                yield found


def _microdata(page: Declared) -> Iterator[Found]:
    for element in page.tree.iter():
        if not isinstance(element.tag, str) or element.tag == "meta":
            continue
        names = f"{element.get('itemprop', '')} {element.get('property', '')}".lower().replace("schema:", "").split()
        if "datepublished" in names or "datecreated" in names:
            for value in (element.get("content"), element.get("datetime"), element.get("title"), element.text_content()):
                if found := read_date(value, "microdata"):
                    yield found
                    break


def _says(element: HtmlElement) -> str:
    """What an element's and its parents' names say of it."""
    words = []
    for item in [element, *list(element.iterancestors())[:2]]:
        words += [item.get("class") or "", item.get("id") or "", item.get("itemprop") or ""]
    return " ".join(words)


def _times(page: Declared) -> Iterator[Found]:
    """Time elements: those marked as publication first, then those that stand near the heading."""
    marked, near, others = [], [], []
    at = next((number for number, element in enumerate(page.tree.iter()) if element.tag == "h1"), None)
    for number, element in enumerate(page.tree.iter()):
        if element.tag != "time":
            continue
        away = number - (at or 0)
        found = read_date(element.get("datetime"), "time") or read_date(element.text_content(), "time")
        if not found or any(parent.tag in ("aside", "footer", "nav") for parent in element.iterancestors()):
            continue
        says = _says(element)
        if _UPDATED.search(says) or _UPDATED.search((element.getparent().text_content() if element.getparent() is not None else "")[:60]):
            others.append(found)
        elif element.get("pubdate") is not None or _PUBLISHED.search(says):
            marked.append((abs(away), found))
        elif at is not None and -60 < away < 120:
            near.append((abs(away), found))
    for _, found in [*sorted(marked, key=lambda item: item[0]), *sorted(near, key=lambda item: item[0])]:
        yield found
    yield from others


def _in_url(url: str | None) -> Found | None:
    """Year, month and day in an address."""
    for match in _IN_URL.finditer(url or ""):
        parts = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
        when = _made(parts, None)
        if when and FIRST <= when.date() <= LAST:
            return Found(when, False, "url")
    return None


def _written(page: Declared, url: str | None) -> Found | None:
    """A date that stands in the text of the page, by the well-kept library for it."""
    from htmldate import find_date

    try:
        # a fixed last day: the library would take today, and the same page must give the same date tomorrow
        value = find_date(
            tostring(page.tree, encoding="unicode"), original_date=True, extensive_search=False, max_date=LAST.isoformat(), url=url,
        )  # fmt: skip
    except Exception:  # the library meets broken pages with any error
        return None
    return read_date(value, "text") if value else None


def _with_time(chosen: Found, others: list[Found]) -> Found:
    """The chosen date, with the time or zone that another statement of the same day adds."""
    for other in others:
        if not other.has_time or other.when.tzinfo is None:
            continue
        if not chosen.has_time and other.when.date() == chosen.when.date():
            return Found(other.when, True, other.source)
        if chosen.has_time and chosen.when.tzinfo is None and abs(other.when.replace(tzinfo=None) - chosen.when) < timedelta(minutes=1):
            return Found(other.when, True, chosen.source)
    return chosen


def _is_in_doubt(page: Declared) -> bool:
    """Whether the page states a date whose day and month cannot be told apart: the library would take one of them."""
    stated = [value for name in _METAS for value in page.metas(name)[:1]]
    found = [match for value in stated if (match := _DAY_FIRST.match(value.strip()))]
    return any(int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2] for match in found)


def published(page: Declared, url: str | None) -> Found | None:
    """When the page was published, as it states, and which statement says so."""
    found = [*_json_ld(page), *_metas(page), *_microdata(page)]
    times = list(_times(page))
    if not found:
        found = times
    if found:
        return _with_time(found[0], [*found[1:], *times])
    in_url = _in_url(url) or _in_url(page.canonical)
    return in_url or (None if _is_in_doubt(page) else _written(page, url))
