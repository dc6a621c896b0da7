"""What the command line prints: tables, a fact with its sentence, the outcome of a run.

Belongs here: layout. Does not belong here: queries (`reading`) and work (`pipeline`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest.errors import UsageError
from ingest.polling.log import Poll
from ingest.settings import Home
from ingest.warehouse import FORMULA
from orchestration import corrections, freshness, pipeline, reading
from orchestration.pipeline import Ingested, RunResult
from orchestration.roster import Difference, Soundness

_PAIRS_SHOWN = 20
_SOURCES_SHOWN = 40
_WIDTH_WITHOUT_TERMINAL = 500
_MAX_CELL = 120


def console() -> Console:
    """Standard output; without a terminal so wide that nothing is folded, for `grep` and for logs."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=_WIDTH_WITHOUT_TERMINAL)


def _cell(value: Any) -> str:
    """A value as text for a cell: nothing for null, lists by commas, no markup of its own."""
    if value is None:
        return ""
    if isinstance(value, list):
        return escape(", ".join(map(str, value)))
    text = str(value)
    return escape(text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…")


def table(frame: pl.DataFrame, title: str = "") -> Table:
    """A frame as a table; numbers to the right."""
    out = Table(title=escape(title), box=SIMPLE_HEAD, title_justify="left")
    for name, dtype in frame.schema.items():
        out.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        out.add_row(*map(_cell, row))
    return out


def _quarantined(home: Home, ingested: Ingested, out: Console) -> None:
    """How many inputs were refused and why."""
    out.print(
        f"{ingested.n_quarantined} of {ingested.n_in} inputs were refused; reasons of all refusals so far:"
    )
    out.print(table(reading.quarantine_reasons(home)))


def _arrived(ingested: Ingested) -> str:
    """The sums of a reading in one line."""
    return (
        f"Read {ingested.n_in} inputs: {ingested.n_ok} new articles, {ingested.n_duplicate} known already, "
        f"{ingested.n_quarantined} quarantined."
    )


def print_polls(polls: Sequence[Poll]) -> None:
    """What each source gave."""
    columns = ("source", "outcome", "reason", "n_listed", "n_fetched", "n_known", "n_refused", "n_deferred", "seconds")
    rows = [{name: getattr(item, name) for name in columns} for item in sorted(polls, key=lambda item: item.source)]
    if rows:
        console().print(table(pl.DataFrame(rows, infer_schema_length=None)))
    else:
        console().print("No source is active.")


def print_ingested(ingested: Ingested) -> None:
    """What `ingest` did."""
    console().print(_arrived(ingested))


def _sides(kind: str, row: dict[str, Any]) -> str:
    """Who is in a fact, in a few words."""
    if kind == "meeting":
        return " – ".join(row["codes"])
    if kind == "visit":
        return f"{row['visitor_code']} → {row['host_code']}"
    return f"{row['source_code']} → {row['target_code']} {row['event_type']}"


def _marked(sentence: str, trigger: str) -> str:
    """The sentence, the words of its trigger in bold where the terminal can."""
    wanted = "|".join(re.escape(word) for word in sorted(trigger.split(), key=len, reverse=True))
    if not wanted:
        return escape(sentence)
    parts = re.split(rf"(?i)\b({wanted})\b", sentence)
    return "".join(f"[bold]{escape(p)}[/bold]" if n % 2 else escape(p) for n, p in enumerate(parts))


def _print_sentence(item: dict[str, Any], out: Console) -> None:
    """One piece of evidence: the words, where they stand, what read them."""
    out.print(f"  “{_marked(item['evidence'], item['trigger'])}”")
    out.print(
        f"    characters {item['char_start']}–{item['char_end']} (sentence {item['sentence_index']}) of "
        f"“{escape(item['title'] or 'untitled')}”, {escape(item['source'] or 'unknown source')}, "
        f"{item['published_date'] or 'undated'}, article {item['article_id']}",
        soft_wrap=True,
    )
    out.print(
        f"    rule {escape(item['rule_id'])}, trigger “{escape(item['trigger'])}”, "
        f"confidence {item['confidence']:.2f}"
    )


def _print_clause(home: Home, item: dict[str, Any], out: Console) -> None:
    """The rule behind a piece of evidence in words, its sides and how each was resolved, read again now."""
    from ingest.extract.explain import clauses_at

    article = reading.article(home, item["article_id"])
    if article is None:
        out.print("    the article is no longer published")
        return
    found = [c for c in clauses_at(article, item["char_start"]) if c.rule_id == item["rule_id"]]
    found = [c for c in found if c.trigger == item["trigger"]] or found
    if not found:
        out.print(f"    today's rules no longer read it so (read by {escape(item['extractor_version'])})")
        return
    clause = found[0]
    out.print(f"    {escape(clause.rule_id)}: {escape(clause.frame)}", soft_wrap=True)
    out.print(f"      as in: {escape(clause.example)}", soft_wrap=True)
    for side in clause.sides:
        codes = ", ".join(side.codes) or "no state"
        out.print(f"    {side.role} “{escape(side.words)}” → {escape(codes)}", soft_wrap=True)
        for how in side.how:
            out.print(f"      {escape(how)}", soft_wrap=True)


def _print_effects(made: list[corrections.Effect], out: Console) -> None:
    """Hand corrections, one a line."""
    for item in made:
        told = f"  corrected by hand ({item.correction_id}, {item.author}, {item.created_date}): {item.effect}; {item.reason}"
        out.print(told, markup=False, soft_wrap=True)


def print_corrections(home: Home) -> None:
    """Every correction and what it did."""
    out = console()
    made = corrections.effects(home)
    for item in made:
        told = f"{item.correction_id} {item.action} {item.fact_id}: {item.effect} ({item.reason}; {item.author}, {item.created_date})"
        out.print(told, markup=False, soft_wrap=True)
    out.print(f"{len(made)} corrections in {corrections.path()}." if made else "No corrections.", soft_wrap=True)


def print_fact(home: Home, fact_id: str, limit: int | None = None) -> None:
    """A fact and the sentences that state it, the strongest first; with `limit` only so many and no reasons."""
    out = console()
    reading.require_id(fact_id)
    made = corrections.effects(home, fact_id)
    now = reading.current_id(home, fact_id)
    if now != fact_id:
        out.print(f"{escape(fact_id)} stands as {now}", soft_wrap=True)
    fact_id = now
    try:
        kind, row, evidence = reading.fact(home, fact_id)
    except UsageError as unknown:
        if not made:
            raise
        out.print(f"{escape(str(unknown))}: it was corrected by hand.", soft_wrap=True)
        _print_effects(made, out)
        return
    where = ", ".join(part for part in (row["city"], row.get("country_code") or row.get("host_code")) if part)
    told = (
        _sides(kind, row),
        row["status"],
        f"{row['start_date'] or 'undated'} ({row['date_precision']})",
        where,
    )
    out.print(f"{kind} {fact_id}: {escape(', '.join(filter(None, told)))}")
    _print_effects(made, out)
    for item in evidence.head(limit or evidence.height).iter_rows(named=True):
        _print_sentence(item, out)
        if limit is None:
            _print_clause(home, item, out)
    if limit and evidence.height > limit:
        out.print(f"  and {evidence.height - limit} more sentences: chancery explain {fact_id}")


def print_soundness(found: Soundness) -> None:
    """What a check of the roster found."""
    out = console()
    out.print(
        f"{found.n_people:,} people in {found.n_terms:,} terms, {found.n_offices:,} phrases for offices: aliases unique, "
        "terms in order, every office typed.",
        soft_wrap=True,
    )
    if found.doubled:
        out.print(f"{len(found.doubled)} seats held by two for more than a month:")
    for line in found.doubled:
        out.print(f"  {line}", markup=False, soft_wrap=True)


def print_difference(found: Difference) -> None:
    """What the query service knows that the roster does not."""
    out = console()
    out.print(
        f"{len(found.new)} new terms, {len(found.ended)} ended, {found.n_same} known already, "
        f"{len(found.unread)} not readable."
    )
    for sign, terms in (("+", found.new), ("-", found.ended)):
        for term in terms:
            span = f"{term.since} to {term.until or 'now'}"
            told = f"  {sign} {term.code} {term.role_class}: {term.name}, {span}"
            out.print(told, markup=False, soft_wrap=True)
    for line in found.unread:
        out.print(f"  ? {line}", markup=False, soft_wrap=True)


def print_run(home: Home, result: RunResult) -> None:
    """The outcome of a run."""
    out = console()
    if result.published is None or not result.published.changed:
        out.print(_arrived(result.ingested))
        out.print(f"Nothing changed: {reading.address(home)} already shows all of it.", soft_wrap=True)
        if result.ingested.n_quarantined:
            _quarantined(home, result.ingested, out)
        return
    print_summary(home)
    out.print(_arrived(result.ingested))
    if result.ingested.n_quarantined:
        _quarantined(home, result.ingested, out)
    out.print(
        f"Published {reading.address(home)} (snapshot {result.published.snapshot_id}); open it read-only.",
        soft_wrap=True,
    )


def print_summary(home: Home) -> None:
    """Meetings by country pair, counts, and one fact traced to its sentence."""
    out = console()
    out.print(
        table(reading.country_pairs(home, _PAIRS_SHOWN), f"Meetings by country pair (first {_PAIRS_SHOWN})")
    )
    out.print(", ".join(f"{number:,} {name}" for name, number in reading.counts(home).items()))
    known = reading.best_known_meeting(home)
    if known:
        out.print("\nOne fact, traced to its sentence:")
        print_fact(home, known, limit=1)
        out.print()


def _guarded(value: Any) -> Any:
    """A cell that a spreadsheet will not run as a formula."""
    if isinstance(value, list):
        value = ";".join(map(str, value))
    return "'" + value if isinstance(value, str) and re.match(FORMULA, value) else value


def as_csv(frame: pl.DataFrame) -> str:
    """A frame as CSV, safe to open in a spreadsheet."""
    lines = []
    for row in [tuple(frame.columns), *frame.iter_rows()]:
        line = io.StringIO(newline="")
        # the writer quotes what holds a line end only when the line end is its own
        csv.writer(line, lineterminator="\r\n").writerow(map(_guarded, row))
        lines.append(line.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def print_frame(frame: pl.DataFrame) -> None:
    """A query's rows."""
    out = console()
    out.print(table(frame))
    out.print(f"{frame.height:,} rows")


def _when(value: Any) -> str:
    """A time to the minute."""
    return f"{value:%Y-%m-%d %H:%M}" if value else ""


def _source_rows(home: Home) -> pl.DataFrame:
    """Each source as it is now, beside what it had given at the last publication."""
    gave = {row["source"]: row for row in reading.sources(home).iter_rows(named=True)} if reading.is_published(home) else {}
    listed = freshness.states(home)
    rows = [(item.source, item.word, item.last_poll_at, item.last_answer_at) for item in listed]
    rows += [(name, "in files", None, None) for name in gave if name not in {item.source for item in listed}]
    shown = []
    for name, word, asked, answered in rows:
        row = gave.get(name, {})
        share = row.get("share_with_facts")
        shown.append({
            "source": name, "state": word, "last asked": _when(asked), "last answer": _when(answered),
            "last new article": _when(row.get("last_article_at")), "articles": row.get("n_articles", 0),
            "with facts": "" if share is None else f"{share:.0%}", "unread language": row.get("n_unsupported_language", 0),
            "refused": row.get("n_refused", 0),
        })  # fmt: skip
    return pl.DataFrame(shown, infer_schema_length=None)


def print_status(home: Home) -> None:
    """What the home holds, how each source is doing, and what is kept without being read."""
    out = console()
    state = pipeline.status(home)
    width = max(map(len, state))
    for name, value in state.items():
        out.print(f"{name:<{width}}  {value}", soft_wrap=True, markup=False)
    rows = _source_rows(home)
    if rows.height:
        out.print(table(rows.head(_SOURCES_SHOWN), "Sources (times in UTC)"))
    if rows.height > _SOURCES_SHOWN:
        out.print(f"… and {rows.height - _SOURCES_SHOWN} more: chancery query \"from marts.sources\"")
    for item in freshness.states(home):
        if item.last_problem:
            times = "time" if item.n_failed_in_a_row == 1 else "times in a row"
            told = f"{item.source} failed {item.n_failed_in_a_row} {times}: {item.last_problem}"
            out.print(told, markup=False, soft_wrap=True)
    unread = reading.unread_languages(home) if reading.is_published(home) else pl.DataFrame()
    if unread.height:
        out.print(table(unread, "Kept, and not read for facts"))
