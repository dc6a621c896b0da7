"""The text of a piece of HTML that is an article already, as feeds and news agencies carry it.

Belongs here: markup to paragraphs. Does not belong here: finding the article in a page (`bodies`).
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.pages.article import parse

_BLOCKS = frozenset([
    "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "table", "tr", "pre",
    "br", "hr", "dl", "dt", "dd", "hedline", "hl1", "hl2", "media", "body.content", "block",
])  # fmt: skip
_DROPPED = frozenset([
    "script", "style", "noscript", "iframe", "form", "button", "select", "template", "svg", "figure", "object", "video", "audio",
    "media", "title", "head",
])  # fmt: skip
_FOOTER = re.compile(r"^(?:The post .{1,300} (?:appeared first on|first appeared on) .{1,200}|Continue reading.{0,200}|Read more.{0,20}|Click here to .{1,60})$")
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>|&(?:[a-z]+|#\d+);")


def _pieces(element: HtmlElement, out: list[str]) -> None:
    """Text in order, a line end around each block; without recursion, so that depth cannot break it."""
    stack: list[tuple[HtmlElement | str, bool]] = [(element, False)]
    while stack:
        item, is_done = stack.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        if is_done:
            out.append("\n")
            continue
        tag = item.tag if isinstance(item.tag, str) else ""
        name = tag.rsplit("}", 1)[-1].lower()
        if item is not element and item.tail:
            stack.append((item.tail, False))
        if not tag or name in _DROPPED:
            continue
        if name in _BLOCKS:
            out.append("\n")
            stack.append((item, True))
        stack += [(child, False) for child in reversed(list(item))]
        if item.text:
            stack.append((item.text, False))


def element_text(element: HtmlElement) -> str:
    """The paragraphs of an element, one a line."""
    out: list[str] = []
    _pieces(element, out)
    lines = (" ".join(line.split()) for line in "".join(part if part == "\n" else re.sub(r"\s+", " ", part) for part in out).split("\n"))
    return "\n".join(line for line in lines if line and not _FOOTER.match(line))


def fragment_text(markup: str) -> str:
    """The paragraphs of a piece of HTML, one a line; plain text stays as it is."""
    if not _MARKUP.search(markup):
        return "\n".join(filter(None, (" ".join(line.split()) for line in markup.splitlines())))
    tree = parse(f"<html><body><div>{markup}</div></body></html>")
    return "" if tree is None else element_text(tree)
