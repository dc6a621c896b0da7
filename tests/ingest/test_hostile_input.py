"""Laws of hostile input: each loads rightly or is refused with its reason, in bounded time, and the rest of the batch loads."""

from __future__ import annotations

from time import perf_counter

import polars as pl
import pytest
from hostile_inputs import CASES, Case, line

from ingest.articles import REASONS, admit
from ingest.extract import extract
from ingest.settings import Home
from ingest.sources import read_path, replay_batches, store
from ingest.warehouse import Warehouse

SECONDS_OF_AN_ARTICLE = 10
SECRET = "root:"
"""How /etc/passwd begins: what a trick that reads it would bring in."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, pl.DataFrame, pl.DataFrame]:
    """All cases as one batch of files between two plain ones, through the border into a working file."""
    root = tmp_path_factory.mktemp("hostile")
    folder, home = root / "in", Home.resolve(root / "home")
    for case in CASES:
        case.write(folder / case.name)
    for name in ("0-first", "zz-last"):
        (folder / f"{name}.jsonl").write_bytes(line(id=name))
    articles, refused = [], []
    with Warehouse(home) as warehouse:
        for batch in read_path(folder, home):
            admitted = admit(batch)
            row = warehouse.append(admitted, batch.path, batch.sha256, batch.arrived_at)
            assert row["n_in"] == row["n_ok"] + row["n_duplicate"] + row["n_quarantined"]
            places = batch.records.select("raw_sha256", raw_position="position", path="path")
            articles.append(admitted.articles.join(places, on=["raw_sha256", "raw_position"], how="left"))
            refused.append(admitted.quarantine)
    return home, pl.concat(articles), pl.concat(refused)


def of_case(frame: pl.DataFrame, case: Case) -> pl.DataFrame:
    """The rows that came out of the case's folder."""
    return frame.filter(pl.col("path").str.contains(f"/in/{case.name}/", literal=True))


def test_there_are_at_least_eighty_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80
    assert {reason for case in CASES for _, reason in case.reasons} <= set(REASONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_input(case: Case, loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    _, articles, refused = loaded
    assert sorted(of_case(refused, case).select("position", "reason").rows()) == sorted(case.reasons)
    assert sorted(of_case(articles, case).unique(["raw_sha256", "raw_position"])["text"]) == sorted(case.texts)


def test_the_other_articles_of_the_batch_load(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    _, articles, refused = loaded
    assert {"0-first", "zz-last"} <= set(articles["external_id"])
    assert len(refused) == sum(len(case.reasons) for case in CASES)


def test_nothing_was_read_that_was_not_given(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    home, articles, refused = loaded
    assert not articles["text"].str.contains(SECRET, literal=True).any()
    assert not refused["detail"].str.contains(SECRET, literal=True).any()
    assert not [path for path in home.raw.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_no_trick_made_a_file_or_touched_a_table(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    home, articles, refused = loaded
    assert not list(home.root.parent.rglob("hostile-was-here"))
    with Warehouse(home) as warehouse:
        counts = warehouse.counts()
    assert counts["raw.articles"] == articles["article_id"].n_unique()
    assert counts["raw.quarantine"] == refused["input_id"].n_unique()


def test_every_field_keeps_the_trick_as_it_was(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    _, articles, _ = loaded
    for kind in ("fields", "cells"):
        rows = articles.filter(pl.col("path").str.contains(f"/in/trick_sql_in_{kind}/", literal=True))
        for name in ("external_id", "url", "source", "title", "author"):
            assert rows[name].unique().to_list() == ["'; DROP TABLE raw.articles; --"]


def test_replay_gives_the_same_from_raw_alone(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    home, articles, refused = loaded
    again = [admit(batch) for batch in replay_batches(home)]
    assert set(pl.concat([a.articles for a in again])["article_id"]) == set(articles["article_id"])
    assert set(pl.concat([a.quarantine for a in again])["input_id"]) == set(refused["input_id"])
    assert not list(home.raw.glob(".incoming-*")) and store.arrivals(home.raw)


def test_facts_are_read_in_bounded_time_and_point_at_their_words(loaded: tuple[Home, pl.DataFrame, pl.DataFrame]) -> None:
    home, _, _ = loaded
    with Warehouse(home) as warehouse:
        rows = warehouse.read("SELECT * FROM raw.articles ORDER BY article_id")
    texts = dict(rows.select("article_id", "text").iter_rows())
    begin = perf_counter()
    evidence = extract(rows)["evidence"]
    assert perf_counter() - begin < SECONDS_OF_AN_ARTICLE * 3
    assert evidence.filter(pl.col("evidence").str.contains("Oslo")).height >= len(CASES) // 3
    for article_id, start, end, words in evidence.select("article_id", "char_start", "char_end", "evidence").iter_rows():
        assert texts[article_id][start:end] == words
