"""Articles that come in parts give what they give at once, and a part touches only what it concerns.

Belongs here: laws of incremental builds over the hand-made warehouse. Does not belong here: their cost
(`orchestration/load.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow  # the warehouse of the tests, built in parts


def dump(path: Path, schema: str = "marts") -> dict[str, list[tuple]]:
    """Every table of a schema as its sorted rows."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by all", [schema]
        ).fetchall()
        return {
            name: connection.execute(f"select * from {schema}.{name} order by all").fetchall() for (name,) in names
        }


def test_articles_in_any_order_give_the_same_marts(build: Path, grown: Path) -> None:
    whole, parts = dump(build / "work.duckdb"), dump(grown / "work.duckdb")
    assert whole.keys() == parts.keys()
    for name, rows in whole.items():
        assert parts[name] == rows, name


@pytest.mark.parametrize("name", ["int_fact_ids", "int_fact_reports", "int_story_pairs", "int_article_stories"])
def test_and_the_same_clusters(build: Path, grown: Path, name: str) -> None:
    assert dump(grown / "work.duckdb", "intermediate")[name] == dump(build / "work.duckdb", "intermediate")[name]


def test_the_last_part_touches_only_what_it_concerns(grown: Path) -> None:
    with duckdb.connect(str(grown / "work.duckdb"), read_only=True) as connection:
        touched, of_new, n_facts, n_changed, n_articles = connection.execute("""
            select
                (select count(*) from intermediate.int_touched_facts),
                (select count(distinct fact_id) from intermediate.int_fact_reports
                    semi join intermediate.int_changed_articles using (article_id)),
                (select count(distinct fact_id) from intermediate.int_fact_reports),
                (select count(*) from intermediate.int_changed_articles),
                (select count(*) from raw.articles)
        """).fetchone()
    assert 0 < n_changed <= n_articles / 3 + 1
    assert of_new <= touched < n_facts
