"""What a page declares for machines: JSON-LD, meta elements, microdata, links.

Belongs here: finding such declarations and telling the article's from those of other things on the page.
Does not belong here: choosing among them (`days`, `headings`, `article`).
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

MAX_JSON = 2_000_000
_MAX_NODES = 20_000
_ARTICLE = re.compile(r"(?:Article|BlogPosting|Posting|Report|NewsRelease|PressRelease)$")
_PAGE = re.compile(r"(?:WebPage|ItemPage|VideoObject|CreativeWork)$")
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$")
_LOOSE = json.JSONDecoder(strict=False)

Node = dict[str, Any]


def _values(text: str) -> Iterator[Any]:
    """The JSON values of a script, also of one that holds several or ends in rubbish."""
    rest = _WRAPPING.sub("", text).strip().rstrip(";").strip()
    while rest:
        try:
            value, end = _LOOSE.raw_decode(rest)
        except (ValueError, RecursionError):
            return
        yield value
        rest = rest[end:].lstrip(" \t\r\n,;")


def _nodes(value: Any) -> Iterator[Node]:
    """Every object within, outermost first."""
    queue, seen = deque([value]), 0
    while queue and seen < _MAX_NODES:
        item = queue.popleft()
        seen += 1
        if isinstance(item, dict):
            yield item
            queue += [part for part in item.values() if isinstance(part, (dict, list))]
        elif isinstance(item, list):
            queue += item


def types_of(node: Node) -> list[str]:
    """The node's types, without a prefix."""
    given = node.get("@type", node.get("type"))
    names = given if isinstance(given, list) else [given]
    return [name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)]


def one(value: Any) -> str | None:
    """A text out of what may be a text, a list of texts, or an object with one."""
    if isinstance(value, list):
        return next((found for item in value if (found := one(item))), None)
    if isinstance(value, dict):
        return one(value.get("@value") or value.get("name"))
    if isinstance(value, str) and value.strip():
        return clean(value)
    return None


def clean(value: str) -> str:
    """Text of one line, entities resolved (twice: many pages escape twice)."""
    text = value
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    return " ".join(text.replace("\u00ad", "").replace("\u200b", "").split())


def names_of(value: Any) -> list[str]:
    """The names of persons or bodies in an author field."""
    items = value if isinstance(value, list) else [value]
    return [name for item in items if (name := one(item)) and len(name) < 200 and not name.startswith("http")]


@dataclass
class Declared:
    """The declarations of one page, found when asked for."""

    tree: HtmlElement
    asked_url: str | None = None
    _metas: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Meta elements by name, property or itemprop, lower case."""
        for element in self.tree.iter("meta"):
            content = element.get("content")
            if content and content.strip():
                names = {element.get(key, "").strip().lower() for key in ("name", "property", "itemprop", "http-equiv")}
                for name in names - {""}:
                    self._metas.setdefault(name, []).append(content.strip())

    def meta(self, *names: str) -> str | None:
        """The content of the first meta element of these names, in their order."""
        return next((clean(self._metas[name][0]) for name in names if name in self._metas), None)

    def metas(self, name: str) -> list[str]:
        """The contents of all meta elements of this name."""
        return self._metas.get(name, [])

    @cached_property
    def nodes(self) -> list[Node]:
        """Every JSON-LD object of the page."""
        found: list[Node] = []
        for script in self.tree.iter("script"):
            if "ld+json" in (script.get("type") or "").lower():
                text = script.text or ""
                if len(text) <= MAX_JSON:
                    found += [node for value in _values(text) for node in _nodes(value)]
        return found

    def _is_this_page(self, node: Node) -> bool:
        """Whether a node names the page's own address."""
        own = {_path(url) for url in (self.canonical, self.asked_url) if url}
        named = [node.get("url"), node.get("@id"), node.get("mainEntityOfPage")]
        told = [item.get("@id") or item.get("url") if isinstance(item, dict) else item for item in named]
        return any(isinstance(url, str) and _path(url) in own for url in told)

    @cached_property
    def articles(self) -> list[Node]:
        """The JSON-LD objects that are this page's article, best first; a list of other articles is none."""
        found = [
            node for node in self.nodes
            if any(_ARTICLE.search(name) for name in types_of(node))
            and any(node.get(name) for name in ("headline", "datePublished", "articleBody", "name"))
        ]  # fmt: skip
        own = [node for node in found if self._is_this_page(node)]
        full = [node for node in found if node.get("datePublished") and (node.get("headline") or node.get("articleBody"))]
        rest = full if full else found
        ordered = own + [node for node in rest if not any(node is other for other in own)]
        return ordered if own or len(rest) <= 3 else ordered[:1]

    @cached_property
    def page_nodes(self) -> list[Node]:
        """JSON-LD objects that describe the page itself."""
        return [node for node in self.nodes if any(_PAGE.search(name) for name in types_of(node))]

    def of_article(self, name: str) -> Any:
        """A property of the page's article in JSON-LD."""
        return next((node[name] for node in self.articles if node.get(name)), None)

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page says is its own."""
        links = [
            element.get("href") for element in self.tree.iter("link")
            if "canonical" in (element.get("rel") or "").lower().split() and element.get("href")
        ]  # fmt: skip
        named = [*links, self.meta("og:url")]
        for value in filter(None, named):
            try:
                url = urljoin(self.asked_url or "", value.strip())
                if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc:
                    return url
            except ValueError:
                continue
        return None

    @cached_property
    def language(self) -> str | None:
        """The language that the page declares."""
        root = self.tree.getroottree().getroot()
        told = (
            one(self.of_article("inLanguage")),
            root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
            self.meta("content-language", "og:locale", "dc.language", "language"),
        )
        for value in told:
            found = re.match(r"\s*([a-zA-Z]{2,3})(?:[-_].*)?$", value or "")
            if found:
                return found[1].lower()
        return None

    @cached_property
    def site(self) -> str | None:
        """The outlet's name."""
        publisher = self.of_article("publisher")
        return self.meta("og:site_name", "application-name") or one(publisher)

    @cached_property
    def authors(self) -> list[str]:
        """Who wrote it."""
        found = names_of(self.of_article("author")) or names_of(self.of_article("creator"))
        if not found:
            metas = [value for name in ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl") for value in self.metas(name)]
            found = [clean(value) for value in metas if not value.startswith(("http", "@")) and len(value) < 200]
        return list(dict.fromkeys(re.sub(r"^(?:by|von|par|por|di)\s+", "", name, flags=re.IGNORECASE) for name in found))[:20]


def _path(url: str) -> str:
    """What makes two addresses of a site the same page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}".lower()
