"""A failing check leaves the published file as it was, under Dagster and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import polars as pl
import pytest
from small_world import run_job, write_articles

from ingest.errors import CheckFailed
from ingest.settings import Home
from orchestration import pipeline
from orchestration.engines import isolated

LATE = {
    "id": "w-8",
    "source": "Delta Wire",
    "published_date": "2025-08-02",
    "title": "Call",
    "text": "US President Donald Trump spoke by phone with Russian President Vladimir Putin on Friday.",
}


def _digest(home: Home) -> str:
    return sha256(home.published.read_bytes()).hexdigest()


@pytest.fixture
def wrong_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extraction as if it pointed one character too far."""
    right = isolated.read_facts

    def wrong(articles: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
        for facts in right(articles):
            assert facts["evidence"].height
            shifted = facts["evidence"].with_columns(pl.col("char_start") + 1, pl.col("char_end") + 1)
            yield facts | {"evidence": shifted}

    monkeypatch.setattr(isolated, "read_facts", wrong)


@pytest.mark.usefixtures("wrong_offsets")
def test_a_failing_check_stops_the_dagster_run_before_publishing(home: Home) -> None:
    before = _digest(home)
    late = write_articles(home.root / "late.jsonl", (LATE,))
    run = run_job("pipeline", home, run_config={"ops": {"raw": {"config": {"paths": [str(late)]}}}})
    made = {
        e.asset_key.to_user_string() for e in run.all_events if e.event_type_value == "ASSET_MATERIALIZATION"
    }
    failed = {item.check_name for item in run.get_asset_check_evaluations() if not item.passed}
    assert not run.success
    assert "evidence_is_the_words_of_the_text" in failed
    assert "facts/evidence" in made
    assert not made & {"marts/meetings", "published/warehouse", "published/parquet"}
    assert _digest(home) == before


@pytest.mark.usefixtures("wrong_offsets")
def test_a_failing_check_stops_the_command_before_publishing(home: Home) -> None:
    before = _digest(home)
    late = write_articles(home.root / "late.jsonl", (LATE,))
    with pytest.raises(CheckFailed, match="nothing was published"):
        pipeline.run(home, [late])
    assert _digest(home) == before
