"""The picture of the README: one sentence, the fact read in it, and what many such facts add up to.

Belongs here: drawing `dbt_project/site/picture.svg` from the published sample. Does not belong here: charts of the dashboard.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from ingest.settings import Home, dbt_dir
from orchestration import reading

_CHAR, _LINE, _LEFT, _WIDTH = 8.4, 24, 28, 860
_COLUMNS = 94
_KINDS = {"side": "#bfdbfe", "trigger": "#fde68a", "place": "#bbf7d0"}
_FOR, _AGAINST = "#2563eb", "#dc2626"
_MEETING = """
    select meeting_id, status, format, level, start_date, city, country_code, codes, topics, n_sources
    from marts.meetings where status = 'occurred' and format = 'in_person' and city is not null
    order by n_sources desc, n_articles desc, confidence desc, meeting_id limit 1
"""
_SENTENCE = """
    select evidence.evidence, evidence.trigger, evidence.rule_id, articles.source, articles.published_date
    from marts.evidence inner join marts.articles using (article_id)
    where evidence.fact_id = '{}' order by evidence.confidence desc, position(' met ' in evidence.evidence) = 0,
    evidence.char_start, articles.published_date desc limit 1
"""
_PEOPLE = "select name from marts.meeting_participants where meeting_id = '{}' order by name"
_PAIRS = """
    select country_a, country_b, sum(n_cooperation)::int as n_for, sum(n_conflict)::int as n_against
    from marts.relations_by_country_pair_month group by country_a, country_b
    order by n_for + n_against desc, country_a, country_b limit 8
"""


def path() -> Path:
    """Where the picture stands."""
    return dbt_dir() / "site" / "picture.svg"


def _text(x: float, y: float, words: str, *, kind: str = "", width: float = 0) -> str:
    """One line of text; with a width it takes exactly that much."""
    fixed = f' textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"' if width else ""
    look = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{look}{fixed} xml:space="preserve">{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str, radius: float = 3) -> str:
    """A filled box."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{fill}"/>'


def _marks(sentence: str, words: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where each of the words first stands as a whole, with the colour of its kind."""
    found = []
    for word, kind in words.items():
        match = re.search(rf"\b{re.escape(word)}\b", sentence)
        if match:
            found.append((*match.span(), _KINDS[kind]))
    return found


def _sentence(top: float, sentence: str, words: dict[str, str]) -> tuple[list[str], float]:
    """The sentence, wrapped, its words marked; and where it ends."""
    lines = textwrap.wrap(sentence, _COLUMNS, break_on_hyphens=False)
    out: list[str] = []
    for number, line in enumerate(lines):
        y = top + number * _LINE
        out += [_box(_LEFT + a * _CHAR - 2, y - 16, (b - a) * _CHAR + 4, 22, colour) for a, b, colour in _marks(line, words)]
        out.append(_text(_LEFT, y, line, kind="read", width=len(line) * _CHAR))
    return out, top + len(lines) * _LINE


def _fact(top: float, meeting: dict[str, Any], people: list[str]) -> tuple[list[str], float]:
    """The row of the meeting as names and values, in two columns."""
    cells = [
        ("codes", ", ".join(meeting["codes"])), ("start_date", str(meeting["start_date"])),
        ("city", f"{meeting['city']} ({meeting['country_code']})"), ("status", meeting["status"]),
        ("format, level", f"{meeting['format']}, {meeting['level']}"), ("topics", ", ".join(meeting["topics"])),
        ("people", f"{', '.join(people[:2])} and {len(people) - 2} more"), ("n_sources", str(meeting["n_sources"])),
    ]  # fmt: skip
    out = [_box(_LEFT - 10, top - 20, _WIDTH - 2 * _LEFT + 20, len(cells) / 2 * _LINE + 14, "#f1f5f9", 8)]
    for number, (name, value) in enumerate(cells):
        x, y = _LEFT + number % 2 * 470, top + number // 2 * _LINE
        out += [_text(x, y, name, kind="name"), _text(x + 118, y, value, kind="value")]
    return out, top + len(cells) / 2 * _LINE + 14


def _bars(top: float, pairs: list[dict[str, Any]]) -> tuple[list[str], float]:
    """A line a pair: events for to the right, against to the left."""
    middle, unit = 470.0, 16.0
    out = [
        _text(middle - 12, top, "events against", kind="against"),
        _text(middle + 12, top, "events for each other", kind="for"),
    ]
    for number, pair in enumerate(pairs, start=1):
        y = top + number * _LINE
        out.append(_text(_LEFT, y, f"{pair['country_a']} – {pair['country_b']}", kind="value"))
        out.append(_box(middle - pair["n_against"] * unit, y - 13, pair["n_against"] * unit, 16, _AGAINST, 2))
        out.append(_box(middle, y - 13, pair["n_for"] * unit, 16, _FOR, 2))
        if pair["n_against"]:
            out.append(_text(middle - pair["n_against"] * unit - 8, y, str(pair["n_against"]), kind="left"))
        if pair["n_for"]:
            out.append(_text(middle + pair["n_for"] * unit + 8, y, str(pair["n_for"]), kind="value"))
    return out, top + (len(pairs) + 1) * _LINE


_STYLE = """
text { font: 14px ui-sans-serif, system-ui, 'DejaVu Sans', sans-serif; fill: #0f172a }
.read { font-family: ui-monospace, 'DejaVu Sans Mono', monospace }
.head { font-weight: 600; font-size: 15px; fill: #334155 }
.name { fill: #64748b }
.left, .against { text-anchor: end }
.for { fill: #2563eb } .against { fill: #dc2626 }
"""


def drawn(home: Home) -> str:
    """The picture as SVG, from the published file of a home."""
    meeting = reading.query(home, _MEETING).row(0, named=True)
    said = reading.query(home, _SENTENCE.format(meeting["meeting_id"])).row(0, named=True)
    people = reading.query(home, _PEOPLE.format(meeting["meeting_id"]))["name"].to_list()
    pairs = reading.query(home, _PAIRS).rows(named=True)
    named = sorted(people, key=lambda name: name not in said["evidence"])
    words = dict.fromkeys(people, "side") | {said["trigger"]: "trigger", meeting["city"]: "place"}
    out = [_text(_LEFT, 34, f"One sentence, from {said['source']} of {said['published_date']}", kind="head")]
    part, y = _sentence(66, said["evidence"], words)
    out += [*part, _text(_LEFT, y + 20, f"One fact, read in it by rule {said['rule_id']}: a row of marts.meetings", kind="head")]
    part, y = _fact(y + 56, meeting, named)
    out += [*part, _text(_LEFT, y + 18, "Many facts: the busiest pairs of countries in the sample", kind="head")]
    part, y = _bars(y + 48, pairs)
    out += part
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y:.0f}" width="{_WIDTH}" role="img" aria-labelledby="t">'
    title = '<title id="t">A sentence with its sides, verb and place marked; the meeting read in it; the busiest pairs of countries</title>'
    back = _box(0, 0, _WIDTH, y, "#ffffff", 10)
    return "\n".join([head, title, f"<style>{_STYLE}</style>", back, *out, "</svg>", ""])
