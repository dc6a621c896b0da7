"""Feeds, sitemaps and articles in XML as plain values.

Belongs here: what these formats mean, read with parsers that open no file, resolve no entity and ask no network.
Does not belong here: fetching what they point to, and records (`ingest/sources/`).
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from ingest.pages.article import Unread
from ingest.pages.days import read_date
from ingest.pages.declared import clean
from ingest.pages.fragments import element_text, fragment_text

MAX_XML = 60_000_000
MAX_ENTRIES = 50_000

Entry = dict[str, str | None]


def unzipped(data: bytes) -> bytes:
    """The bytes of a gzip file, within the limit; others as they are. Raises `Unread`."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            out = stream.read(MAX_XML + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unread("damaged_gzip", str(error)) from error
    if len(out) > MAX_XML:
        raise Unread("too_large", f"more than {MAX_XML:,} bytes after unpacking")
    return out


def _refuse_too_many(n_entries: int) -> None:
    """Raise when a document has more entries than are read: to leave some out would lose them unseen."""
    if n_entries > MAX_ENTRIES:
        raise Unread("too_large", f"{n_entries:,} entries, above {MAX_ENTRIES:,}: cut the document in parts")


def _date(value: Any) -> str | None:
    """A stated date in ISO 8601."""
    found = read_date(value, "")
    return found.text if found else None


def _line(value: Any) -> str | None:
    """Text of one line, without markup."""
    return clean(fragment_text(value)) or None if isinstance(value, str) else None


def _bodies(entry: Any) -> tuple[str, str]:
    """The entry's content and its summary, as text."""
    contents = [item.get("value") or "" for item in entry.get("content", ()) if "xml" not in (item.get("type") or "")]
    contents += [item.get("value") or "" for item in entry.get("content", ()) if "xhtml" in (item.get("type") or "")]
    return fragment_text(max(contents, key=len, default="")), fragment_text(entry.get("summary") or "")


