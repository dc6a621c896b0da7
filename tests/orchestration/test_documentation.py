"""Every published table says what it is: grain, caveats, a query that runs, a contract, a key and its readers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ingest.settings import Home, dbt_dir
from orchestration import models, reading

# What readers were promised, column by column; a table may have more behind these, never fewer or others between.
PROMISED = {
    "articles": "article_id external_id source url title text published_at published_date date_source language n_words"
    " duplicate_of story_id first_seen_at snapshot_id",
    "actors": "actor_id name kind code code_kind role role_class first_seen last_seen n_articles",
    "actor_offices": "actor_id role code valid_from valid_to basis",
    "article_actors": "article_id actor_id name code role n_mentions first_char",
    "article_topics": "article_id topic rank score",
    "meetings": "meeting_id status format level start_date end_date date_precision city country_code codes topics"
    " n_articles n_sources first_reported last_reported confidence",
    "meeting_participants": "meeting_id actor_id name role code",
    "events": "event_id event_type mode status source_code target_code start_date date_precision country_code city topics"
    " cameo_root quad_class goldstein n_articles n_sources first_reported last_reported confidence",
    "visits": "visit_id actor_id visitor_code host_code city start_date end_date date_precision status days",
    "statements": "statement_id article_id actor_id speaker_name speaker_code about_codes verb quote char_start char_end",
    "evidence": "fact_kind fact_id article_id sentence_index char_start char_end evidence trigger rule_id"
    " extractor_version confidence",
    "meetings_by_country_pair": "country_a country_b n_meetings n_in_person n_calls n_planned first_meeting last_meeting"
    " highest_level top_topics n_articles",
    "meetings_by_country_pair_month": "country_a country_b month",
    "relations_by_country_pair_month": "country_a country_b month n_events n_cooperation n_conflict mean_goldstein"
    " net_cooperation n_meetings",
    "topics_by_country_pair_month": "country_a country_b month topic",
    "actor_activity_month": "actor_id month",
    "dim_country": "code iso2 name official_name region subregion capital latitude longitude groups",
    "dim_topic": "topic",
    "dim_event_type": "event_type",
    "dim_date": "date",
}
NAMES = sorted(path.stem for path in (dbt_dir() / "models" / "marts").glob("*.sql"))
# Columns taken over as they stand, with no logic to test; and what `tests/dbt` tests over a whole build.
_COPIES = {
    "article_actors",
    "article_topics",
    "articles",
    "dim_country",
    "dim_event_type",
    "dim_organization",
    "dim_topic",
    "fact_reports",
}
_TESTED_WHOLE = {"dim_date", "meetings", "visits"}
_KEYED = {"unique", "unique_combination"}


def nodes() -> dict[str, dict[str, Any]]:
    """The marts by name, as dbt knows them."""
    found = models.manifest()["nodes"].values()
    return {
        node["name"]: node for node in found if node["resource_type"] == "model" and node["schema"] == "marts"
    }


def checks_on(unique_id: str) -> set[str]:
    """The names of the generic tests on a model."""
    found = models.manifest()["nodes"].values()
    return {
        node["test_metadata"]["name"]
        for node in found
        if node["resource_type"] == "test" and node.get("attached_node") == unique_id and node.get("test_metadata")
    }


def test_the_promised_columns_are_there_in_their_order() -> None:
    marts = nodes()
    for name, columns in PROMISED.items():
        assert list(marts[name]["columns"])[: len(columns.split())] == columns.split(), name


def test_every_table_says_its_grain_its_caveats_and_its_columns() -> None:
    for name, node in nodes().items():
        last = re.split(r"(?<=\.) ", node["description"])[-1]
        assert last.startswith("One row"), f"{name}: the description ends with the grain"
        assert node["config"]["meta"]["caveats"].endswith("."), name
        assert all(column["description"] for column in node["columns"].values()), name


def test_every_table_has_contract_key_and_logic_under_test() -> None:
    covered = {node["model"] for node in models.manifest()["unit_tests"].values()}
    for name, node in nodes().items():
        assert node["config"]["contract"]["enforced"], name
        assert checks_on(node["unique_id"]) & _KEYED, f"{name} has no test of its key"
        assert name in covered | _COPIES | _TESTED_WHOLE, f"{name} has no unit test"


def test_every_table_has_a_reader() -> None:
    read = {
        node for exposure in models.manifest()["exposures"].values() for node in exposure["depends_on"]["nodes"]
    }
    assert [name for name, node in nodes().items() if node["unique_id"] not in read] == []


WHOLE = ("published_warehouse", "exports")
"""Exposures that give every table away."""


def test_the_published_file_and_the_exports_name_every_table() -> None:
    exposures = {node["name"]: node for node in models.manifest()["exposures"].values()}
    every = {node["unique_id"] for node in nodes().values()}
    for name in WHOLE:
        assert set(exposures[name]["depends_on"]["nodes"]) == every, name


@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs_and_reads_its_table(sample: Home, name: str) -> None:
    example = nodes()[name]["config"]["meta"]["example"]
    assert re.search(rf"\bmarts\.{name}\b", example)
    answer = reading.query(sample, example)
    assert answer.height > 0 or name == "corrections_applied"  # the sample needs no correction


def test_the_first_page_of_the_documentation_is_the_questions() -> None:
    page = models.manifest()["docs"]["doc.chancery.__overview__"]["block_contents"]
    assert "# Twenty questions" in page and "{%" not in page
