"""Page Person: whom somebody met, where, and in which office.

Belongs here: this page and its queries over marts. Does not belong here: counting (`marts.*`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from orchestration.dashboard import charts, data, filters, show, words

_SHOWN = 12
_PERSON = "select * from marts.actors where actor_id = ?"
_MET = """
    select other.actor_id, other.name, other.role, other.code, pairs.n_meetings, pairs.n_in_person, pairs.n_calls, pairs.n_planned, pairs.last_meeting
    from marts.meetings_by_actor_pair as pairs
    inner join marts.actors as other on other.actor_id = if(pairs.actor_a = $1, pairs.actor_b, pairs.actor_a)
    where pairs.actor_a = $1 or pairs.actor_b = $1
    order by pairs.n_meetings desc, pairs.n_planned desc, other.name limit 200
"""
_WHERE = """
    select coalesce(timeline.city || ', ', '') || dim_country.name as place, count(*)::int as n, max(start_date) as last
    from marts.timeline inner join marts.dim_country on timeline.country_code = dim_country.code
    where list_contains(actor_ids, ?) and status = 'occurred' and fact_kind in ('meeting', 'visit')
    group by all order by n desc, place
"""
_OFFICES = """
    select role, coalesce(names.name, offices.code) as code, valid_from, valid_to, basis, horizon.as_of_date
    from marts.actor_offices as offices
    left join marts.dim_country as names on offices.code = names.code
    cross join marts.warehouse_horizon as horizon
    where actor_id = ? order by valid_from nulls first, role
"""
_COUNT = "select count(*)::int as n from marts.timeline where list_contains(actor_ids, ?)"
_FACTS = """
    select * from marts.timeline where list_contains(actor_ids, ?)
    order by sort_date desc nulls last, fact_id limit ? offset ?
"""


def _offices(actor_id: str) -> None:
    show.section("Offices over time", "Roster: the reference table of people, dates of office. Learned: as articles named them, first to last.")
    rows = data.dicts(_OFFICES, actor_id)
    dated = [row for row in rows if row["valid_from"]]
    if not rows:
        show.empty("No office known.")
        return
    if dated:
        st.altair_chart(charts.offices([_of_office(row) for row in dated]), key="offices", alt="Offices from first to last day; the same as a table below.")
    cells = [
        (words.escape(_title(row)), words.escape(_span(row)), "roster" if row["basis"] == "roster" else "learned from the texts")
        for row in rows
    ]
    show.table("Offices", [("Office", "full"), ("Time", ""), ("Known from", "")], cells)


def _title(row: dict[str, Any]) -> str:
    """The office and of what."""
    role = row["role"] or "office not named"
    return f"{role[:1].upper()}{role[1:]}" + (f", {row['code']}" if row["code"] else "")


def _span(row: dict[str, Any]) -> str:
    """From when to when."""
    return f"{words.day(row['valid_from']) if row['valid_from'] else 'start not known'} – {words.day(row['valid_to']) if row['valid_to'] else 'to date'}"


def _of_office(row: dict[str, Any]) -> dict[str, Any]:
    """A bar; a term that lasts ends with the latest article, and none is thinner than a day."""
    last = row["valid_to"] or max(row["as_of_date"] or date.min, row["valid_from"])
    return {"office": _title(row), "from": str(row["valid_from"]), "to": str(max(last, row["valid_from"])), "span": _span(row), "basis": row["basis"]}


def _met(actor_id: str) -> None:
    show.section("Whom they met", "People on the other side of the table; those of one delegation do not count.")
    rows = data.dicts(_MET, actor_id)
    if not rows:
        show.empty("No meeting with another named person in the warehouse.")
        return
    cells = [_of_other(row) for row in rows]
    heads = [("Person", "full"), ("Held", "num"), ("In person", "num"), ("Calls", "num"), ("Planned", "num"), ("Last held", "num")]
    show.table(f"{words.plural(len(rows), 'person', 'people')}, most met first", heads, cells[:_SHOWN])
    if len(cells) > _SHOWN:
        with st.expander(f"{len(cells) - _SHOWN} more"):
            show.table("Met less often", heads, cells[_SHOWN:])


def _of_other(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table: who it is, and how often they met."""
    role = f"{row['role'][:1].upper()}{row['role'][1:]}" if row["role"] else ""
    office = words.escape(", ".join(part for part in (role, row["code"]) if part))
    counts = (words.number(row[name]) for name in ("n_meetings", "n_in_person", "n_calls", "n_planned"))
    return (
        words.link("person", row["name"], id=row["actor_id"]) + f'<br><span class="quiet">{office}</span>',
        *counts,
        words.escape(words.day(row["last_meeting"])),
    )


def _where(actor_id: str) -> None:
    show.section("Where", "Meetings held and visits made whose country is known.")
    rows = data.dicts(_WHERE, actor_id)
    if not rows:
        show.empty("No meeting or visit with a known place.")
        return
    cells = [(words.escape(row["place"]), words.number(row["n"]), words.escape(words.day(row["last"]))) for row in rows]
    show.table(words.plural(len(rows), "place"), [("Place", ""), ("Times", "num"), ("Last", "num")], cells)


def _facts(actor_id: str) -> None:
    show.section("Meetings and visits", "Each opens the sentences that state it.")
    total = data.dicts(_COUNT, actor_id)[0]["n"]
    if not total:
        show.empty("No meeting or visit of this person in the warehouse.")
        return
    rows = data.dicts(_FACTS, actor_id, *show.leaf_bounds())
    show.facts("person", f"{words.plural(total, 'fact')}, latest first", rows, total)


def page() -> None:
    """The whole page."""
    heading = st.container()
    people = data.people(filters.asked("id"))
    if not people:
        show.head("Person")
        show.empty("No person in the warehouse yet.")
        return
    actor_id = filters.one("Person", "id", people, next(iter(people)), help="Type a part of the name.")
    person = data.dicts(_PERSON, actor_id)[0]
    with heading:
        office = ", ".join(part for part in (person["role"], data.all_names().get(person["code"], person["code"])) if part)
        seen = f"named in {words.plural(person['n_articles'], 'article')}, {words.day(person['first_seen'])} – {words.day(person['last_seen'])}"
        show.head(person["name"], " · ".join(part for part in (office, seen) if part))
    show.evidence("person")
    left, right = st.columns([3, 2])
    with left:
        _met(actor_id)
    with right:
        _where(actor_id)
    _offices(actor_id)
    _facts(actor_id)
