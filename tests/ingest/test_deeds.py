"""480 sentences by someone who had not seen the rules, each with who does what to whom: figures that must not fall.

Belongs here: the set as a whole. Does not belong here: single constructions (`sentences/`).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from ingest.extract import extract

DEEDS = Path(__file__).parent / "deeds.jsonl"
FLOORS = {"precision": 0.84, "recall": 0.40, "precision of who and whom": 0.92}
LIVE = ("occurred", "planned")


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    """Precision and recall over (sentence, source, target, type), and precision without the type."""
    rows = [json.loads(line) for line in DEEDS.read_text(encoding="utf-8").splitlines()]
    articles = pl.DataFrame(
        {
            "article_id": [row["id"] for row in rows],
            "title": [""] * len(rows),
            "text": [row["text"] for row in rows],
            "published_date": [row["published_date"] for row in rows],
            "language": ["en"] * len(rows),
            "source": [""] * len(rows),
        }
    ).with_columns(pl.col("published_date").str.to_date())
    found = {
        (row["article_id"], row["source_code"], row["target_code"], row["event_type"])
        for row in extract(articles)["events"].iter_rows(named=True)
        if row["status"] in LIVE
    }
    asked = {
        (row["id"], event["source"], event["target"], event["type"])
        for row in rows
        for event in row["events"]
        if event["status"] in LIVE
    }
    who = {row[:3] for row in found}
    return {
        "precision": len(asked & found) / len(found),
        "recall": len(asked & found) / len(asked),
        "precision of who and whom": len({row[:3] for row in asked} & who) / len(who),
    }


@pytest.mark.parametrize("name", list(FLOORS))
def test_figure_does_not_fall(figures: dict[str, float], name: str) -> None:
    assert figures[name] >= FLOORS[name]
