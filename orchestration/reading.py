"""Questions to the published warehouse: always read-only, never the working file.

Belongs here: the queries behind `run`'s summary, `status`, `query` and `explain`. Does not belong here:
showing their answers (`report`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from ingest.errors import ChanceryError, DamagedData, EnvironmentProblem, UsageError
from ingest.settings import Home
from ingest.warehouse.lake import Lake, NothingThere, lake_of, opened, quoted

READER_PROFILE = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
"""With a file opened read-only: nothing beside it can be read or written, no extension loaded, and none of this undone."""
_ONE_QUERY = "one query that reads (SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN); this is {}"
_IN_LAKE = "select count(*) from duckdb_tables() where database_name = 'lake' and schema_name = 'quality' and table_name = 'snapshots'"
_KINDS = {"m": "meetings", "e": "events", "v": "visits"}
_NO_ID = "'{}' is no fact id: they begin with m (meeting), e (event) or v (visit)"
_COUNTS = {
    "articles": "select count(*) from marts.articles",
    "quarantined inputs": "select count(*) from raw.quarantine",
    "meetings": "select count(*) from marts.meetings",
    "events": "select count(*) from marts.events",
    "visits": "select count(*) from marts.visits",
    "statements": "select count(*) from marts.statements",
}
_SOURCES = """
    select source, n_articles, n_articles_with_facts, share_with_facts, n_unsupported_language, n_refused, last_article_at
    from marts.sources order by n_articles desc, source
"""
_LANGUAGES = """
    select articles.language, extractions.outcome, count(*) as articles
    from marts.articles inner join facts.extractions using (article_id)
    where extractions.outcome <> 'ok' group by all order by articles desc, articles.language
"""
_PAIRS = """
    select country_a, country_b, n_meetings, n_in_person, n_calls, n_planned, first_meeting, last_meeting,
    array_to_string(top_topics[:3], ', ') as top_topics
    from marts.meetings_by_country_pair
    order by n_meetings desc, n_planned desc, country_a, country_b
    limit ?
"""
_EVIDENCE = """
    select evidence.fact_id, articles.title, articles.source, articles.published_date, articles.article_id,
    evidence.sentence_index, evidence.char_start, evidence.char_end, evidence.evidence, evidence.trigger,
    evidence.rule_id, evidence.confidence
    from marts.evidence
    inner join marts.articles on evidence.article_id = articles.article_id
    where evidence.fact_id = ?
    -- a report after the day tells what happened, one before it what was planned
    order by coalesce(articles.published_date >= ?, true) desc, evidence.confidence desc,
    articles.published_date, articles.article_id, evidence.char_start
"""
_BEST_KNOWN = """
    select meeting_id from marts.meetings where status = 'occurred'
    order by n_sources desc, n_articles desc, confidence desc, last_reported desc, meeting_id limit 1
"""
_REASONS = """
    select reason, count(*) as inputs, arg_min(path, input_id) as example, arg_min(detail, input_id) as detail
    from raw.quarantine group by reason order by inputs desc, reason
"""


def is_published(home: Home) -> bool:
    """Whether anything is published, in the home's file or in its lake."""
    lake = lake_of(home)
    if not lake:
        return home.published.exists()
    try:
        with opened(lake) as connection:
            return bool(connection.execute(_IN_LAKE).fetchone()[0])
    except NothingThere:
        return False


def address(home: Home) -> str:
    """Where readers find what is published."""
    lake = lake_of(home)
    return f"the {lake.address}" if lake else str(home.published)


def published_at(home: Home) -> datetime:
    """When what is published was published, UTC."""
    if lake_of(home):
        with published(home) as connection:
            return connection.execute("select max(published_at) from quality.snapshots").fetchone()[0]
    return datetime.fromtimestamp(home.published.stat().st_mtime, UTC)


