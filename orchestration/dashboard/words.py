"""How values read: dates with their precision, status, counts, links; every word of it escaped for HTML.

Belongs here: text from values. Does not belong here: layout of tables and panels (`show`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import urlencode, urlsplit

STATUS = {
    "occurred": ("✓", "held"),
    "planned": ("◷", "planned"),
    "denied": ("✕", "denied"),
    "hypothetical": ("?", "possible"),
}
"""A sign and a word for each status of a meeting or visit; an event that occurred is `done`."""
CATEGORIES = {
    "meeting": "Meeting",
    "visit": "Visit",
    "consultation": "Consultation",
    "cooperation": "Cooperation",
    "conflict": "Conflict",
}


def day(value: date | None) -> str:
    """`15 Aug 2025`, or a dash."""
    return f"{value.day} {value:%b %Y}" if value else "–"


def dated(start: date | None, precision: str, reported: date | None = None) -> str:
    """A date as precise as it is known; what is undated says when it was first reported."""
    if start is None or precision == "unknown":
        return f"undated, told {day(reported)}" if reported else "undated"
    return {"week": f"week of {day(start)}", "month": f"{start:%b %Y}", "year": f"{start:%Y}"}.get(precision, day(start))


def status(value: str, kind: str = "meeting") -> str:
    """The status in a sign, a word and a colour."""
    sign, word = STATUS.get(value, ("", value))
    word = "done" if kind == "event" and value == "occurred" else word
    return f'<span class="st st-{escape(value)}"><span aria-hidden="true">{sign}</span> {escape(word)}</span>'


def category(value: str) -> str:
    """The category in a word and a coloured bar."""
    return f'<span class="cat cat-{escape(value)}">{escape(CATEGORIES.get(value, value))}</span>'


def number(value: float | None, digits: int = 0) -> str:
    """A figure with thin spaces, a true minus and no more digits than asked; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}".replace(",", "\u202f").replace("-", "−")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 article`, `2 articles`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def address(page: str, parameters: Mapping[str, Any]) -> str:
    """The address of a page with filters, for an attribute."""
    kept = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    return escape(f"{page or './'}?{urlencode(kept, doseq=True)}" if kept else page or "./")


def link(page: str, text: str, /, **parameters: Any) -> str:
    """A link within the dashboard."""
    return f'<a href="{address(page, parameters)}" target="_self">{escape(text)}</a>'


def source_link(url: str | None, text: str) -> str:
    """A link to an article if its address is one of the web; else the text alone."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return escape(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return escape(text)
    return f'<a href="{escape(url.strip())}" target="_blank" rel="noopener noreferrer nofollow">{escape(text)}</a>'


def _spans(sentence: str, trigger: str) -> list[tuple[int, int]]:
    """Where the words of a trigger stand: as one phrase, else one after the other."""
    whole = re.compile(rf"(?<!\w){re.escape(trigger)}(?!\w)", re.IGNORECASE).search(sentence) if trigger else None
    if whole:
        return [whole.span()]
    found, at = [], 0
    for word in trigger.split():
        hit = re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE).search(sentence, at)
        if hit:
            found.append(hit.span())
            at = hit.end()
    return found


def marked(sentence: str, triggers: Sequence[str]) -> str:
    """A sentence with the words that state the fact marked; the whole where none of them stands in it as it is."""
    letters = {place for trigger in triggers for span in _spans(sentence, trigger) for place in range(*span)}
    if not letters:
        return f"<mark>{escape(sentence)}</mark>"
    runs = groupby(range(len(sentence)), key=letters.__contains__)
    parts = ((is_marked, escape("".join(sentence[place] for place in run))) for is_marked, run in runs)
    return "".join(f"<mark>{text}</mark>" if is_marked else text for is_marked, text in parts)
