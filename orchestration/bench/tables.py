"""What was measured, as tables for a terminal and for the documentation.

Belongs here: words and columns. Does not belong here: measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestration.bench.growth import STAGES

Rows = list[list[str]]
_PER = 100_000
_WANTED = 5_000
"""The rate that was aimed at, on two cores."""


def extraction(found: dict[str, Any]) -> Rows:
    """Rates beside each other, and as multiples of spaCy's entity recognition in the same run."""
    base = next((row["rate"] for row in found["rows"] if row["name"] == "spaCy NER" and "rate" in row), None)
    rows = [["what", "articles", "articles/s", "peak MB", "times spaCy NER"]]
    for row in found["rows"]:
        if "error" in row:
            rows.append([row["name"], "not measured", row["error"][:60], "", ""])
            continue
        times = f"{row['rate'] / base:.0f}" if base else ""
        rows.append([row["name"], f"{row['articles']:,}", f"{row['rate']:,.0f}", f"{row['peak_mb']:,}", times])
    return rows


def floor(found: dict[str, Any]) -> str:
    """What keeps the extraction from `_WANTED` articles a second, in a sentence or two; "" where it was not measured."""
    rates = {row["name"]: row["rate"] for row in found["rows"] if "rate" in row}
    most = max((int(name.split()[-2]) for name in rates if name.endswith("threads")), default=0)
    names = [f"{name}, {most} threads" for name in ("extraction", "words of it alone", "sketches of it alone")]
    if not rates.keys() >= set(names):
        return ""
    whole, words, sketches = (1000 / rates[name] for name in names)
    rules, left = whole - words - sketches, 1000 / _WANTED - words - sketches
    told = (
        f"On {most} threads an article takes {whole:.2f} ms: {words:.2f} ms until its sentences are words of the vocabulary, {sketches:.2f} ms "
        f"for the sketch by which near-duplicates are found, {rules:.2f} ms for everything that is read out of the words. "
    )
    if left >= rules:
        return told + f"That is more than {_WANTED:,} articles a second."
    if left <= 0:
        return told + f"Words and sketch alone are slower than {_WANTED:,} articles a second."
    return told + f"{_WANTED:,} articles a second would leave {left:.2f} ms for the last part: it would have to be {rules / left:.1f} times as fast."


def stages(found: Sequence[dict[str, Any]]) -> Rows:
    """Seconds of each stage per 100,000 articles, by size."""
    rows = [["articles", "input", "facts/article", "seconds in all", *(f"{name} / 100,000" for name in STAGES), "peak MB"]]
    for row in found:
        share = [f"{row['stages'][name] * _PER / row['articles']:,.1f}" for name in STAGES]
        rows.append([f"{row['articles']:,}", row["input"], f"{row['facts'] / row['articles']:.2f}", f"{row['seconds']:,.1f}", *share, f"{row['peak_mb']:,}"])
    return rows


def new(found: Sequence[dict[str, Any]]) -> Rows:
    """What a thousand new articles cost on each size."""
    rows = [["on so many", "seconds", "of which the copy", "seconds on empty", "ratio without the copy"]]
    for row in found:
        it = row["new"]
        rows.append([
            f"{row['articles']:,}", f"{it['seconds on these']:.1f}", f"{it['of which the copy that publishes']:.1f}",
            f"{it['seconds on empty']:.1f}", f"{it['ratio without the copy']:.2f}",
        ])  # fmt: skip
    return rows


def scheduled(found: dict[str, Any]) -> Rows:
    """A scheduled run of a hundred, by part, medians of its runs; beside it what a run costs that does nothing."""
    parts = found["median parts"]
    least = {"with nothing new": found["nothing new"]["clock"], "an empty job of Dagster": found["an empty job of Dagster"]}
    return [
        ["launch to publish", *parts, *least],
        [f"{found['median']['clock']:.1f} s", *(f"{value:.1f}" for value in (*parts.values(), *least.values()))],
    ]


def plain(rows: Rows) -> str:
    """For a terminal: columns aligned, the first to the left."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if n == 0 else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )


def markdown(rows: Rows) -> str:
    """For a page."""
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|---|" + "---:|" * (len(rows[0]) - 1), *rest])
