"""How well pages are read: date, title and text of annotated pages, beside the extraction library alone in the same run.

Belongs here: the comparison. Does not belong here: reading (`ingest/pages/`).

Run as `python -m orchestration.bench_pages PAGES.jsonl.gz`: lines with `html`, `url` and `expected` (text, title, published_at).
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from ingest.pages.days import read_date
from ingest.sources.html import Question, Readers
from ingest.sources.records import Unreadable

_SAME_TITLE = 0.7


def _words(text: str) -> Counter[str]:
    """The words of a text, counted."""
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def token_f1(found: str, wanted: str) -> float:
    """F1 of the words of two texts, as bags."""
    one, two = _words(found), _words(wanted)
    both = 2 * sum((one & two).values())
    return both / (sum(one.values()) + sum(two.values())) if both else 0.0


def _letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _in_utc(when: datetime) -> datetime:
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


@dataclass
class Tally:
    """The sums of one reader."""

    name: str
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("day", "minute", "title", "headline", "f1", "seconds"), 0.0))

    def add(self, found: dict[str, Any], wanted: dict[str, Any]) -> None:
        """One page."""
        self.sums["f1"] += token_f1(found.get("text") or "", wanted["text"])
        if wanted.get("title"):
            title = found.get("title") or ""
            self.sums["title"] += _letters(title) == _letters(wanted["title"])
            self.sums["headline"] += max(token_f1(title, wanted["title"]), _letters(title) == _letters(wanted["title"])) >= _SAME_TITLE
        if wanted.get("published_at"):
            self._add_date(found.get("published_at"), datetime.fromisoformat(wanted["published_at"]))

    def _add_date(self, stated: str | None, wanted: datetime) -> None:
        when = read_date(stated, "")
        if when:
            self.sums["minute"] += when.has_time and abs((_in_utc(when.when) - _in_utc(wanted)).total_seconds()) <= 60
            days = {wanted.date(), _in_utc(wanted).date()}
            self.sums["day"] += bool({when.when.date(), _in_utc(when.when).date()} & days)


def _library_alone(page: str) -> dict[str, Any]:
    """The same page by the extraction library, as it comes."""
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(page, include_comments=False, with_metadata=True)
    except Exception:  # it meets broken pages with any error; that is a page not read
        found = None
    return {} if found is None else {"text": found.text, "title": found.title, "published_at": found.date}


def _ours(readers: Readers, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each page by our readers."""
    for answer in readers.read_all([Question(row["html"], "page", row.get("url")) for row in rows]):
        yield {} if isinstance(answer, Unreadable) else answer


def compare(rows: list[dict[str, Any]]) -> list[Tally]:
    """Both readers over the same pages."""
    ours, alone = Tally("chancery"), Tally("trafilatura alone")
    started = perf_counter()
    with Readers() as readers:
        for row, found in zip(rows, _ours(readers, rows), strict=True):
            ours.add(found, row["expected"])
    ours.sums["seconds"] = perf_counter() - started
    started = perf_counter()
    for row in rows:
        alone.add(_library_alone(row["html"]), row["expected"])
    alone.sums["seconds"] = perf_counter() - started
    return [ours, alone]


def table(rows: list[dict[str, Any]], tallies: list[Tally]) -> str:
    """The comparison as lines of text."""
    n_dates = sum(bool(row["expected"].get("published_at")) for row in rows)
    n_titles = sum(bool(row["expected"].get("title")) for row in rows)
    shown = (
        ("day of publication right", "day", n_dates), ("minute of publication right", "minute", n_dates),
        ("title the same letter by letter", "title", n_titles), (f"title the same (words F1 >= {_SAME_TITLE})", "headline", n_titles),
        ("text, mean F1 of words", "f1", len(rows)),
    )  # fmt: skip
    lines = [f"{len(rows)} pages".ljust(38) + "".join(tally.name.rjust(20) for tally in tallies)]
    for label, name, count in shown:
        if count:
            lines.append(f"{label} ({count})".ljust(38) + "".join(f"{tally.sums[name] / count:.3f}".rjust(20) for tally in tallies))
    lines.append("seconds".ljust(38) + "".join(f"{tally.sums['seconds']:.1f}".rjust(20) for tally in tallies))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Compare over each file; a file that is not there is said, not an error."""
    for name in arguments:
        path = Path(name)
        if not path.exists():
            print(f"{path}: not there")
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        print(table(rows, compare(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