def read_feed(data: bytes, url: str | None = None) -> list[Entry]:
    """The entries of an RSS or Atom feed: id, url, title, dates, author, text and how much of it. Raises `Unread`."""
    import feedparser

    # a stream, never bytes or text: those the library would take for the name of a file
    parsed = feedparser.parse(io.BytesIO(unzipped(data)), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.version or (not parsed.entries and parsed.bozo):
        raise Unread("invalid_feed", f"neither RSS nor Atom: {parsed.get('bozo_exception') or 'no such element'}")
    _refuse_too_many(len(parsed.entries))
    feed = parsed.feed
    entries = []
    for entry in parsed.entries:
        content, summary = _bodies(entry)
        text = content if len(content) >= len(summary) else summary
        published = entry.get("published") or entry.get("created") or entry.get("updated")
        entries.append({
            "external_id": (entry.get("id") or "").strip() or None,
            "url": urljoin(url or feed.get("link") or "", (entry.get("link") or "").strip()) or None,
            "title": _line(entry.get("title")),
            "published_at": _date(published),
            "stated": published,
            "updated_at": _date(entry.get("updated")),
            "author": _line(entry.get("author")),
            "language": entry.get("language") or feed.get("language"),
            "source": _line(feed.get("title")),
            "text": text or None,
        })  # fmt: skip
    return entries


def _tree(data: bytes) -> etree._Element:
    """The root of an XML document. Raises `Unread`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(unzipped(data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unread("invalid_xml", str(error)) from error
    if root is None:
        raise Unread("invalid_xml", "no element")
    return root


def _name(element: etree._Element) -> str:
    """The local name, lower case."""
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def _named(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Descendants of these local names, in the order of the names."""
    found = list(element.iter())
    for name in names:
        yield from (item for item in found if _name(item) == name)


def _text(element: etree._Element, *names: str) -> str | None:
    """The text of the first descendant of these names that has some."""
    for item in _named(element, *names):
        text = clean("".join(item.itertext()))
        if text:
            return text
    return None


def read_sitemap(data: bytes) -> dict[str, list[Entry]]:
    """A sitemap: `pages` with url, title, dates, language, and `maps` that it points to. Raises `Unread`."""
    root = _tree(data)
    if _name(root) not in ("urlset", "sitemapindex"):
        raise Unread("invalid_xml", f"a {_name(root) or 'document'}, not a sitemap")
    pages: list[Entry] = []
    maps: list[Entry] = []
    for item in root:
        location = next((clean("".join(part.itertext())) for part in item if _name(part) == "loc"), None)
        if not location:
            continue
        changed = next((clean("".join(part.itertext())) for part in item if _name(part) == "lastmod"), None)
        if _name(item) == "sitemap":
            maps.append({"url": location, "updated_at": _date(changed)})
        elif _name(item) == "url" and len(pages) < MAX_ENTRIES:
            published = _text(item, "publication_date")
            pages.append({
                "url": location, "title": _text(item, "title"), "published_at": _date(published), "stated": published,
                "updated_at": _date(changed), "language": _text(item, "language"), "source": _text(item, "name"),
            })  # fmt: skip
    return {"pages": pages, "maps": maps}


def _attribute(element: etree._Element, name: str, attribute: str) -> str | None:
    """An attribute of the first descendant of this name that has it."""
    return next((value for item in _named(element, name) if (value := item.get(attribute))), None)


def _nitf(root: etree._Element) -> Entry:
    """One NITF document."""
    body = next(_named(root, "body.content"), None)
    return {
        "external_id": _attribute(root, "doc-id", "id-string"),
        "url": _attribute(root, "pubdata", "ex-ref"),
        "title": _text(root, "hl1", "hedline", "title"),
        "published_at": _date(
            _attribute(root, "date.issue", "norm") or _attribute(root, "pubdata", "date.publication")
            or _attribute(root, "date.release", "norm") or _attribute(root, "story.date", "norm")
        ),
        "author": _text(root, "byline", "person"),
        "language": root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "source": _attribute(root, "pubdata", "name") or _text(root, "distributor") or _attribute(root, "doc.rights", "provider"),
        "text": element_text(body) if body is not None else None,
    }  # fmt: skip


def _item_text(item: etree._Element) -> str | None:
    """The text in a NewsML-G2 item's content."""
    for holder in _named(item, "inlinexml", "inlinedata"):
        body = next(_named(holder, "body.content", "body", "article"), holder)
        text = element_text(body) if len(body) else fragment_text(body.text or "")
        if text.strip():
            return text
    return None


def _newsml(item: etree._Element) -> Entry:
    """One NewsML-G2 item."""
    return {
        "external_id": item.get("guid"),
        "url": _attribute(item, "remotecontent", "href"),
        "title": _text(item, "headline", "hl1", "title"),
        "published_at": _date(_text(item, "contentcreated", "firstcreated", "versioncreated", "embargoed")),
        "author": _text(item, "by", "creator"),
        "language": _attribute(item, "language", "tag") or item.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "source": _attribute(item, "provider", "literal") or _text(item, "provider") or _attribute(item, "provider", "qcode"),
        "text": _item_text(item),
    }


def read_xml(data: bytes) -> list[Entry]:
    """The articles of a NITF or NewsML-G2 document. Raises `Unread`."""
    root = _tree(data)
    if _name(root) == "nitf":
        return [_nitf(root)]
    items = [root] if _name(root) == "newsitem" else list(_named(root, "newsitem"))
    if not items:
        raise Unread("invalid_xml", f"a {_name(root) or 'document'}, neither NITF nor NewsML-G2")
    _refuse_too_many(len(items))
    return [_newsml(item) for item in items]


def kind_of(data: bytes) -> str:
    """What an XML document is by its first element: feed, sitemap or newsml; else other."""
    head = unzipped(data) if data[:2] == b"\x1f\x8b" else data
    try:
        for _, element in etree.iterparse(
            io.BytesIO(head), events=("start",), resolve_entities=False, no_network=True, load_dtd=False, recover=True
        ):
            name = _name(element)
            if name in ("rss", "feed", "rdf", "channel"):
                return "feed"
            if name in ("urlset", "sitemapindex"):
                return "sitemap"
            return "newsml" if name in ("nitf", "newsitem", "newsmessage", "packageitem") else "other"
    except (etree.XMLSyntaxError, ValueError, TypeError):
        return "other"
    return "other"
