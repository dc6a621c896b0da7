"""The verbs by themselves: what they do with trouble, and that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from small_world import write_articles

from ingest.errors import UsageError
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import pipeline
from orchestration.engines import isolated


def test_an_article_that_breaks_extraction_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = isolated.read_facts

    def breaks_on_bread(articles: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
        if articles["text"].str.contains("bread").any():
            raise RuntimeError("no appetite")
        return right(articles)

    monkeypatch.setattr(isolated, "read_facts", breaks_on_bread)
    home = Home.resolve(tmp_path / "home")
    pipeline.ingest(home, [write_articles(tmp_path / "articles.jsonl")])
    assert pipeline.extract(home) == 3
    with Warehouse(home) as warehouse:
        outcomes = warehouse.read(
            "select outcome, count(*) from facts.extractions group by all order by all"
        ).rows()
    assert outcomes == [("failed", 1), ("ok", 2)]


def test_a_run_without_news_changes_nothing(world_home: Home, home: Home) -> None:
    before = home.published.stat()
    result = pipeline.run(home, [world_home.inbox])
    assert result.published is None
    assert (result.ingested.n_ok, result.ingested.n_duplicate, result.n_extracted) == (0, 3, 0)
    assert home.published.stat().st_mtime_ns == before.st_mtime_ns


def test_a_lost_published_file_is_published_again(home: Home) -> None:
    assert pipeline.is_current(home)
    home.published.unlink()
    assert not pipeline.is_current(home)
    assert pipeline.publish(home).changed


def test_the_inbox_is_the_default_and_missing_paths_are_usage_errors(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    write_articles(home.inbox / "articles.jsonl")
    assert pipeline.ingest(home).n_ok == 3
    with pytest.raises(UsageError, match="no such file"):
        pipeline.ingest(home, [tmp_path / "absent.jsonl"])
