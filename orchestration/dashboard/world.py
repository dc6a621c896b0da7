"""Page World: who met most, where, with whom, and how the tone went.

Belongs here: this page and its queries over marts. Does not belong here: counting (`marts.*`).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from orchestration.dashboard import charts, data, filters, show, words

_FIGURES = """
    select
        (select count(*) from marts.articles) as articles, (select count(distinct source) from marts.articles) as sources,
        (select count(*) from marts.timeline where category = 'meeting' and status = 'occurred') as held,
        (select count(*) from marts.timeline where category = 'meeting' and status = 'planned') as planned,
        (select count(*) from marts.timeline where fact_kind = 'event' and status = 'occurred') as events,
        (select count(*) from marts.timeline where fact_kind = 'visit' and status = 'occurred') as visits,
        horizon.first_published, horizon.as_of_date
    from (select 1) left join marts.warehouse_horizon as horizon on true
"""
_YEARS = "select distinct year from marts.country_pair_rankings_year order by year desc"
_MEASURES = {"meetings": "Meetings held", "cooperation": "Events of cooperation", "conflict": "Events of conflict"}
_BUSIEST = """
    select ranks.country_a, ranks.country_b, a.name || ' – ' || b.name as pair, {column} as n
    from marts.country_pair_rankings_year as ranks
    inner join marts.dim_country as a on ranks.country_a = a.code
    inner join marts.dim_country as b on ranks.country_b = b.code
    where ranks.year = ? and {column} > 0 order by {column} desc, pair limit 12
"""
_BUSIEST_EVER = """
    select ranks.country_a, ranks.country_b, a.name || ' – ' || b.name as pair, sum({column})::int as n
    from marts.country_pair_rankings_year as ranks
    inner join marts.dim_country as a on ranks.country_a = a.code
    inner join marts.dim_country as b on ranks.country_b = b.code
    group by all having n > 0 order by n desc, pair limit 12
"""
_PLACES = """
    select places.*, coalesce(places.city || ', ', '') || dim_country.name as place,
        case when is_city_located then 'the city' else 'the country, no nearer' end as note
    from marts.meetings_by_place as places inner join marts.dim_country on places.country_code = dim_country.code
    order by n_meetings desc, place
"""
_LINKS = """
    select pairs.country_a, pairs.country_b, pairs.n_meetings, a.name || ' – ' || b.name as label
    from marts.meetings_by_country_pair as pairs
    inner join marts.dim_country as a on pairs.country_a = a.code
    inner join marts.dim_country as b on pairs.country_b = b.code
    where pairs.n_meetings > 0 order by pairs.n_meetings desc, label limit 60
"""
_NODES = """
    select code, name, region from marts.dim_country where list_contains(?, code) order by region, subregion, name
"""
_MONTHS = """
    select relations.month, n_cooperation, n_conflict, net_cooperation, n_meetings
    from marts.relations_by_month as relations, marts.warehouse_horizon as horizon
    where relations.month >= date_trunc('month', horizon.as_of_date) - interval 35 month order by relations.month
