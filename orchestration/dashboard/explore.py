"""Page Explore: every meeting, event and visit, by country, person, topic, place, date and status; to read or to take away.

Belongs here: this page, its query over `marts.timeline`, the file that it gives. Does not belong here: other exports
(`chancery export`).
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from orchestration.dashboard import data, filters, show, words

_WHERE = """
    from marts.timeline
    where ($countries = [] or list_has_all(codes, $countries))
        and ($person is null or list_contains(actor_ids, $person))
        and ($topics = [] or list_has_any(topics, $topics))
        and ($kinds = [] or list_contains($kinds, category))
        and ($states = [] or list_contains($states, status))
        and ($place is null or country_code = $place)
        and ($since is null or sort_date >= $since)
        and ($until is null or sort_date <= $until)
"""
_COUNT = f"select count(*)::int as n {_WHERE}"
_LEAF = f"select * {_WHERE} order by sort_date desc nulls last, fact_kind desc, fact_id limit $limit offset $offset"
_ALL = f"""
    select * replace (
        array_to_string(codes, ';') as codes, array_to_string(actor_ids, ';') as actor_ids,
        array_to_string(people, ';') as people, array_to_string(topics, ';') as topics
    ) {_WHERE} order by sort_date desc nulls last, fact_id
"""
_RISKY = r"^[=+\-@\t\r]"
"""A cell that begins so is a formula to a spreadsheet."""


def _asked() -> dict[str, Any]:
    """The filters as the query wants them."""
    names = data.names()
    one, two = st.columns(2)
    with one:
        countries = filters.some("Countries and organisations, all of them a side", "country", names, placeholder="any")
        topics = filters.some("Topics, one of them", "topic", data.topics(), placeholder="any")
        kinds = filters.some("Kinds", "kind", words.CATEGORIES, placeholder="all kinds")
    with two:
        person = filters.one("Person", "person", data.people(filters.asked("person")), placeholder="anybody", help="Of meetings and visits; events name no people.")
        place = filters.one("Took place in", "place", data.places(), placeholder="anywhere")
        states = filters.some("Status", "status", {code: word for code, (_, word) in words.STATUS.items()}, placeholder="any status")
    left, right = st.columns(2)
    with left:
        since = filters.a_day("From day", "since")
    with right:
        until = filters.a_day("To day", "until")
    return {
        "countries": countries, "person": person, "topics": topics, "kinds": kinds, "states": states, "place": place,
        "since": since, "until": until,
    }  # fmt: skip


def csv(found: pl.DataFrame) -> bytes:
    """The rows as CSV in which no cell is a formula."""
    safe = found.with_columns(
        pl.when(pl.col(pl.String).str.contains(_RISKY)).then(pl.concat_str(pl.lit("'"), pl.col(pl.String))).otherwise(pl.col(pl.String)).name.keep()
    )
    return safe.write_csv().encode()


def page() -> None:
    """The whole page."""
    show.head("Explore", "Every meeting, event and visit. The address carries the filters: copy it to share what you see.")
    show.evidence("explore")
    asked = _asked()
    total = data.rows(_COUNT, asked)["n"][0]
    if not total:
        show.empty("Nothing in the warehouse fits all of these filters.")
        return
    limit, offset = show.leaf_bounds()
    rows = data.dicts(_LEAF, asked | {"limit": limit, "offset": offset})
    show.section("Results")
    show.facts("explore", f"{words.plural(total, 'fact')}, latest first; undated ones by the day of their first report", rows, total)
    st.download_button(
        f"Download {words.plural(total, 'row')} as CSV", lambda: csv(data.rows(_ALL, asked)), "chancery-timeline.csv", "text/csv", on_click="ignore"
    )
