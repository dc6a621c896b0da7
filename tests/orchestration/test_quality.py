"""The suites: what they hold, and that they notice."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl
import pytest

from ingest.errors import CheckFailed
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import models, pipeline
from orchestration.quality.declarations import SUITES, closed_list, suite_blocks, suite_expectations
from orchestration.quality.validation import validate

LAWS = {
    ("raw.ledger", "nothing_is_lost"),
    ("raw.ledger", "quarantined_share_is_below_limit"),
    ("facts.evidence", "evidence_is_the_words_of_the_text"),
    ("facts.meetings", "meeting_has_two_sides"),
    ("facts.meetings", "fact_has_evidence"),
    ("facts.events", "fact_has_evidence"),
    ("marts.articles", "no_article_is_lost"),
    ("marts.articles", "articles_do_not_vanish"),
}

SPOILED = [
    ("facts", "update facts.evidence set char_start = char_start + 1", "evidence_is_the_words_of_the_text"),
    ("facts", "delete from facts.evidence where fact_kind = 'meeting'", "fact_has_evidence"),
    ("facts", "update facts.meetings set codes = codes[:1]", "meeting_has_two_sides"),
    ("facts", "update facts.meetings set codes = ['USA', 'XXX']", "sides_are_known"),
    ("facts", "update facts.events set confidence = 1.5", "confidence_is_a_share"),
    (
        "facts",
        "update facts.events set start_date = date '1066-10-14', date_precision = 'day'",
        "start_date_is_within_reason",
    ),
    ("raw", "update raw.ledger set n_in = n_in + 1", "nothing_is_lost"),
    (
        "raw",
        "update raw.ledger set n_in = 2000, n_ok = 500, n_quarantined = 1500, n_duplicate = 0",
        "quarantined_share_is_below_limit",
    ),
    (
        "marts",
        "update marts.relations_by_country_pair_month set mean_goldstein = 11",
        "goldstein_is_on_its_scale",
    ),
    (
        "marts",
        "insert into quality.snapshots select 's0', timestamp '2025-01-01', 1000, 5, 5, 'x'",
        "articles_do_not_vanish",
    ),
]


# What dbt's tests say of a column, in the library's words.
_TWINS = {
    "column_values_to_be_unique": "unique",
    "compound_columns_to_be_unique": "unique_combination",
    "column_values_to_not_be_null": "not_null",
}


def test_no_rule_is_in_both_places() -> None:
    told = {
        (node["attached_node"].split(".")[-1], node["test_metadata"]["name"], node["column_name"])
        for node in models.manifest()["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata") and node.get("attached_node")
    }
    told |= {
        (node["name"], constraint["type"], column["name"])
        for node in models.manifest()["nodes"].values()
        if node["resource_type"] == "model"
        for column in node["columns"].values()
        for constraint in column.get("constraints", [])
    }
    said = {
        (item.table.split(".")[1], _TWINS[item.kind], item.arguments.get("column"))
        for item in suite_expectations("marts")
        if item.kind in _TWINS
    }
    assert not said & told


def test_there_are_at_least_forty_expectations() -> None:
    assert sum(len(suite_expectations(suite)) for suite in SUITES) >= 40


def test_the_laws_are_among_them() -> None:
    declared = {(item.table, item.name) for suite in SUITES for item in suite_expectations(suite)}
    assert declared >= LAWS


def test_queries_take_only_columns_that_are_looked_at(world: object) -> None:
    with duckdb.connect(str(world.home.staging), read_only=True) as connection:
        for suite in SUITES:
            for block in suite_blocks(suite):
                taken, of_new = (
                    {row[0] for row in connection.execute(f"describe {query}").fetchall()}
                    for query in (block.query, block.query_of_new)
                )
                used = {
                    name
                    for item in block.expectations
                    for name in [item.arguments.get("column"), *item.arguments.get("column_list", [])]
                }
                assert taken == of_new == used - {None}, block.table


@pytest.mark.parametrize(("suite", "spoil", "noticed_by"), SPOILED)
def test_a_broken_law_is_noticed(home: Home, suite: str, spoil: str, noticed_by: str) -> None:
    with Warehouse(home) as warehouse:
        warehouse.con.execute(spoil)
        outcomes = validate(suite, warehouse.read)
    assert noticed_by in {item.expectation.name for item in outcomes if not item.success}


def test_a_failure_says_which_expectation_and_what_was_seen(home: Home) -> None:
    with Warehouse(home) as warehouse:
        warehouse.con.execute("update facts.events set confidence = 1.5")
    with pytest.raises(
        CheckFailed, match=r"facts\.events: confidence_is_a_share.*observed .*1\.5"
    ) as failure:
        pipeline.require(pipeline.check(home, "facts", is_whole=True))
    assert failure.value.exit_code == 1


def test_a_warning_is_told_and_kept_and_stops_nothing(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with Warehouse(home) as warehouse:
        warehouse.con.execute(
            "insert into quality.snapshots values ('s0', timestamp '2030-01-01', 3, 900, 900, 'x')"
        )
    outcomes = pipeline.check(home, "marts", "warned")
    pipeline.require(outcomes)
    assert "900 before, from no fewer articles" in caplog.text
    with duckdb.connect(str(home.staging), read_only=True) as connection:
        kept = connection.execute(
            "select severity, observed from quality.validations where run_id = 'warned' and not success"
        ).fetchall()
    assert [severity for severity, _ in kept] == ["warn"] and "900 before" in kept[0][1]


def test_a_check_leads_to_its_data_docs(world: object) -> None:
    told = [item.metadata for item in world.run.get_asset_check_evaluations() if "data docs" in item.metadata]
    assert len(told) == sum(len(suite_expectations(suite)) for suite in SUITES)
    assert {metadata["data docs"].value for metadata in told} == {
        (world.home.quality_docs / suite / "index.html").as_uri() for suite in SUITES
    }
def test_what_passed_with_the_last_build_is_not_looked_at_again(home: Home) -> None:
    with Warehouse(home) as warehouse:
        sizes = [warehouse.read(block.query_of_new).height for block in suite_blocks("raw")]
        wholes = [warehouse.read(block.query).height for block in suite_blocks("raw")]
        warehouse.con.execute(
            "delete from intermediate.built_articles where article_id = (select min(article_id) from raw.articles)"
        )
        grown = [warehouse.read(block.query_of_new).height for block in suite_blocks("raw")]
    assert (sizes[0], grown[0], wholes[0]) == (0, 1, 3)
    assert sizes[1:] == wholes[1:]


def test_results_are_kept_and_shown(world: object) -> None:
    with duckdb.connect(str(world.home.staging), read_only=True) as connection:
        kept = connection.execute(
            "select count(distinct (suite, table_name, expectation)) from quality.validations"
        )
        assert kept.fetchone()[0] == sum(len(suite_expectations(suite)) for suite in SUITES)
    for suite in SUITES:
        assert (world.home.quality_docs / suite / "index.html").exists()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    from orchestration.quality import declarations

    def declare(text: str, folder: object) -> None:
        (folder / "raw.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(declarations, "_FOLDER", folder)
        declarations.suite_blocks.cache_clear()

    yield declare
    declarations.suite_blocks.cache_clear()


def test_an_unknown_severity_is_refused(fake: Callable, tmp_path: object) -> None:
    row = "    - {name: loud, expect: column_values_to_be_unique, column: a, severity: shout}\n"
    fake("- table: raw.articles\n  query: select a\n  expectations:\n" + row, tmp_path)
    with pytest.raises(ValueError, match="loud has severity 'shout', none of block, warn"):
        suite_blocks("raw")


def test_a_name_given_twice_is_refused(fake: Callable, tmp_path: object) -> None:
    row = "    - {name: twice, expect: column_values_to_be_unique, column: a}\n"
    fake("- table: raw.articles\n  query: select a\n  expectations:\n" + row + row, tmp_path)
    with pytest.raises(ValueError, match="named twice"):
        suite_blocks("raw")


def test_what_cannot_be_evaluated_has_failed(fake: Callable, tmp_path: object) -> None:
    row = "    - {name: absent, expect: column_values_to_be_unique, column: no_such_column}\n"
    fake("- table: raw.articles\n  query: select 1 as a\n  expectations:\n" + row, tmp_path)
    outcomes = validate("raw", lambda query: pl.DataFrame({"a": [1]}))
    assert not outcomes[0].success
    assert "could not be evaluated" in outcomes[0].observed


def test_closed_lists_come_from_the_reference_tables() -> None:
    assert {"USA", "UN"} <= set(closed_list("codes"))
    assert "UN" not in closed_list("country_codes")
    with pytest.raises(ValueError, match="none of"):
        closed_list("no_such_list")
