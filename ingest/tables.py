"""Every table that Python writes, declared once: columns, types, key, grain.

Belongs here: the declarations of `raw.*`, `facts.*` and `quality.*`; DDL, empty frames and border checks derive from them.
Does not belong here: the marts (declared in dbt contracts) and any reading or writing of data.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

TEXT = pl.String
CODES = pl.List(pl.String)
TIMESTAMP = pl.Datetime("us")

_SQL_TYPES: dict[object, str] = {
    pl.String: "VARCHAR",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, Polars type, a one-line meaning, and whether it may be null."""

    name: str
    dtype: object
    doc: str
    nullable: bool = False

    @property
    def sql_type(self) -> str:
        """The DuckDB type that holds this column."""
        if self.dtype == CODES:
            return "VARCHAR[]"
        if self.dtype == TIMESTAMP:
            return "TIMESTAMP"
        return _SQL_TYPES[self.dtype]


@dataclass(frozen=True)
class Table:
    """One table: its address, the grain in one sentence, its key and its columns."""

    schema: str
    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def address(self) -> str:
        """`schema.table`, as written in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def polars_schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({c.name: c.dtype for c in self.columns})

    def ddl(self) -> str:
        """`CREATE TABLE IF NOT EXISTS` with NOT NULL where the declaration says so."""
        body = ", ".join(f'"{c.name}" {c.sql_type}{"" if c.nullable else " NOT NULL"}' for c in self.columns)
        return f"CREATE TABLE IF NOT EXISTS {self.address} ({body})"

    def empty(self) -> pl.DataFrame:
        """A frame of this table's schema without rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, order and types.

        Raises `ValueError` naming the table when a column is missing, cannot be cast, or holds nulls it must not.
        """
        missing = [c.name for c in self.columns if c.name not in frame.columns]
        if missing:
            raise ValueError(f"{self.address}: missing columns {missing}")
        out = frame.select(pl.col(c.name).cast(c.dtype) for c in self.columns)
        holes = [c.name for c in self.columns if not c.nullable and out[c.name].null_count()]
        if holes:
            raise ValueError(f"{self.address}: nulls in {holes}")
        return out


def _c(name: str, dtype: object, doc: str, nullable: bool = False) -> Column:
    return Column(name, dtype, doc, nullable)


_ARTICLE = _c("article_id", TEXT, "The article, key of raw.articles.")
_PLACE = (
    _c("city", TEXT, "City, as the reference table spells it.", True),
    _c("country_code", TEXT, "Country of the place, ISO 3166 alpha-3.", True),
)
_DATES = (
    _c(
        "start_date",
        pl.Date,
        "First day; for a month or year its first day; null when the text says nothing.",
        True,
    ),
    _c(
        "end_date",
        pl.Date,
        "Last day of the span that the precision allows, or of the event when stated.",
        True,
    ),
    _c("date_precision", TEXT, "day, week, month, year or unknown."),
)

RAW_ARTICLES = Table(
    "raw",
    "articles",
    "One row per admitted article; append-only.",
    ("article_id",),
    (
        _c(
            "article_id",
            TEXT,
            "'a' + 20 hex digits: hash of external_id, url, published date, title and text.",
        ),
        _c("external_id", TEXT, "The id that the source gave.", True),
        _c("source", TEXT, "Name of the outlet or feed.", True),
        _c("url", TEXT, "Address of the article.", True),
        _c("title", TEXT, "Headline.", True),
        _c("author", TEXT, "Who wrote it, as stated; several by semicolons.", True),
        _c("text", TEXT, "Body as normalised at the border (NFC, \\n line ends, no control characters)."),
        _c("published_at", TIMESTAMP, "Time of publication, UTC.", True),
        _c("published_date", pl.Date, "Day of publication: anchor of relative dates.", True),
        _c("date_source", TEXT, "Where the date came from: input, sidecar; feed, sitemap, gdelt; of a page json-ld, meta, microdata, time, url, text; none."),
        _c("language", TEXT, "ISO 639-1 code given or detected; 'und' when unknown."),
        _c("n_words", pl.Int32, "Words in the text."),
        _c("text_hash", TEXT, "SHA-256 of the case- and space-folded text: equal for exact copies."),
        _c("raw_sha256", TEXT, "SHA-256 of the stored bytes in raw/ that hold this article."),
        _c("raw_position", pl.Int64, "Record number within those bytes, from 0."),
        _c("batch_id", TEXT, "The ledger row under which the article arrived."),
        _c("first_seen_at", TIMESTAMP, "When it was admitted, UTC."),
    ),
)

RAW_QUARANTINE = Table(
    "raw",
    "quarantine",
    "One row per input that could not be admitted, with its reason.",
    ("input_id",),
    (
        _c("input_id", TEXT, "'q' + 20 hex digits: hash of path name, bytes, position and reason."),
        _c("batch_id", TEXT, "The ledger row under which the input arrived."),
        _c("path", TEXT, "File as given."),
        _c("position", pl.Int64, "Record number in the file, from 0; -1 for the whole file."),
        _c("sha256", TEXT, "SHA-256 of the file's bytes.", True),
        _c("stage", TEXT, "fetch, read, parse, admit or extract."),
        _c("reason", TEXT, "A short code from the closed list in ingest/articles.py."),
        _c("detail", TEXT, "What and where, for a person; at most 500 characters."),
        _c("code_version", TEXT, "Version of the code that refused it."),
        _c("first_seen", TIMESTAMP, "When, UTC."),
    ),
)

RAW_LEDGER = Table(
    "raw",
    "ledger",
    "One row per batch: n_in = n_ok + n_duplicate + n_quarantined.",
    ("batch_id",),
    (
        _c("batch_id", TEXT, "'b' + 20 hex digits."),
        _c("path", TEXT, "File or folder as given."),
        _c("sha256", TEXT, "SHA-256 of the bytes; content address in raw/.", True),
        _c("n_in", pl.Int64, "Records found."),
        _c("n_ok", pl.Int64, "Admitted as new articles."),
        _c("n_duplicate", pl.Int64, "Already in raw.articles (same article_id)."),
        _c("n_quarantined", pl.Int64, "Refused, each with a row in raw.quarantine."),
        _c("loaded_at", TIMESTAMP, "When, UTC."),
    ),
)

RAW_SOURCES = Table(
    "raw",
    "sources",
    "One row per source in sources.yaml, as it was at the last reading.",
    ("source",),
    (
        _c("source", TEXT, "Name of the source."),
        _c("source_kind", TEXT, "feed, sitemap, gdelt, page, warc or folder."),
        _c("address", TEXT, "Where it is asked."),
        _c("language", TEXT, "ISO 639-1 code of its articles.", True),
        _c("country_code", TEXT, "Country of the outlet, ISO 3166 alpha-3.", True),
        _c("rate_per_minute", pl.Float64, "Requests a minute to one host, at most."),
        _c("late_after_hours", pl.Float64, "Age of its last answer at which it counts as late."),
        _c("is_active", pl.Boolean, "Whether the schedule asks it."),
    ),
)

RAW_POLLS = Table(
    "raw",
    "polls",
    "One row per poll of a source, whatever came of it.",
    ("poll_id",),
    (
        _c("poll_id", TEXT, "'p' + 20 hex digits: hash of source, time and day."),
        _c("source", TEXT, "Name of the source in raw.sources."),
        _c("source_kind", TEXT, "feed, sitemap, gdelt, page or warc."),
        _c("address", TEXT, "What was asked."),
        _c("for_date", pl.Date, "Day of publication that a backfill asked for.", True),
        _c("started_at", TIMESTAMP, "When, UTC."),
        _c("seconds", pl.Float64, "How long it took."),
        _c("outcome", TEXT, "ok, unchanged or refused (the list did not come)."),
        _c("reason", TEXT, "Why it was refused, from the closed list in ingest/articles.py.", True),
        _c("detail", TEXT, "What and where, for a person.", True),
        _c("n_listed", pl.Int64, "Articles that the list named."),
        _c("n_fetched", pl.Int64, "Articles that came: pages, or entries with their text."),
        _c("n_known", pl.Int64, "Articles named that had come before."),
        _c("n_refused", pl.Int64, "Inputs refused, each with a row in raw.quarantine."),
        _c("n_deferred", pl.Int64, "Articles left for the next poll."),
        _c("n_bytes", pl.Int64, "Bytes that came, unpacked."),
    ),
)

FACTS_EXTRACTIONS = Table(
    "facts",
    "extractions",
    "One row per article that was extracted, with facts or without.",
    ("article_id",),
    (
        _ARTICLE,
        _c("extractor_version", TEXT, "Version of code and reference data that read it."),
        _c("outcome", TEXT, "ok, unsupported_language or failed."),
        _c("n_sentences", pl.Int32, "Sentences found."),
    ),
)

FACTS_ARTICLE_ACTORS = Table(
    "facts",
    "article_actors",
    "One row per article and actor mentioned in it.",
    ("article_id", "actor_key"),
    (
        _ARTICLE,
        _c(
            "actor_key",
            TEXT,
            "Stable id: p:<person_id> from the roster, l:<folded name>:<code> learned, c:<code> government, o:<code> organization.",
        ),
        _c("name", TEXT, "Fullest form in the article without title (people) or the reference name."),
        _c("kind", TEXT, "person, government or organization."),
        _c("code", TEXT, "ISO alpha-3 or organisation code; null for a person of unknown country.", True),
        _c("code_kind", TEXT, "country or organization.", True),
        _c("role", TEXT, "Office as the text gives it, shortest full form.", True),
        _c("role_class", TEXT, "Class of the office (data/reference/offices.csv).", True),
        _c("basis", TEXT, "roster, text (office read in the text) or reference (states, organisations)."),
        _c("n_mentions", pl.Int32, "Mentions in the article."),
        _c("first_char", pl.Int32, "Code point offset of the first mention in the text."),
    ),
)

FACTS_ARTICLE_TOPICS = Table(
    "facts",
    "article_topics",
    "One row per article and topic, at most five an article.",
    ("article_id", "topic"),
    (
        _ARTICLE,
        _c("topic", TEXT, "Topic code."),
        _c("rank", pl.Int32, "1 = most salient."),
        _c("score", pl.Float64, "Weighted term score."),
    ),
)

FACTS_MEETINGS = Table(
    "facts",
    "meetings",
    "One row per encounter as one article reports it.",
    ("fact_id",),
    (
        _c("fact_id", TEXT, "'m' + 20 hex digits: hash of article, evidence span, sides and status."),
        _ARTICLE,
        _c("status", TEXT, "occurred, planned, denied or hypothetical."),
        _c("format", TEXT, "in_person, call, video or unknown."),
        _c("level", TEXT, "head, ministerial, envoy, official or unknown: highest office that took part."),
        *_DATES,
        *_PLACE,
        _c("codes", CODES, "Sides, sorted: ISO alpha-3 and organisation codes."),
        _c(
            "topics",
            CODES,
            "Topics that the text ties to the encounter.",
        ),
        _c("confidence", pl.Float64, "0-1, from the rule and how its arguments were found."),
    ),
)

FACTS_MEETING_PARTICIPANTS = Table(
    "facts",
    "meeting_participants",
    "One row per encounter and named person who took part.",
    ("fact_id", "actor_key"),
    (
        _c("fact_id", TEXT, "The meeting in facts.meetings."),
        _c("actor_key", TEXT, "As in facts.article_actors."),
        _c("name", TEXT, "Fullest form in the article."),
        _c("role", TEXT, "Office as the text gives it.", True),
        _c("role_class", TEXT, "Class of the office.", True),
        _c("code", TEXT, "Side for which the person took part.", True),
    ),
)

FACTS_EVENTS = Table(
    "facts",
    "events",
    "One row per article and directed fact (source, target, type, status).",
    ("fact_id",),
    (
        _c("fact_id", TEXT, "'e' + 20 hex digits."),
        _ARTICLE,
        _c("event_type", TEXT, "PLOVER type."),
        _c("mode", TEXT, "PLOVER mode where the trigger has one.", True),
        _c("status", TEXT, "occurred, planned, denied or hypothetical."),
        _c("source_code", TEXT, "Who acts: ISO alpha-3 or organisation code."),
        _c("target_code", TEXT, "Upon whom."),
        *_DATES,
        *_PLACE,
        _c("topics", CODES, "Topics of the sentence."),
        _c("cameo_root", TEXT, "CAMEO root code, two digits, derived from type, mode and status."),
        _c("confidence", pl.Float64, "0-1."),
    ),
)

FACTS_VISITS = Table(
    "facts",
    "visits",
    "One row per article and visit of a person or government to a country.",
    ("fact_id",),
    (
        _c("fact_id", TEXT, "'v' + 20 hex digits."),
        _ARTICLE,
        _c(
            "actor_key", TEXT, "Visitor, as in facts.article_actors; null when only the state is named.", True
        ),
        _c("visitor_code", TEXT, "Country or organisation of the visitor."),
        _c("host_code", TEXT, "Country visited, ISO alpha-3."),
        _c("city", TEXT, "City visited.", True),
        _c("start_date", pl.Date, "First day.", True),
        _c("end_date", pl.Date, "Last day.", True),
        _c("date_precision", TEXT, "day, week, month, year or unknown."),
        _c("status", TEXT, "occurred, planned, denied or hypothetical."),
        _c("days", pl.Int32, "Stated length in days.", True),
        _c("confidence", pl.Float64, "0-1."),
    ),
)

FACTS_STATEMENTS = Table(
    "facts",
    "statements",
    "One row per quotation with its speaker.",
    ("fact_id",),
    (
        _c("fact_id", TEXT, "'s' + 20 hex digits."),
        _ARTICLE,
        _c("actor_key", TEXT, "Speaker, as in facts.article_actors.", True),
        _c("speaker_name", TEXT, "Speaker as the article's fullest form."),
        _c("speaker_code", TEXT, "Country or organisation of the speaker.", True),
        _c("about_codes", CODES, "Countries and organisations named in the quotation."),
        _c("verb", TEXT, "Verb of saying."),
        _c("quote", TEXT, "The words between the quotation marks."),
        _c("char_start", pl.Int32, "Code point offset of the quotation in the text."),
        _c("char_end", pl.Int32, "End, exclusive."),
    ),
)

FACTS_EVIDENCE = Table(
    "facts",
    "evidence",
    "One row per fact and span of text that states it.",
    ("fact_kind", "fact_id", "char_start"),
    (
        _c("fact_kind", TEXT, "meeting, event or visit."),
        _c("fact_id", TEXT, "The fact."),
        _ARTICLE,
        _c("sentence_index", pl.Int32, "Sentence in the article, from 0."),
        _c("char_start", pl.Int32, "Code point offset of the sentence in articles.text."),
        _c("char_end", pl.Int32, "End, exclusive."),
        _c("evidence", TEXT, "substring(text, char_start + 1, char_end - char_start)."),
        _c("trigger", TEXT, "Word or phrase that fired."),
        _c("rule_id", TEXT, "Row of data/reference/triggers.csv plus the frame that bound the sides."),
        _c("extractor_version", TEXT, "As in facts.extractions."),
        _c("confidence", pl.Float64, "0-1."),
    ),
)

FACTS_SKETCHES = Table(
    "facts",
    "sketches",
    "One row per article and shingle that its sketch keeps: near-duplicates share them.",
    ("article_id", "shingle"),
    (
        _ARTICLE,
        _c("shingle", pl.Int32, "Hash of five words on end; a sketch keeps the smallest."),
    ),
)

QUALITY_VALIDATIONS = Table(
    "quality",
    "validations",
    "One row per expectation checked in a run.",
    ("run_id", "suite", "table_name", "expectation"),
    (
        _c("run_id", TEXT, "The run that checked."),
        _c("suite", TEXT, "raw, facts or marts."),
        _c("table_name", TEXT, "schema.table."),
        _c("expectation", TEXT, "What was expected, with its arguments."),
        _c("success", pl.Boolean, "Whether it held."),
        _c("observed", TEXT, "What was seen.", True),
        _c("checked_at", TIMESTAMP, "When, UTC."),
        _c("severity", TEXT, "block or warn: whether its failure stops publishing; null before layout 2.", True),
    ),
)

RAW = (RAW_ARTICLES, RAW_QUARANTINE, RAW_LEDGER, RAW_SOURCES, RAW_POLLS)
FACTS = (
    FACTS_EXTRACTIONS,
    FACTS_ARTICLE_ACTORS,
    FACTS_ARTICLE_TOPICS,
    FACTS_MEETINGS,
    FACTS_MEETING_PARTICIPANTS,
    FACTS_EVENTS,
    FACTS_VISITS,
    FACTS_STATEMENTS,
    FACTS_EVIDENCE,
    FACTS_SKETCHES,
)
QUALITY = (QUALITY_VALIDATIONS,)
ALL = RAW + FACTS + QUALITY
BY_ADDRESS = {table.address: table for table in ALL}