"""


def _head() -> None:
    now = data.dicts(_FIGURES)[0]
    show.head("Who meets whom, and how they get on", "What news articles say of relations between states. Every figure leads to the sentence behind it.")
    show.figures(
        [
            ("Articles", words.number(now["articles"]), words.plural(now["sources"], "source")),
            ("Meetings held", words.number(now["held"]), f"{words.number(now['planned'])} more planned"),
            ("Visits made", words.number(now["visits"]), ""),
            ("Events", words.number(now["events"]), "that occurred"),
            ("Articles reach to", words.day(now["as_of_date"]), f"from {words.day(now['first_published'])}"),
        ]
    )


def _busiest() -> None:
    show.section("Busiest pairs", "A click on a bar opens the pair.")
    left, right = st.columns(2)
    with left:
        measure = filters.one("Ranked by", "by", _MEASURES, "meetings")
    with right:
        years = {"all": "all years"} | {str(row["year"]): str(row["year"]) for row in data.dicts(_YEARS)}
        year = filters.one("Year", "year", years, "all")
    column = f"n_{measure}"
    rows = data.dicts(_BUSIEST_EVER.format(column=column)) if year == "all" else data.dicts(_BUSIEST.format(column=column), int(year))
    if not rows:
        show.empty(f"No pair of countries with {_MEASURES[measure].lower()} in {years[year]}.")
        return
    colour = {"meetings": charts.MEETING, "cooperation": charts.COOPERATION, "conflict": charts.CONFLICT}[measure]
    event = st.altair_chart(
        charts.bars(rows, "pair", "n", _MEASURES[measure], colour, ("country_a", "country_b")),
        on_select="rerun", key=f"busiest-{measure}-{year}", alt=f"{_MEASURES[measure]} of the busiest pairs of countries; the same as a list of links below.",
    )  # fmt: skip
    _open_pair(charts.clicked(event, "mark"))
    with st.expander("The same as a table"):
        cells = [(words.link("pair", row["pair"], a=row["country_a"], b=row["country_b"]), words.number(row["n"])) for row in rows]
        show.table(f"{_MEASURES[measure]}, {years[year]}", [("Pair", ""), (_MEASURES[measure], "num")], cells)


def _open_pair(mark: dict[str, Any] | None) -> None:
    if mark:
        filters.go("pair", a=mark["country_a"], b=mark["country_b"])


def _places() -> None:
    show.section("Where they met", "Meetings held in person or of unknown form; calls have no place. A click lists the country's meetings.")
    rows = data.dicts(_PLACES)
    if not rows:
        show.empty("No meeting with a known place.")
        return
    shown = [{name: str(value) if name.endswith("_meeting") else value for name, value in row.items()} for row in rows]
    event = st.altair_chart(charts.world_map(shown), on_select="rerun", key="places", alt="World map of meetings held; the same as a table below.")
    mark = charts.clicked(event, "mark")
    if mark:
        filters.go("explore", place=mark["country_code"], kind="meeting", status="occurred")
    with st.expander("The same as a table"):
        cells = [
            (
                words.link("explore", row["place"], place=row["country_code"], kind="meeting", status="occurred"),
                words.number(row["n_meetings"]), words.number(row["n_head_meetings"]), words.day(row["last_meeting"]),
            )
            for row in rows[:50]
        ]  # fmt: skip
        show.table("Places by meetings held", [("Place", ""), ("Meetings", "num"), ("Of leaders", "num"), ("Last", "num")], cells)


def _network() -> None:
    show.section("Who meets whom", "The sixty pairs that met most. Neighbours on the circle are of one region; a click on a country lists its facts.")
    links = data.dicts(_LINKS)
    if not links:
        show.empty("No pair of countries has met.")
        return
    counts: dict[str, int] = {}
    for pair in links:
        for side in (pair["country_a"], pair["country_b"]):
            counts[side] = counts.get(side, 0) + pair["n_meetings"]
    nodes = [{**row, "n_meetings": counts[row["code"]]} for row in data.dicts(_NODES, sorted(counts))]
    drawn = charts.network(links, nodes, is_dark=st.context.theme.type == "dark")
    event = st.altair_chart(drawn, on_select="rerun", key="network", alt="Network of countries that met; the pairs stand in the table below.")
    mark = charts.clicked(event, "mark")
    if mark:
        filters.go("explore", country=mark["code"])
    with st.expander("The same as a table"):
        cells = [(words.link("pair", row["label"], a=row["country_a"], b=row["country_b"]), words.number(row["n_meetings"])) for row in links]
        show.table("Pairs by meetings held", [("Pair", ""), ("Meetings", "num")], cells)


def _tone() -> None:
    show.section("Net cooperation over time", "Events between countries that occurred, by month, the last three years. The line is cooperation less conflict.")
    rows = data.rows(_MONTHS)
    if rows.is_empty():
        show.empty("No dated event between countries.")
        return
    st.altair_chart(charts.months(rows), key="months", alt="Events of cooperation and conflict by month, with net cooperation as a line.")


def page() -> None:
    """The whole page."""
    _head()
    _busiest()
    _places()
    _network()
    _tone()
