"""Lists of articles to links.

Belongs here: what each kind of list says of an article before its page is read.
Does not belong here: parsing of XML (`ingest/pages/lists.py`, in a process of its own), fetching (`poll`).
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from ingest.sources.html import MAX_LIST_BYTES, Question, Readers
from ingest.sources.records import Unreadable

MAX_LINKS = 50_000
_COLUMNS_OF_EVENTS = (58, 61)
_ENGLISH_NAMES = {"english": "en", "french": "fr", "spanish": "es", "german": "de", "arabic": "ar", "russian": "ru", "chinese": "zh"}


@dataclass(frozen=True)
class Link:
    """An article as its list tells it: its address, and whatever else is known before the page is read."""

    url: str
    external_id: str | None = None
    title: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    language: str | None = None
    outlet: str | None = None

    @property
    def mark(self) -> str:
        """Changes when the list says that the article has changed."""
        return self.updated_at or self.published_at or ""

    def is_of(self, day: date) -> bool:
        """Whether the list dates it to a day; one without a date may be of any."""
        stated = self.published_at or self.updated_at
        return stated is None or stated.startswith(day.isoformat())

    def described(self, source: str, dated_by: str, charset: str | None) -> dict[str, str]:
        """The sidecar of its page."""
        known = {
            "id": self.external_id, "url": self.url, "title": self.title, "published_at": self.published_at,
            "language": self.language, "source": self.outlet or source, "charset": charset,
            "date_source": dated_by if self.published_at else None,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}


def _kept(entries: Iterable[dict[str, str | None]]) -> list[Link]:
    """Links with an address, each address once, the first place in the list counts."""
    links: dict[str, Link] = {}
    fields = Link.__dataclass_fields__
    for entry in entries:
        if entry.get("url") and len(links) < MAX_LINKS:
            link = Link(**{name: entry.get(name) for name in fields})
            links.setdefault(link.url, link)
    return list(links.values())


def from_feed(data: bytes, url: str, readers: Readers) -> list[Link]:
    """The entries of a feed. Raises `Unreadable`."""
    return _kept(entry | {"outlet": None} for entry in readers.read(Question(data, "feed", url)))


def from_sitemap(data: bytes, readers: Readers) -> tuple[list[Link], list[Link]]:
    """The pages of a sitemap, and the further sitemaps that it names. Raises `Unreadable`."""
    found = readers.read(Question(data, "sitemap"))
    return _kept(found["pages"]), _kept(found["maps"])


def _unpacked(data: bytes) -> bytes:
    """The bytes, out of a ZIP archive or gzip stream where they are in one. Raises `Unreadable`."""
    try:
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(archive.infolist()[0]) as member:
                out = member.read(MAX_LIST_BYTES + 1)
        elif data.startswith(b"\x1f\x8b"):
            out = zlib.decompressobj(31).decompress(data, MAX_LIST_BYTES + 1)
        else:
            return data
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, IndexError, RuntimeError, NotImplementedError) as error:
        raise Unreadable("bad_encoding", f"damaged archive: {error}") from error
    if len(out) > MAX_LIST_BYTES:
        raise Unreadable("too_large", f"more than {MAX_LIST_BYTES:,} bytes after unpacking")
    return out


def _language(value: object) -> str | None:
    name = str(value or "").strip().lower()
    return _ENGLISH_NAMES.get(name) or (name if re.match(r"^[a-z]{2,3}$", name) else None)


def _told(row: dict[str, object]) -> dict[str, str | None]:
    """A row of GDELT's article lists. `seendate` is when GDELT saw it, not when it was published: no date."""
    url = row.get("url")
    text = {name: value if isinstance(value, str) else None for name, value in row.items()}
    return {
        "url": url if isinstance(url, str) else None, "title": text.get("title") or None,
        "language": _language(row.get("language") or row.get("lang")),
        "outlet": text.get("domain") or (urlsplit(url).hostname if isinstance(url, str) else None),
    }  # fmt: skip


def _json_rows(text: str) -> Iterator[dict[str, object]]:
    """Rows of one JSON document, or of JSON lines. Raises `Unreadable` when there is neither."""
    try:
        whole = json.loads(text, strict=False)
        rows = whole.get("articles", [whole]) if isinstance(whole, dict) else whole
    except (ValueError, RecursionError):
        rows = []
        for line in text.splitlines():
            try:
                rows.append(json.loads(line, strict=False))
            except (ValueError, RecursionError):
                continue
        if not rows and text.strip():
            raise Unreadable("invalid_json", "neither a JSON document nor JSON lines") from None
    yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _table_rows(text: str) -> Iterator[dict[str, str | None]]:
    """Rows of the event table: the last column is the address of the article. Raises `Unreadable`."""
    found = False
    for row in csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) in _COLUMNS_OF_EVENTS and row[-1].startswith("http"):
            found = True
            yield {"url": row[-1].strip(), "outlet": urlsplit(row[-1]).hostname}
    if not found and text.strip():
        raise Unreadable("invalid_csv", f"no row of {' or '.join(map(str, _COLUMNS_OF_EVENTS))} columns that ends in an address")


def from_gdelt(data: bytes) -> list[Link]:
    """The articles of a list by GDELT: JSON, JSON lines or the event table, also packed. Raises `Unreadable`."""
    text = _unpacked(data).decode("utf-8", "replace").lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _kept(map(_told, _json_rows(text)))
    return _kept(_table_rows(text))


