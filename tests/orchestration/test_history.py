"""What is not as usual: learned from the warehouse, silent while it is young, and deaf to the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest

from orchestration.quality.declarations import SUITES, suite_blocks

START = date(2024, 1, 1)
MONDAY = date(2025, 9, 1)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    """Empty tables with the columns that the queries read."""
    con = duckdb.connect()
    con.execute(
        """
        create schema raw; create schema facts; create schema marts; create schema quality;
        create table raw.articles (article_id varchar, source varchar, published_date date);
        create table raw.ledger (n_in bigint, n_quarantined bigint, loaded_at timestamp);
        create table raw.tombstones (article_id varchar);
        create table facts.extractions (article_id varchar, outcome varchar);
        create table facts.meetings (article_id varchar);
        create table facts.events (article_id varchar);
        create table marts.articles (article_id varchar);
        create table marts.meetings (meeting_id varchar);
        create table marts.events (event_id varchar);
        create table quality.snapshots (
            snapshot_id varchar, published_at timestamp, n_articles bigint, n_meetings bigint, n_events bigint);
        """
    )
    return con


def told(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """What the query behind an expectation says is not as usual."""
    (query,) = [
        block.query
        for suite in SUITES
        for block in suite_blocks(suite)
        if any(item.name == name for item in block.expectations)
    ]
    return [text for (text,) in con.execute(query).fetchall() if text]


def publish(con: duckdb.DuckDBPyConnection, source: str, days: list[date], n: int = 1) -> None:
    """Articles of a source, `n` on each of the days."""
    con.execute(
        "insert into raw.articles select concat($1, '-', day, '-', i), $1, day"
        " from (select unnest($2::date[]) as day), range($3) as t(i)",
        [source, days, n],
    )


def every(days: int, n: int, since: date = START) -> list[date]:
    return [since + timedelta(days=days * i) for i in range(n)]


@pytest.mark.parametrize(
    ("weekly", "expected"),
    [
        pytest.param(every(7, 30), [], id="a weekly that was printed last week"),
        pytest.param(
            every(7, 25), ["weekly: nothing since 2024-06-17, longest silence before 7 days"], id="silent"
        ),
        pytest.param(every(7, 12), [], id="too young to have a rhythm"),
        pytest.param(
            [START, *every(7, 25, date(2024, 3, 1))][:22], [], id="it has been silent as long before"
        ),
    ],
)
def test_a_source_that_falls_silent_is_told(
    con: duckdb.DuckDBPyConnection, weekly: list[date], expected: list[str]
) -> None:
    publish(con, "daily", every(1, 210))
    publish(con, "weekly", weekly)
    assert told(con, "no_source_falls_silent") == expected


@pytest.mark.parametrize(
    ("days", "last", "expected"),
    [
        pytest.param(
            60,
            date(2094, 1, 1),
            ["latest publication 2094-01-01 comes 25509 days after the one before"],
            id="far ahead",
        ),
        pytest.param(60, date(2024, 3, 20), [], id="a pause of three weeks"),
        pytest.param(20, date(2094, 1, 1), [], id="too few days to know"),
    ],
)
def test_a_leap_of_now_is_told(
    con: duckdb.DuckDBPyConnection, days: int, last: date, expected: list[str]
) -> None:
    publish(con, "daily", [*every(1, days), last])
    assert told(con, "latest_publication_does_not_jump") == expected


@pytest.mark.parametrize(
    ("earlier", "last", "expected"),
    [
        pytest.param(
            [30] * 12, 400, ["week of 2025-09-01: 400 articles, usually 30.0"], id="ten times as full"
        ),
        pytest.param([30] * 12, 80, [], id="a full week"),
        pytest.param(
            [30] * 12 + [2],
            30,
            ["week of 2025-08-25: 2 articles, usually 30.0"],
            id="a tenth, once it is over",
        ),
        pytest.param([30] * 12, 2, [], id="the last week may be unfinished"),
        pytest.param([30] * 5, 400, [], id="too young"),
        pytest.param([3] * 12, 400, [], id="too small to tell"),
    ],
)
def test_a_jump_in_numbers_is_told(
    con: duckdb.DuckDBPyConnection, earlier: list[int], last: int, expected: list[str]
) -> None:
    for weeks_ago, n in enumerate(reversed([*earlier, last])):
        publish(con, "wire", [MONDAY - timedelta(weeks=weeks_ago)], n)
    assert told(con, "weeks_are_as_full_as_usual") == expected


@pytest.mark.parametrize(
    ("n_days", "last", "expected"),
    [
        pytest.param(
            10, (500, 200), ["200 of 500 inputs of 2024-01-11 refused, usually 1.0 %"], id="a surge"
        ),
        pytest.param(10, (500, 10), [], id="a little more than usual"),
        pytest.param(4, (500, 200), [], id="too young"),
        pytest.param(10, (5, 4), [], id="too few inputs to take a share of"),
    ],
)
def test_a_surge_of_refusals_is_told(
    con: duckdb.DuckDBPyConnection, n_days: int, last: tuple[int, int], expected: list[str]
) -> None:
    loads = [(300, 3)] * n_days + [last]
    for day, (n_in, n_refused) in enumerate(loads):
        con.execute(
            "insert into raw.ledger values (?, ?, ?)", [n_in, n_refused, datetime(2024, 1, 1 + day, 5)]
        )
    assert told(con, "quarantined_share_is_as_usual") == expected


@pytest.mark.parametrize(
    ("n_months", "rate", "expected"),
    [
        pytest.param(
            8, 9, ["2024-09: 9.00 facts an article, between 2.00 and 2.00 before"], id="boilerplate"
        ),
        pytest.param(
            8, 0, ["2024-09: 0.00 facts an article, between 2.00 and 2.00 before"], id="nothing is read"
        ),
        pytest.param(8, 3, [], id="a lively month"),
        pytest.param(4, 9, [], id="too young"),
    ],
)
def test_a_change_of_yield_is_told(
    con: duckdb.DuckDBPyConnection, n_months: int, rate: int, expected: list[str]
) -> None:
    for month in range(n_months + 1):
        publish(con, f"s{month}", [date(2024, 1 + month, 5)], 100)
        n = rate if month == n_months else 2
        con.execute(
            "insert into facts.events select article_id from raw.articles, range(?) where source = ?",
            [n, f"s{month}"],
        )
    con.execute("insert into facts.extractions select article_id, 'ok' from raw.articles")
    assert told(con, "facts_per_article_are_as_usual") == expected


@pytest.mark.parametrize(
    ("now", "before", "name", "expected"),
    [
        pytest.param(
            (40, 0, 0),
            (100, 0, 0),
            "articles_do_not_vanish",
            ["40 articles, 100 published before and 0 forgotten since"],
            id="loss",
        ),
        pytest.param((90, 0, 0), (100, 0, 0), "articles_do_not_vanish", [], id="some were refused"),
        pytest.param((4, 0, 0), (10, 0, 0), "articles_do_not_vanish", [], id="too small to tell"),
        pytest.param(
            (500, 300, 900),
            (500, 400, 900),
            "facts_neither_fall_nor_leap",
            ["300 meetings, 400 before, from no fewer articles"],
            id="fall",
        ),
        pytest.param(
            (500, 400, 990),
            (400, 400, 300),
            "facts_neither_fall_nor_leap",
            ["990 events from 500 articles, 300 from 400 before"],
            id="leap",
        ),
        pytest.param(
            (500, 400, 900), (250, 200, 450), "facts_neither_fall_nor_leap", [], id="twice as many articles"
        ),
        pytest.param(
            (100, 30, 30), (500, 400, 900), "facts_neither_fall_nor_leap", [], id="articles were forgotten"
        ),
    ],
)
def test_a_jump_between_snapshots_is_told(
    con: duckdb.DuckDBPyConnection,
    now: tuple[int, ...],
    before: tuple[int, ...],
    name: str,
    expected: list[str],
) -> None:
    for table, n in zip(("articles", "meetings", "events"), now, strict=True):
        con.execute(f"insert into marts.{table} select 'x' from range(?)", [n])
    con.execute("insert into quality.snapshots values ('s1', timestamp '2024-01-01', ?, ?, ?)", list(before))
    assert told(con, name) == expected


def test_who_was_forgotten_did_not_vanish(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into quality.snapshots values ('s1', timestamp '2024-01-01', 100, 0, 0)")
    con.execute("insert into raw.tombstones select 'x' from range(95)")
    con.execute("insert into marts.articles select 'x' from range(5)")
    assert told(con, "articles_do_not_vanish") == []


def test_an_empty_warehouse_is_told_nothing(con: duckdb.DuckDBPyConnection) -> None:
    names = [item.name for suite in SUITES for block in suite_blocks(suite) for item in block.expectations]
    learned = [item for item in names if item.endswith(("usual", "silent", "jump", "vanish", "leap"))]
    assert len(learned) == 7 and all(told(con, name) == [] for name in learned)
