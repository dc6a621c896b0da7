"""The page of rules is current, and every rule reads its own example."""

from __future__ import annotations

import polars as pl

from ingest.lexicon import words
from orchestration import rules


def test_the_page_is_what_the_tables_say_today() -> None:
    assert rules.path().read_text(encoding="utf-8") == rules.page(), "run `make docs`"


def test_every_rule_reads_its_own_example() -> None:
    evidence = rules.read_examples()["evidence"]
    used = set(evidence.select("article_id", "rule_id").rows())
    silent = [rule for rule in words.frames()["rule_id"] if (rule, rule) not in used]
    assert silent == []


def test_every_example_gives_its_type() -> None:
    events = (
        rules.read_examples()["events"].select(pl.col("article_id").alias("rule_id"), "event_type").unique()
    )
    missing = (
        words.frames().select("rule_id", "event_type").join(events, on=["rule_id", "event_type"], how="anti")
    )
    assert missing.rows() == []