@contextmanager
def _published_in(lake: Lake, at: datetime | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to a lake, today's or that of a time, that reaches its rows and no other file."""
    with opened(lake, at=at) as connection:
        if not connection.execute(_IN_LAKE).fetchone()[0]:
            when = f" at {at:%Y-%m-%d %H:%M} UTC" if at else " yet"
            raise EnvironmentProblem(f"nothing is published in the {lake.address}{when}")
        connection.execute(f"set allowed_directories = [{quoted(lake.data)}]")
        for name, value in READER_PROFILE.items():
            connection.execute(f"set {name} = {value}")
        yield connection


@contextmanager
def published(home: Home, at: datetime | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to what is published by the reader profile, without access to anything beside it.

    `at` (UTC) asks a lake for what was published then.
    """
    if lake := lake_of(home):
        with _published_in(lake, at) as connection:
            yield connection
        return
    if at:
        raise UsageError(f"{home.published} holds what is published now; only a lake remembers what was before")
    if not home.published.exists():
        raise EnvironmentProblem(f"nothing is published in {home.root} yet: run `chancery run PATH` first")
    try:
        connection = duckdb.connect(str(home.published), read_only=True, config=READER_PROFILE)
    except duckdb.Error as error:
        raise DamagedData(f"{home.published} cannot be opened: {error}") from error
    try:
        yield connection
    finally:
        connection.close()


def _frame(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> pl.DataFrame:
    """The rows of a query. Arrow, since `execute(...).pl()` left the client in version 2."""
    return pl.from_arrow(connection.execute(sql, list(values)).to_arrow_table())


def _require_one_query(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise `UsageError` unless this is one statement, and one that only reads."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise UsageError(_ONE_QUERY.format(f"{len(statements)} statements"))
    kind = statements[0].type
    if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise UsageError(_ONE_QUERY.format(kind.name))


def query(home: Home, sql: str, at: datetime | None = None) -> pl.DataFrame:
    """The rows of a person's query, over what is published or, in a lake, was at a time. Raises `UsageError` with the engine's words when it cannot be run."""
    with published(home, at) as connection:
        try:
            _require_one_query(connection, sql)
            return _frame(connection, sql)
        except duckdb.Error as error:
            raise UsageError(str(error)) from error


def counts(home: Home) -> dict[str, int]:
    """Rows of the main tables."""
    with published(home) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in _COUNTS.items()}


def sources(home: Home) -> pl.DataFrame:
    """What each source gave, as of the last publication; nothing from a file that was published before there was such a table."""
    with published(home) as connection:
        try:
            return _frame(connection, _SOURCES)
        except duckdb.CatalogException:
            return pl.DataFrame(schema={"source": pl.String})


def unread_languages(home: Home) -> pl.DataFrame:
    """Articles that are kept and not read: their language, why, how many."""
    with published(home) as connection:
        return _frame(connection, _LANGUAGES)


def country_pairs(home: Home, limit: int) -> pl.DataFrame:
    """The country pairs with most meetings."""
    with published(home) as connection:
        return _frame(connection, _PAIRS, limit)


def quarantine_reasons(home: Home) -> pl.DataFrame:
    """Why inputs were refused, how many, and one example of each."""
    with published(home) as connection:
        return _frame(connection, _REASONS)


def best_known_meeting(home: Home) -> str | None:
    """The meeting that most sources report, to be shown with its sentence."""
    with published(home) as connection:
        found = connection.execute(_BEST_KNOWN).fetchone()
    return found[0] if found else None


def article(home: Home, article_id: str) -> dict[str, Any] | None:
    """A published article with its text; None when it is not published."""
    sql = "select article_id, title, text, published_date, language, source from marts.articles where article_id = ?"
    with published(home) as connection:
        rows = _frame(connection, sql, article_id)
    return None if rows.is_empty() else rows.row(0, named=True)


def require_id(named: str) -> None:
    """Raise `UsageError` unless this may be the id of a fact, of a statement or of one of their reports."""
    if named[:1] not in {*_KINDS, "s"}:
        raise UsageError(_NO_ID.format(named))


def current_id(home: Home, named: str) -> str:
    """The id under which a fact stands now, found by an earlier id or by the id of one of its reports.

    An id is the hash of the earliest report's. When an earlier one comes in late, the fact goes on under its name, and
    the report that gave the old id is still among its own.
    """
    sql = """
        select fact_id from marts.fact_reports
        where report_id = ? or left(fact_kind, 1) || left(md5(report_id), 20) = ? limit 1
    """
    with published(home) as connection:
        found = connection.execute(sql, [named, named]).fetchone()
    return found[0] if found else named


def fact(home: Home, fact_id: str) -> tuple[str, dict[str, Any], pl.DataFrame]:
    """A published fact: its kind, its row and its evidence with the articles that state it."""
    table = _KINDS.get(fact_id[:1])
    if table is None:
        raise UsageError(_NO_ID.format(fact_id))
    kind = table.removesuffix("s")
    with published(home) as connection:
        rows = _frame(connection, f"select * from marts.{table} where {kind}_id = ?", fact_id)
        if rows.is_empty():
            raise UsageError(f"no {kind} {fact_id} in {address(home)}")
        evidence = _frame(connection, _EVIDENCE, fact_id, rows["start_date"][0])
    if evidence.is_empty():
        raise ChanceryError(f"{kind} {fact_id} stands without evidence: `chancery verify` says more")
    return kind, rows.row(0, named=True), evidence
