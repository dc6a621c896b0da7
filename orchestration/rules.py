"""The page of rules: every frame in words, its example, and what the extraction reads in the example.

Belongs here: the page `data/reference/RULES.md`, written by `make docs` and held current by a test.
Does not belong here: the rules (`data/reference/frames.csv`, `ingest.extract`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ingest.extract import extract
from ingest.extract.explain import frame_in_words
from ingest.lexicon import words
from ingest.settings import reference_dir

PUBLISHED = dt.date(2025, 7, 26)
_HEAD = """# Rules

Every rule of `frames.csv`, written by `make docs`; do not edit. A rule says which verb (of a class in `verbs.csv`), noun
(`nouns.csv`) or both make an event of which PLOVER type, and where the target stands. The source is the subject, the
"by" phrase of a passive, or the owner of a noun. `chancery explain FACT_ID` names the rule behind a fact.

Confidence is what one sentence earns; `chancery eval` prints how often rows of a confidence are right. The last column
is what the extraction reads in the example, as if published on Saturday 26 July 2025.

"""


def read_sentences(ids: Sequence[str], sentences: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The facts of sentences, each an article of its own; `article_id` is its id."""
    n = len(ids)
    return extract(
        pl.DataFrame(
            {
                "article_id": ids,
                "title": [None] * n,
                "text": sentences,
                "published_date": [PUBLISHED] * n,
                "language": ["en"] * n,
                "source": [None] * n,
            },
            schema_overrides={"title": pl.String, "source": pl.String},
        )
    )


def read_examples() -> dict[str, pl.DataFrame]:
    """The facts of all examples; `article_id` is the rule's id."""
    frames = words.frames()
    return read_sentences(frames["rule_id"].to_list(), frames["example"].to_list())


def read_as(facts: dict[str, pl.DataFrame]) -> dict[str, list[str]]:
    """By article: "FRA → DEU ACCUSE" for each event, in order."""
    out: dict[str, list[str]] = {}
    events = facts["events"].sort("article_id", "source_code", "target_code", "event_type")
    for row in events.iter_rows(named=True):
        status = "" if row["status"] == "occurred" else f" ({row['status']})"
        told = f"{row['source_code']} → {row['target_code']} {row['event_type']}{status}"
        out.setdefault(row["article_id"], []).append(told)
    return out


def page() -> str:
    """The page as Markdown: one table an event type, one row a rule."""
    read = read_as(read_examples())
    types = words.event_types()
    parts = [_HEAD]
    for event_type, description in types.select("event_type", "description").iter_rows():
        rows = words.frames().filter(pl.col("event_type") == event_type).sort("rule_id")
        if rows.is_empty():
            continue
        parts.append(f"## {event_type}\n\n{description}\n\n")
        parts.append("| rule | what makes it | confidence | example | read as |\n|---|---|---|---|---|\n")
        for row in rows.iter_rows(named=True):
            found = "; ".join(read.get(row["rule_id"], [])) or "–"
            cells = (row["rule_id"], frame_in_words(row), f"{row['confidence']:.2f}", row["example"], found)
            parts.append("| " + " | ".join(cells) + " |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def path() -> Path:
    """Where the page stands."""
    return Path(reference_dir()) / "RULES.md"


if __name__ == "__main__":
    path().write_text(page(), encoding="utf-8")
    print(path())
