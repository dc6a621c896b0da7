"""The measures of `chancery eval`, on cases small enough to count by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from small_world import ARTICLES

from ingest.errors import UsageError
from ingest.settings import Home
from orchestration import evaluate, reading, scoring
from orchestration.progress import silent

DATES = [
    ("2025-07-25", "day", "2025-07-25", "day", True),
    ("2025-07-25", "day", "2025-07-26", "day", False),
    ("2025-07-21", "week", "2025-07-26", "day", True),
    ("2025-07-21", "week", "2025-07-29", "day", False),
    ("2025-07-21", "week", "2025-07-01", "month", True),
    ("2025-07-01", "month", "2025-07-30", "day", True),
    ("2025-01-01", "year", "2025-11-30", "day", True),
    ("2025-01-01", "year", "2026-01-01", "year", False),
]


@pytest.mark.parametrize(("want", "precision", "got", "got_precision", "right"), DATES)
def test_dates_agree_at_the_annotated_precision(
    want: str, precision: str, got: str, got_precision: str, right: bool
) -> None:
    dates = date.fromisoformat(want), precision, date.fromisoformat(got), got_precision
    assert scoring.is_date_right(*dates) is right


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Recep Tayyip Erdoğan", "erdogan"), ("Robert Smith Jr.", "smith"), ("Ban Ki-moon", "moon"), (None, "")],
)
def test_surnames_are_folded(name: str | None, expected: str) -> None:
    assert scoring.surname(name) == expected


def test_a_summit_counts_as_its_pairs_and_an_unreal_one_must_not_appear() -> None:
    gold, found = scoring.Facts(), scoring.Facts()
    gold.add_meeting("a", ["USA", "FRA", "DEU"], "occurred", None, None, None)
    gold.add_meeting("a", ["USA", "RUS"], "denied", None, None, None)
    found.add_meeting("a", ["USA", "FRA"], "occurred", None, None, None)
    found.add_meeting("a", ["USA", "RUS"], "planned", None, None, None)
    score = scoring.compare(gold, found, 1, 1)
    pairs = score.agreements["meeting_pair"]
    assert (pairs.gold, pairs.found, pairs.hits) == (3, 2, 1)
    assert score.false_status == 1


def test_finding_nothing_where_nothing_is_scores_full() -> None:
    empty = scoring.Agreement(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (1.0, 1.0, 1.0)


def test_a_warehouse_is_scored_by_external_id(world_home: Home) -> None:
    nothing = {"persons": [], "meetings": [], "events": [], "topics": []}
    meeting = {
        "countries": ["PAK", "USA"],
        "status": "occurred",
        "participants": ["Ishaq Dar"],
        "date": "2025-07-25",
        "precision": "day",
        "country": "USA",
    }
    rows = [{"id": "w-1"} | nothing | {"meetings": [meeting]}, {"id": "not-there"} | nothing]
    with reading.published(world_home) as connection:
        score = scoring.score(connection, rows)
    assert (score.n_articles, score.n_found) == (2, 1)
    assert score.agreements["meeting_pair"].recall == 1.0
    assert score.shares["meeting_date"].share == 1.0


def test_eval_tells_a_broken_line_by_its_number(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(ARTICLES[0]) + "\n{broken\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 2"):
        evaluate.evaluate([gold], None, silent())
