"""The text of a page's article.

Belongs here: the calls of the extraction libraries, and what to do where they disagree.
Does not belong here: title and date (`headings`, `days`).

One library reads every page; a second, of another kind and some twenty times faster, reads it too. Where both agree, as
on most pages, the first one's text stands. Where they do not, a third reading or the article's body as the page declares it
for machines decides.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.pages.declared import Declared, clean

_WORD = re.compile(r"[^\W\d_]{1,30}|\d+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDS = (".", "!", "?", "…", "”", '"', "»", ")", "。", "！", "？", "」", "’", ":", "؟", "।")
_PROSE_WORDS = 12
_AGREE = 0.85
_MOSTLY = 0.95
_TAG = re.compile(r"<[^<>]{1,500}>")


@dataclass(frozen=True)
class _Words:
    """The words of a text, counted; scripts without blanks by character."""

    counts: Counter[str]
    total: int

    @staticmethod
    def of(text: str) -> _Words:
        """Count them."""
        counts: Counter[str] = Counter()
        for word in _WORD.findall(text.casefold()):
            counts.update(word if _WIDE.search(word) else (word,))
        return _Words(counts, sum(counts.values()))

    def share_in(self, other: _Words) -> float:
        """How much of this text stands in the other too."""
        return sum((self.counts & other.counts).values()) / self.total if self.total else 0.0

    def agreement(self, other: _Words) -> float:
        """F1 of the words of both."""
        both = 2 * sum((self.counts & other.counts).values())
        return both / (self.total + other.total) if both else 0.0


def _first(content: str | HtmlElement, *, is_precise: bool = False) -> str:
    """The text as the main library reads it."""
    from trafilatura import extract

    return extract(content, include_comments=False, favor_precision=is_precise, with_metadata=False) or ""


def _second(content: str) -> str:
    """The text as the other library reads it."""
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(content, main_content=True, alt_texts=False, links=False, form_fields=False, noscript=False)


def _declared(page: Declared) -> str:
    """The article's body in JSON-LD, without markup."""
    body = page.of_article("articleBody")
    if not isinstance(body, str) or len(body) > 1_000_000:
        return ""
    paragraphs = re.split(r"\n+|</p>|<br ?/?>", body)
    return "\n".join(filter(None, (clean(_TAG.sub(" ", part)) for part in paragraphs)))


def _is_prose(line: str) -> bool:
    """Whether a line reads like a paragraph, not like a link, a caption or a button."""
    n_words = len(line.split()) if not _WIDE.search(line) else len(line) // 2
    return n_words >= _PROSE_WORDS and line.rstrip().endswith(_ENDS)


def _adds_prose(longer: str, shorter: str) -> bool:
    """Whether what the longer text has beyond the shorter is paragraphs for the most part."""
    known = {" ".join(line.split()) for line in shorter.splitlines()}
    extra = [line.strip() for line in longer.splitlines() if line.strip() and " ".join(line.split()) not in known]
    size = sum(map(len, extra))
    return size > 0 and sum(len(line) for line in extra if _is_prose(line)) >= _MOSTLY * size


def choose(first: str, second: str, precise: str, declared: str) -> str:
    """The text among several readings."""
    if not first.strip():
        return max((precise, declared, second), key=lambda text: len(text.strip()) if _is_long(text) else 0)
    one, two = _Words.of(first), _Words.of(second)
    three = _Words.of(precise)
    if three.agreement(two) > 0.9 and three.agreement(one) < 0.8:
        return precise
    for longer in (second, declared):
        words = _Words.of(longer)
        if words.total > 2 * one.total and one.share_in(words) > 0.9 and _adds_prose(longer, first):
            return longer
    return first


def _is_long(text: str) -> bool:
    """Whether a text is more than a caption."""
    return len(text.strip()) >= 200 or len(_WIDE.findall(text)) >= 60


def text_of(page: Declared, content: str) -> str:
    """The article's text; empty where there is none."""
    first, second = _first(content), _second(content)
    declared = _declared(page)
    one = _Words.of(first)
    is_agreed = one.agreement(_Words.of(second)) >= _AGREE and _Words.of(declared).total <= 2 * one.total
    if first.strip() and is_agreed:
        return first
    return choose(first, second, _first(content, is_precise=True), declared)
