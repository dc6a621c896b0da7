"""Laws of the marts, read off one dbt build over hand-made facts: one encounter one row, nothing counted
that did not happen, corrections shown, row order without effect.

Does not belong here: tests of a single model's branches, which are dbt unit tests beside the model.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from dbt_rebuild import rebuild
from dbt_scenario import published_id

Connection = duckdb.DuckDBPyConnection
JULY_25 = date(2025, 7, 25)


def meetings(marts: Connection, codes: str, columns: str = "status, start_date") -> list[tuple]:
    """The meetings of exactly these sides, in order of their dates."""
    return marts.execute(
        f"select {columns} from meetings where codes = ? order by start_date, status, meeting_id",
        [codes.split()],
    ).fetchall()


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param("PAK USA", [("occurred", JULY_25)] * 2, id="disjoint people are two encounters"),
        pytest.param("DEU FRA", [("occurred", date(2025, 7, 10))], id="a day beats a month and no date"),
        pytest.param(
            "DEU TUR",
            [("occurred", date(2025, 7, 4)), ("occurred", date(2025, 7, 10)), ("occurred", None)],
            id="an undated report that fits two stays alone",
        ),
        pytest.param("TUR UKR", [("occurred", date(2025, 8, 2))], id="planned becomes held"),
        pytest.param("IND PAK", [("denied", date(2025, 8, 20))], id="planned becomes called off"),
        pytest.param("CHN USA", [("occurred", None), ("planned", None)], id="planned again is another"),
        pytest.param("ITA JPN", [("occurred", date(2025, 6, 16))], id="a talk on the margin of a summit"),
        pytest.param("ARG AUS CAN IDN ITA JPN UN", [("occurred", date(2025, 6, 16))], id="a summit is one"),
        pytest.param("BRA CHN", [("occurred", date(2025, 5, 1))] * 2, id="a call is no meeting in person"),
        pytest.param("RUS UKR", [("occurred", None)] * 2, id="undated talks are told apart by ten days"),
    ],
)
def test_one_encounter_is_one_row(marts: Connection, codes: str, expected: list[tuple]) -> None:
    assert meetings(marts, codes) == expected


def test_reports_of_one_meeting_are_merged(marts: Connection) -> None:
    """The best known place, the highest level and the topics by support; a copy adds no source."""
    row = marts.execute(
        "select meeting_id, format, level, city, country_code, topics, n_articles, n_sources, first_reported,"
        " last_reported from meetings where meeting_id = ?",
        [published_id("meeting", "m01")],
    ).fetchone()
    assert row == (
        published_id("meeting", "m01"),
        "in_person",
        "head",
        "Washington",
        "USA",
        ["trade", "energy"],
        3,
        2,
        JULY_25,
        date(2025, 7, 27),
    )
    people = marts.execute(
        "select name from meeting_participants where meeting_id = ? order by name", [row[0]]
    ).fetchall()
    assert people == [("Dar",), ("Rubio",)]


def test_each_status_stays_in_the_history(marts: Connection) -> None:
    rows = marts.execute(
        "select h.article_id, h.status from meeting_status_history as h"
        " inner join meetings using (meeting_id) where codes = ['TUR', 'UKR'] order by h.article_id"
    ).fetchall()
    assert rows == [("a20", "planned"), ("a21", "occurred")]


def test_planned_meeting_is_not_counted(marts: Connection) -> None:
    rows = marts.execute(
        "select country_a, country_b, n_meetings, n_planned from meetings_by_country_pair"
        " where (country_a, country_b) in (('BRA', 'FRA'), ('CHN', 'USA'), ('IND', 'PAK'), ('TUR', 'UKR'))"
        " order by all"
    ).fetchall()
    assert rows == [("BRA", "FRA", 0, 1), ("CHN", "USA", 1, 1), ("TUR", "UKR", 1, 0)]


def test_summit_gives_its_pairs_of_countries(marts: Connection) -> None:
    """Fifteen pairs of six states; the UN is no country; the talk on the margin adds to its own pair."""
    rows = marts.execute(
        "select country_a, country_b, n_meetings from meetings_by_country_pair"
        " where country_a in ('ARG', 'AUS', 'CAN', 'IDN', 'ITA', 'JPN')"
    ).fetchall()
    assert len(rows) == 15
    assert {pair[:2]: pair[2] for pair in rows if pair[2] > 1} == {("ITA", "JPN"): 2}


def test_country_pair_row(marts: Connection) -> None:
    row = marts.execute(
        "select * from meetings_by_country_pair where country_a = 'PAK' and country_b = 'USA'"
    ).fetchone()
    assert row == ("PAK", "USA", 2, 2, 0, 0, JULY_25, JULY_25, "head", ["energy", "trade"], 4)


def test_event_told_three_times_is_one(marts: Connection) -> None:
    rows = marts.execute(
        "select event_type, mode, status, source_code, start_date, cameo_root, goldstein, n_articles"
        " from events order by event_type, source_code, status"
    ).fetchall()
    assert rows == [
        ("SANCTION", None, "occurred", "PAK", JULY_25, "17", -6.0, 1),
        ("SANCTION", None, "planned", "PAK", None, "16", -6.0, 1),
        ("SUPPORT", None, "occurred", "UN", JULY_25, "05", 5.0, 1),
        ("SUPPORT", "thank", "occurred", "USA", JULY_25, "05", 5.0, 3),
    ]


def test_relations_count_only_what_occurred_between_countries(marts: Connection) -> None:
    row = marts.execute(
        "select * from relations_by_country_pair_month where country_a = 'PAK' and country_b = 'USA'"
    ).fetchone()
    assert row == ("PAK", "USA", date(2025, 7, 1), 2, 1, 1, -0.5, 0, 2)


def test_planned_visit_becomes_held(marts: Connection) -> None:
    rows = marts.execute("select actor_id, status, days from visits order by actor_id").fetchall()
    assert rows == [("p:dar", "occurred", 8), ("p:munir", "occurred", None)]


def test_evidence_of_every_report_is_kept(marts: Connection) -> None:
    rows = marts.execute(
        "select article_id from evidence where fact_id = ? order by article_id",
        [published_id("meeting", "m01")],
    ).fetchall()
    assert rows == [("a01",), ("a02",), ("a03",)]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param("KEN MEX", [], id="reject a report"),
        pytest.param("KEN NGA", [], id="reject a rule"),
        pytest.param("EGY KEN", [("occurred", "Nairobi", 1)], id="set a field"),
        pytest.param("IRN QAT", [("occurred", None, 1)] * 2, id="split"),
        pytest.param("JOR KOR", [("occurred", None, 2)], id="merge"),
        pytest.param("VNM ZAF", [("denied", None, 1)], id="set the status of a report"),
        pytest.param("GBR ZAF", [], id="reject a published meeting"),
    ],
)
def test_hand_corrections_are_applied(marts: Connection, codes: str, expected: list[tuple]) -> None:
    assert meetings(marts, codes, "status, city, n_articles") == expected


def test_hand_corrections_are_shown(marts: Connection) -> None:
    rows = marts.execute(
        "select correction_id, effect, is_published from corrections_applied order by correction_id, fact_id"
    ).fetchall()
    assert rows == [
        ("k1", "removed", False),
        ("k2", "removed", False),
        ("k3", "city set to Nairobi", True),
        ("k4", "split off", True),
        ("k5", "merged", True),
        ("k6", "status of one report set to denied", True),
        ("k7", "removed", False),
        ("k8", "removed", False),
        ("k9", "not applied: no such fact", False),
    ]
    assert marts.execute("select statement_id from statements").fetchall() == [("s1",)]


def test_copies_near_copies_and_updates_share_a_story(marts: Connection) -> None:
    rows = marts.execute(
        "select article_id, duplicate_of, story_id from articles"
        " where article_id in ('a01', 'a03') or article_id between 'a70' and 'a74' order by article_id"
    ).fetchall()
    copies = {article_id: copy_of for article_id, copy_of, _ in rows}
    story = {article_id: story_id for article_id, _, story_id in rows}
    assert {article_id for article_id, copy_of in copies.items() if copy_of} == {"a03"}
    assert copies["a03"] == "a01"
    assert story["a01"] == story["a03"]
    assert story["a70"] == story["a71"] == story["a72"]
    assert len({story["a70"], story["a73"], story["a74"]}) == 3


def test_roster_office_is_listed_for_a_person_seen(marts: Connection) -> None:
    rows = marts.execute(
        "select role, valid_from, basis from actor_offices where actor_id = 'p:dar'"
    ).fetchall()
    assert rows == [("foreign minister", date(2024, 3, 11), "roster")]


@pytest.mark.parametrize("shuffle", [1, 2])
def test_row_order_changes_nothing(marts: Connection, build: Path, tmp_path: Path, shuffle: int) -> None:
    tables = [
        name
        for (name,) in marts.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by all"
        ).fetchall()
    ]
    with rebuild(build, tmp_path, shuffle) as other:
        for name in tables:
            columns = [row[0] for row in marts.execute(f"describe marts.{name}").fetchall()]
            query = f"select {', '.join(columns)} from marts.{name} order by all"
            assert marts.execute(query).fetchall() == other.execute(query).fetchall(), name
