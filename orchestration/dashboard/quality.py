"""Page Quality: where the articles come from, what was refused, what was checked, and what the reading cannot do.

Belongs here: this page and its queries. Does not belong here: how sources do at this moment (`chancery status`).
"""

from __future__ import annotations

from orchestration.dashboard import data, show, words

_SOURCES = """
    select source, source_kind, is_active, n_articles, share_with_facts, n_unsupported_language, n_refused, last_article_at,
        n_polls, n_failed_polls, last_problem
    from marts.sources order by n_articles desc, n_polls desc, source limit 200
"""
_QUARANTINE = """
    select reason, count(*)::int as n, min(path) as example, any_value(detail) as detail, max(first_seen) as last_seen
    from raw.quarantine group by reason order by n desc, reason
"""
_CHECKS = """
    with latest as (
        select * from quality.validations
        qualify dense_rank() over (partition by suite order by checked_at desc) = 1
    )
    select suite, count(*)::int as n, count(*) filter (where success)::int as n_held,
        count(*) filter (where not success and severity = 'warn')::int as n_warned,
        count(*) filter (where not success and severity is distinct from 'warn')::int as n_failed, max(checked_at) as at
    from latest group by suite order by list_position(['raw', 'facts', 'marts'], suite)
"""
_BROKEN = """
    select suite, table_name, expectation, observed, severity from quality.validations
    where not success qualify dense_rank() over (partition by suite order by checked_at desc) = 1
    order by severity, suite, table_name limit 50
"""
_LANGUAGES = """
    select coalesce(articles.language, 'und') as language, extractions.outcome, count(*)::int as n
    from marts.articles inner join facts.extractions using (article_id)
    where extractions.outcome <> 'ok' group by all order by n desc, language
"""
_STATUS = """
    select fact_kind, count(*)::int as n, count(*) filter (where status = 'occurred')::int as occurred,
        count(*) filter (where status = 'planned')::int as planned, count(*) filter (where status = 'denied')::int as denied,
        count(*) filter (where status = 'hypothetical')::int as hypothetical,
        count(*) filter (where n_sources >= 2)::int as confirmed, count(*) filter (where start_date is null)::int as undated
    from marts.timeline group by fact_kind order by fact_kind desc
"""
_LIMITS = (
    "It reads English, and Spanish through tables. Articles in other languages are kept and counted, not read.",
    "It reads a sentence at a time, with what pronouns and surnames carry over. Irony and long-range argument are beyond it.",
    "It prefers to miss a fact over inventing one: what is not here may still have happened.",
    "A reporter's error is an error here. The number of independent sources says how far a fact rests on one pen.",
    "Only what is held or done counts as having happened; planned, denied and possible stand apart.",
    "Dates are as precise as the text: a month or a year is not a day. Undated facts sort by their first report.",
    "People are told apart by name, office and country; names and terms of office in the reference tables have gaps.",
    "What the articles tell is not what the world did: more articles give more of everything.",
)


def _facts() -> None:
    show.section("Facts by status")
    counted = ("n", "occurred", "planned", "denied", "hypothetical", "confirmed", "undated")
    cells = [
        (words.escape(f"{row['fact_kind'].capitalize()}s"), *(words.number(row[name]) for name in counted))
        for row in data.dicts(_STATUS)
    ]
    if not cells:
        show.empty("No fact in the warehouse.")
        return
    heads = [("Kind", "full"), *((name, "num") for name in ("All", "Held or done", "Planned", "Denied", "Possible", "By two sources or more", "Undated"))]
    show.table("Meetings, events and visits", heads, cells)


def _checks() -> None:
    show.section("Checks", "What was published had passed all that block; a warning does not.")
    cells = [
        (
            words.escape(row["suite"]), words.number(row["n"]), words.number(row["n_held"]), words.number(row["n_warned"]),
            words.number(row["n_failed"]), words.escape(f"{words.day(row['at'])}, {row['at']:%H:%M} UTC"),
        )
        for row in data.dicts(_CHECKS)
    ]  # fmt: skip
    if not cells:
        show.empty("This warehouse was published without checks.")
        return
    show.table("The last run of each suite", [("Suite", "full"), ("Checks", "num"), ("Held", "num"), ("Warned", "num"), ("Failed", "num"), ("When", "")], cells)
    broken = [tuple(words.escape(str(row[name] or "")) for name in ("table_name", "expectation", "observed", "severity")) for row in data.dicts(_BROKEN)]
    if broken:
        show.table("What did not hold", [("Table", ""), ("Expected", "full"), ("Observed", "full"), ("Severity", "")], broken)


def _sources() -> None:
    show.section("Sources", "As of this publication; chancery status tells of now.")
    rows = data.dicts(_SOURCES)
    if not rows:
        show.empty("No source yet.")
        return
    cells = [
        (
            words.escape(row["source"] or "not named"),
            words.escape((row["source_kind"] or "").replace("_", " ") + (", asked every run" if row["is_active"] else "")),
            words.number(row["n_articles"]),
            "–" if row["share_with_facts"] is None else f"{row['share_with_facts']:.0%}",
            words.number(row["n_refused"]),
            f"{words.number(row['n_failed_polls'])} of {words.number(row['n_polls'])}",
            words.escape(words.day(row["last_article_at"])),
        )
        for row in rows
    ]  # fmt: skip
    heads = [("Source", "full"), ("Kind", ""), ("Articles", "num"), ("With facts", "num"), ("Refused", "num"), ("Failed polls", "num"), ("Last article", "num")]
    show.table(words.plural(len(rows), "source"), heads, cells)


def _quarantine() -> None:
    show.section("Quarantine", "Inputs that could not be read; nothing is lost, each keeps its bytes and its reason.")
    rows = data.dicts(_QUARANTINE)
    if not rows:
        show.empty("Nothing was refused.")
    else:
        cells = [
            (words.escape(row["reason"].replace("_", " ")), words.number(row["n"]), words.escape(row["example"] or ""), words.escape((row["detail"] or "")[:160]))
            for row in rows
        ]
        show.table("Refused inputs by reason", [("Reason", ""), ("Inputs", "num"), ("Example", "full"), ("Detail", "full")], cells)
    unread = data.dicts(_LANGUAGES)
    if unread:
        cells = [(words.escape(row["language"]), words.escape(row["outcome"].replace("_", " ")), words.number(row["n"])) for row in unread]
        show.table("Articles kept and not read", [("Language", ""), ("Why", ""), ("Articles", "num")], cells)


def page() -> None:
    """The whole page."""
    show.head("Quality", "How far to trust what the other pages say.")
    _facts()
    _checks()
    _sources()
    _quarantine()
    show.section("What the reading cannot do")
    show.html(f"<ul>{''.join(f'<li>{words.escape(text)}</li>' for text in _LIMITS)}</ul>")
