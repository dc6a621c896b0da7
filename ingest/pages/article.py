"""One page to one article: bytes in, plain values out.

Belongs here: decoding, parsing, and putting together what the other rooms find.
Does not belong here: the process around it (`worker`), records and their places (`ingest/sources/`).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import TypeVar

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from ingest.pages import bodies, days, headings
from ingest.pages.declared import Declared

_Found = TypeVar("_Found")
MAX_DEPTH = 250
_HOPELESS_DEPTH = 2_000
"""So deep no library reads on: one takes half a minute to find that out."""
_NESTING = re.compile(r"<(/?)(?:div|span|section|article|main|table|ul|ol|blockquote|font|b|i|em|strong|a)\b", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What pages call by a narrow name is in fact the wider set (the WHATWG list of encodings).
_WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
}  # fmt: skip


class Unread(Exception):
    """A page that gives no article: a reason of the closed list and words for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def _codec(name: str | None) -> str | None:
    """The codec of a character set by its name; None when there is none."""
    try:
        found = codecs.lookup((name or "").strip()).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(found, found)


def decode(data: bytes, charset: str | None = None) -> str:
    """The page as text: by its mark, as UTF-8 if it is that, else as the header or the page itself declares."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace").removeprefix("\ufeff")
    inner = _META_CHARSET.search(data[:4096])
    declared = _codec(charset) or _codec(inner[1].decode("ascii", "replace") if inner else None)
    if declared and declared.startswith("iso2022"):
        return data.decode(declared, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared is None or declared == "utf-8":
        from resiliparse.parse.encoding import detect_encoding

        declared = declared or _codec(detect_encoding(data[:200_000]))
    try:
        return data.decode(declared or "cp1252", "replace")
    except (LookupError, TypeError):
        return data.decode("utf-8", "replace")


def parse(text: str) -> HtmlElement | None:
    """The page's tree; None when there is nothing in it."""
    clean = text.replace("\0", "")
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        return document_fromstring(clean.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _depth(text: str) -> int:
    """How deep elements are nested, by their tags alone."""
    depth = deepest = 0
    for match in _NESTING.finditer(text):
        depth = depth - 1 if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _missing(text: str) -> Unread:
    """Why there is no text."""
    depth = _depth(text)
    if depth > MAX_DEPTH:
        return Unread("html_too_deep", f"elements nested {depth:,} deep")
    return Unread("html_without_text", "no article text was found in the page")


def _quietly(find: Callable[[], _Found]) -> _Found | None:
    """What is found, or nothing: a page that declares itself in a way nobody foresaw still has its text."""
    try:
        return find()
    except Exception:  # whatever the web thinks of
        return None


def read_page(page: str | bytes, url: str | None = None, charset: str | None = None) -> dict[str, str | None]:
    """What a page says: text, title, date with its source, language, author, address, outlet. Raises `Unread`."""
    content = page if isinstance(page, str) else decode(page, charset)
    if _depth(content) > _HOPELESS_DEPTH:
        raise _missing(content)
    tree = parse(content)
    if tree is None:
        raise _missing(content)
    declared = Declared(tree, url)
    title = _quietly(lambda: headings.title_of(declared))
    text = headings.without_headline(bodies.text_of(declared, content), title, declared)
    if not text.strip():
        raise _missing(content)
    found = _quietly(lambda: days.published(declared, url))
    return {
        "text": text,
        "title": title,
        "published_at": found.text if found else None,
        "date_source": found.source if found else None,
        "language": _quietly(lambda: declared.language),
        "author": "; ".join(_quietly(lambda: declared.authors) or ()) or None,
        "url": _quietly(lambda: declared.canonical),
        "source": _quietly(lambda: declared.site),
    }
