"""Page Country pair: what two countries did, met about and said of each other, against their own custom.

Belongs here: this page and its queries over marts. Does not belong here: counting (`marts.*`).
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from orchestration.dashboard import charts, data, filters, show, words

_BUSIEST = """
    select country_a, country_b from marts.meetings_by_country_pair
    order by n_meetings desc, n_planned desc, country_a, country_b limit 1
"""
_MEETINGS = "select * from marts.meetings_by_country_pair where country_a = ? and country_b = ?"
_SILENCE = "select * from marts.silences_by_country_pair where country_a = ? and country_b = ?"
_FACTS = """
    select * from marts.timeline
    where list_has_all(codes, [?, ?]) and (? = [] or list_contains(?, category)) and (? = [] or list_contains(?, status))
    order by sort_date desc nulls last, fact_kind desc, fact_id
"""
_AGENDA = """
    select agenda.quarter, dim_topic.name as topic, agenda.n_facts, agenda.share, agenda.share_change, agenda.is_new_topic,
        sum(agenda.n_facts) over (partition by agenda.topic) as weight
    from marts.agenda_by_country_pair_quarter as agenda inner join marts.dim_topic on agenda.topic = dim_topic.topic
    where agenda.country_a = ? and agenda.country_b = ? and agenda.n_facts > 0
    order by weight desc, dim_topic.name, agenda.quarter
"""
_TONE = """
    select month, net_cooperation, n_events, baseline_net_cooperation, has_enough_data, coalesce(is_unusual, false) as is_unusual
    from marts.changes_by_country_pair_month where country_a = ? and country_b = ? order by month
"""
_LEVELS = {"head": "leaders", "ministerial": "ministers", "envoy": "envoys", "official": "officials"}
_SHOWN_POINTS = 400


def _chosen() -> tuple[str | None, str | None, dict[str, str]]:
    """The two sides, from the address or the pair that met most."""
    names = data.countries()
    first = data.dicts(_BUSIEST)
    default = (first[0]["country_a"], first[0]["country_b"]) if first else (None, None)
    left, right = st.columns(2)
    with left:
        one = filters.one("First country", "a", names, default[0])
    with right:
        other = filters.one("Second country", "b", names, default[1])
    return one, other, names


def _figures(a: str, b: str) -> None:
    found = data.dicts(_MEETINGS, a, b)
    if not found:
        show.empty("No meeting of these two in the warehouse, held or planned.")
        return
    row, quiet = found[0], (data.dicts(_SILENCE, a, b) or [{}])[0]
    note = "longer than their custom" if quiet.get("is_silent") else ("too few meetings to tell a rhythm" if quiet and not quiet["has_enough_data"] else "")
    show.figures(
        [
            ("Meetings held", words.number(row["n_meetings"]), f"{words.number(row['n_in_person'])} in person, {words.number(row['n_calls'])} by phone or video"),
            ("Planned", words.number(row["n_planned"]), "not counted as held"),
            ("Highest level", _LEVELS.get(row["highest_level"], "–"), ""),
            ("Last meeting", words.day(row["last_meeting"]), f"first {words.day(row['first_meeting'])}" if row["first_meeting"] else ""),
            ("Days since, as of the last article", words.number(quiet.get("days_silent")), note),
        ]
    )


def _timeline(facts: pl.DataFrame) -> None:
    show.section("Timeline", "Full marks happened; hollow ones are planned, denied or only possible. A click opens the sentences.")
    if facts.is_empty():
        return
    shown = facts.head(_SHOWN_POINTS).with_columns(
        shown=pl.struct("start_date", "date_precision", "first_reported").map_elements(
            lambda row: words.dated(row["start_date"], row["date_precision"], row["first_reported"]), return_dtype=pl.String
        ),
        lane=pl.int_range(pl.len()).over("category", "sort_date") % 5,
    )
    columns = ("fact_id", "category", "status", "what", "who", "sort_date", "shown", "lane")
    told = "Meetings, visits and events of the pair by day; the same as a list below."
    event = st.altair_chart(charts.timeline(shown.select(columns)), on_select="rerun", key="timeline", alt=told)
    mark = charts.clicked(event, "mark")
    if mark and mark["fact_id"] != st.session_state.get("last-mark"):
        st.session_state["last-mark"] = mark["fact_id"]
        st.query_params["fact"] = mark["fact_id"]
        st.rerun()
    if facts.height > _SHOWN_POINTS:
        st.caption(f"The {_SHOWN_POINTS} latest of {facts.height}; the list below has all.")


def _agenda(a: str, b: str) -> None:
    show.section("Agenda", "Topics of their meetings and events, by quarter; the first twelve by weight.")
    rows = data.dicts(_AGENDA, a, b)
    if not rows:
        show.empty("No topic told of these two.")
        return
    kept = list(dict.fromkeys(row["topic"] for row in rows))[:12]
    st.altair_chart(charts.agenda([_of_agenda(row) for row in rows if row["topic"] in kept]), key="agenda", alt="Share of each topic by quarter.")


def _of_agenda(row: dict[str, Any]) -> dict[str, Any]:
    """A square of the agenda, its change in words."""
    change = "too little to tell" if row["share_change"] is None else f"{row['share_change']:+.0%}" + (" (new)" if row["is_new_topic"] else "")
    quarter = f"{row['quarter']:%Y} Q{(row['quarter'].month + 2) // 3}"
    return {"topic": row["topic"], "quarter": quarter, "share": row["share"], "n_facts": row["n_facts"], "change": change}


def _tone(a: str, b: str) -> None:
    show.section(
        "Tone, against their own custom",
        "Cooperation less conflict by month. The grey tick is the mean of the pair's own twelve months before; "
        "a ring marks what is unusual for them.",
    )
    rows = data.rows(_TONE, a, b)
    if rows.is_empty():
        show.empty("No dated event between these two.")
        return
    st.altair_chart(charts.tone(rows), key="tone", alt="Net cooperation by month with the pair's own baseline.")
    if not rows["has_enough_data"].any():
        st.caption("Too few months and events to call any month unusual: that takes six months and six events before it.")


def _list(a: str, b: str, found: pl.DataFrame) -> None:
    limit, offset = show.leaf_bounds()
    if found.is_empty():
        show.empty("Nothing between these two in the warehouse, under these filters.")
        return
    rows = found.slice(offset, limit).to_dicts()
    show.facts("pair", f"{words.plural(found.height, 'fact')}, latest first", rows, found.height)


def page() -> None:
    """The whole page."""
    heading = st.container()
    one, other, names = _chosen()
    if one is None or other is None:
        show.head("Country pair")
        show.empty("No pair of countries in the warehouse yet.")
        return
    with heading:
        show.head(f"{names[one]} – {names[other]}")
    if one == other:
        show.empty("Choose two different countries.")
        return
    a, b = sorted((one, other))
    show.evidence("pair")
    _figures(a, b)
    left, right = st.columns(2)
    with left:
        kinds = filters.some("Kinds", "kind", words.CATEGORIES, placeholder="all kinds")
    with right:
        states = filters.some("Status", "status", {code: word for code, (_, word) in words.STATUS.items()}, placeholder="any status")
    found = data.rows(_FACTS, a, b, kinds, kinds, states, states)
    _timeline(found)
    show.section("Meetings and events", "Each opens the sentences that state it.")
    _list(a, b, found)
    _agenda(a, b)
    _tone(a, b)
