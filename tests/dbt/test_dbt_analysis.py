"""Laws between the analyst's marts, read off the one dbt build: what is counted twice over gives the same number.

Does not belong here: branches of a model's logic, which are dbt unit tests beside the model.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

Connection = duckdb.DuckDBPyConnection

AGREEMENTS = {
    "kinds of meetings add up to the meetings of the month": (
        "select country_a, country_b, month, sum(n_meetings), sum(n_planned)"
        " from meeting_kinds_by_country_pair_month group by all",
        "select country_a, country_b, month, n_meetings, n_planned from meetings_by_country_pair_month",
    ),
    "both directions add up to the relations of the pair": (
        "select least(source_code, target_code), greatest(source_code, target_code), month, sum(n_events)"
        " from relations_by_direction_month where source_kind = 'country' and target_kind = 'country'"
        " group by all having sum(n_events) > 0",
        "select country_a, country_b, month, n_events from relations_by_country_pair_month where n_events > 0",
    ),
    "every month of relations has its change": (
        "select country_a, country_b, month, n_events, net_cooperation, n_meetings from changes_by_country_pair_month",
        "select country_a, country_b, month, n_events, net_cooperation, n_meetings"
        " from relations_by_country_pair_month",
    ),
    "years of a pair add up to its months": (
        "select country_a, country_b, year, n_meetings, n_conflict from country_pair_rankings_year",
        "select country_a, country_b, year(month), sum(n_meetings), sum(n_conflict)"
        " from relations_by_country_pair_month group by all",
    ),
    "every meeting of a known month has its gap": (
        "select country_a, country_b, meeting_id from meeting_gaps_by_country_pair",
        "select country_a, country_b, meeting_id from meeting_country_pairs"
        " where status = 'occurred' and start_date is not null and month is not null",
    ),
    "now is the latest publication": (
        "select as_of_date from warehouse_horizon",
        "select max(published_date) from articles",
    ),
}


@pytest.mark.parametrize("law", list(AGREEMENTS))
def test_what_is_counted_twice_agrees(marts: Connection, law: str) -> None:
    one, other = AGREEMENTS[law]
    rows = marts.execute(one).fetchall()
    assert rows and sorted(rows) == sorted(marts.execute(other).fetchall())


def test_days_reach_over_whole_years(marts: Connection) -> None:
    first, last, n_days = marts.execute("select min(date), max(date), count(*) from dim_date").fetchone()
    assert (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    assert n_days == (last - first).days + 1 and last < date(2101, 1, 1)


def test_the_record_gives_the_gap_of_a_pair_that_met_twice(marts: Connection) -> None:
    rows = marts.execute(
        "select start_date, days_since_previous from meeting_gaps_by_country_pair"
        " where country_a = 'DEU' and country_b = 'TUR' order by start_date"
    ).fetchall()
    assert rows == [(date(2025, 7, 4), None), (date(2025, 7, 10), 6)]
