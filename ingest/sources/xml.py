"""XML (`.xml`, `.rss`, `.atom`, `.nitf`, also gzipped): feeds, NewsML-G2 and NITF, each entry one article.

Belongs here: entries to records. Does not belong here: what the formats mean (`ingest/pages/lists.py`), fetching.
The position of a record is the number of its entry, from 0. What an entry says of an article is taken as it is: what lies
in a file is read, nothing is fetched for it. A sitemap holds addresses only and is refused as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.articles import Refusal
from ingest.sources.html import MAX_LIST_BYTES, Question, Readers
from ingest.sources.records import Record, Unreadable, complete, fields, has_body, refusal, refuse_other_kind
from ingest.sources.store import Arrival

_PACKED = b"\x1f\x8b"


def _entries(data: bytes, readers: Readers) -> tuple[str, list[dict[str, str | None]]]:
    """What kind of document it is, and its entries. Raises `Unreadable`."""
    kind = readers.read(Question(data, "sniff"))
    if kind == "sitemap":
        raise Unreadable("list_of_links", "a sitemap")
    # a document that begins like none of these may still be a feed: the reader of feeds is the most forgiving
    kind = "newsml" if kind == "newsml" else "feed"
    return kind, readers.read(Question(data, kind))


def _record(entry: dict[str, str | None], given: Record) -> Record:
    """The entry's fields, over them those that are given for the whole document. Raises `Unreadable`."""
    if entry.get("published_at") is None and entry.get("stated"):
        entry = entry | {"published_at": entry["stated"]}
    known = {name: value for name, value in given.items() if value is not None and name in ("source", "language")}
    record = fields({name: entry.get(name) for name in (*fields({}), "external_id")}) | known
    if not has_body(record):
        raise Unreadable("no_text", "the entry has neither content nor summary")
    return record


def read(arrival: Arrival, path: Path, given: Record, readers: Readers) -> Iterator[Record | Refusal]:
    """Every entry as a record or a refusal."""
    if path.stat().st_size > MAX_LIST_BYTES:
        raise Unreadable("too_large", f"document of more than {MAX_LIST_BYTES:,} bytes")
    data = path.read_bytes()
    if not data.startswith(_PACKED):
        refuse_other_kind(data)
    kind, entries = _entries(data, readers)
    for position, entry in enumerate(entries):
        try:
            yield complete(arrival, position, _record(entry, given), "feed" if kind == "feed" else "input")
        except Unreadable as problem:
            name = entry.get("external_id") or entry.get("url") or entry.get("title") or f"entry {position + 1}"
            yield refusal(arrival, position, problem.reason, f"{name}: {problem.detail}")
