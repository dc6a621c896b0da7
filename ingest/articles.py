"""The raw contract: what an input record must be to become an article, and why it is refused otherwise.

Belongs here: the record schema that sources deliver, normalising of texts, dates, languages, ids, size
limits, the
closed list of quarantine reasons, and `admit`. Does not belong here: reading of files (`ingest/sources/`),
storage
(`ingest/warehouse.py`), meaning of the text (`ingest/extract/`).

Duplicates stay in `Admitted.articles`, within the batch too: the warehouse counts them by `article_id`, so
that
n_in = rows of `articles` (new or duplicate) + rows of `quarantine`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import polars as pl

from ingest import tables
from ingest.redaction import redacted

REASONS: dict[str, str] = {
    "forgotten": "An article that was removed with `chancery forget` and must not come back.",
    "unsupported_kind": "The file's extension is none that can be read.",
    "outside_link": "A symbolic link that leads out of the folder given, or nowhere.",
    "not_a_file": "Neither a regular file nor a folder.",
    "unreadable": "The system refused to give the file's bytes.",
    "empty_file": "The file holds no record.",
    "too_large": "A file, line or field above its size limit.",
    "damaged_gzip": "The compressed stream is cut off or corrupt.",
    "binary_file": "The bytes are of another kind than the extension says (image, archive, document).",
    "no_readable_line": "So many lines without one record that the rest of the file was not read.",
    "invalid_utf8": "The bytes are not UTF-8.",
    "invalid_json": "The line is not JSON.",
    "not_an_object": "The line is JSON, but not an object.",
    "wrong_type": "A field holds another type than text (a date may be a number, an id too).",
    "missing_column": "The table has neither a column text nor a column html.",
    "ragged_row": "The row has more or fewer cells than the header.",
    "invalid_csv": "A quotation mark that never closes, or a cell beyond the limit.",
    "invalid_parquet": "The file is not Parquet, or is damaged.",
    "invalid_sidecar": "The .json beside a text or page is not an object of text fields.",
    "orphan_sidecar": "A .json without the text or page that it describes.",
    "invalid_feed": "A feed that is neither RSS nor Atom.",
    "invalid_xml": "XML that cannot be read, or of another kind than was asked for.",
    "invalid_warc": "A web archive that is damaged or of another kind.",
    "list_of_links": "A list of addresses, not of articles: it belongs in sources.yaml; nothing is fetched for the inbox.",
    "html_without_text": "No article text was found in the page.",
    "html_too_deep": "The page's elements are nested too deep to be read.",
    "html_timeout": "Reading the page took too long.",
    "html_failed": "Reading the page broke the reader.",
    "bad_url": "An address that is none, is too long, or holds a password.",
    "forbidden_scheme": "An address of another scheme than http or https.",
    "forbidden_port": "An address with another port than 80 or 443.",
    "private_address": "The host lies at an address that is not public (private, loopback, link-local, shared, reserved).",
    "unknown_host": "The host's name has no address.",
    "too_many_redirects": "Redirects that lead in a circle or too far.",
    "insecure_redirect": "A redirect from https to http.",
    "robots_disallowed": "The host's robots.txt forbids the address.",
    "robots_unreachable": "The host's robots.txt could not be read, so nothing may be asked there for now.",
    "http_gone": "The page is not or no longer there (404, 410).",
    "http_closed": "The page is not for everyone (401, 402, 403, 451).",
    "http_error": "The server answered with an error.",
    "rate_limited": "The server asks for a longer pause than is waited for (429, 503).",
    "fetch_timeout": "No full answer within the time limit.",
    "connection_failed": "No connection, or one that broke off.",
    "bad_response": "The answer is not HTTP, is cut short, or has headers beyond the limit.",
    "bad_encoding": "A body packed in a way that was not asked for, damaged or cut off.",
    "wrong_content_type": "The answer is of another kind than was asked for (an image, a document).",
    "no_text": "Neither text nor html, or nothing but blanks.",
    "not_text": "The text is mostly control characters.",
    "bad_date": "A date of publication that does not exist or cannot be read.",
    "ambiguous_date": "Day and month of the date cannot be told apart.",
    "date_out_of_range": "A date of publication outside the years 1900 to 2100.",
}

FIELDS = ("external_id", "url", "source", "title", "author", "published_at", "published_date", "language")
RECORD_SCHEMA = pl.Schema(
    {
        "position": pl.Int64,
        "path": pl.String,
        "name": pl.String,
        "raw_sha256": pl.String,
        "date_source": pl.String,
    }
    | dict.fromkeys((*FIELDS, "text", "html"), pl.String)
)
"""What sources deliver: strings as read; `date_source` says where the date fields came from,
`name` is the path below the folder given."""

QUARANTINE_SCHEMA = pl.Schema({
    name: dtype for name, dtype in tables.RAW_QUARANTINE.polars_schema.items()
    if name not in ("batch_id", "first_seen", "code_version")
})  # fmt: skip
ARTICLE_SCHEMA = pl.Schema({
    name: dtype for name, dtype in tables.RAW_ARTICLES.polars_schema.items()
    if name not in ("batch_id", "first_seen_at")
})  # fmt: skip

MAX_TEXT_BYTES = 2_000_000
MAX_FIELD_BYTES = 8_192
MIN_LETTERS_FOR_LANGUAGE = 20
MIN_LANGUAGE_CONFIDENCE = 0.3
_MAX_DETAIL = 500
_MAX_MARKS = 8
_FIELD_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Refusal:
    """One input not admitted; `position` -1 is the whole file, `name` its path below the folder given."""

    path: str
    name: str
    position: int
    sha256: str | None
    stage: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Batch:
    """Records read from one file, or from a run of small files of one folder (then `sha256` is None).

    `arrived_at` is when the bytes were first stored (UTC): replay gives the same, so it may serve as first
    seen.
    """

    path: str
    sha256: str | None
    records: pl.DataFrame
    quarantine: pl.DataFrame
    n_in: int
    arrived_at: datetime


@dataclass(frozen=True)
class Admitted:
    """A batch after the border: every one of `n_in` inputs is a row of `articles` or of `quarantine`."""

    articles: pl.DataFrame
    quarantine: pl.DataFrame
    n_in: int


def hashed_ids(prefix: str, keys: Iterable[str]) -> list[str]:
    """The prefix and 20 hex digits of SHA-256 for each key; no vectorised SHA-256 exists in Polars."""
    return [prefix + hashlib.sha256(key.encode()).hexdigest()[:20] for key in keys]


def quarantine_frame(refusals: Iterable[Refusal]) -> pl.DataFrame:
    """Refusals as rows of `raw.quarantine`, without the columns that the warehouse adds.

    An input without bytes is told apart by its full path, one with bytes by its name, so that it keeps its id
    wherever the state folder lies.
    """
    rows = []
    for item in refusals:
        if item.reason not in REASONS:
            raise ValueError(f"quarantine reason {item.reason!r} is not in the closed list")
        name = item.name if item.sha256 else item.path
        key = _FIELD_SEPARATOR.join((name, item.sha256 or "", str(item.position), item.reason))
        detail = redacted(item.detail.encode(errors="replace").decode())[:_MAX_DETAIL]
        rows.append(
            (*hashed_ids("q", [key]), redacted(item.path), item.position, item.sha256, item.stage, item.reason, detail)
        )
    return pl.DataFrame(rows, schema=QUARANTINE_SCHEMA, orient="row")


# Unseen characters: controls, NUL, zero-width, bidi marks, soft hyphen, tags, non-characters.
_UNSEEN = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\x{e0000}-\x{e0fff}]"
)
_LINE_ENDS = r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]"
_MARK_RUNS = rf"(\p{{M}}{{{_MAX_MARKS}}})\p{{M}}+"
_NEEDS_NORMALISING = r"[^\n\x20-\x7e]"


def _normalise_all(texts: pl.Series) -> pl.Series:
    """Every step on every row; runs of marks are capped before NFC and once more, as it expands some."""
    return (
        texts.str.replace_all(_LINE_ENDS, "\n")
        .str.replace_all("\t", " ", literal=True)
        .str.replace_all(_UNSEEN, "")
        .str.replace_all(_MARK_RUNS, "$1")
        .str.normalize("NFC")
        .str.replace_all(_MARK_RUNS, "$1")
    )


def _normalise_series(texts: pl.Series) -> pl.Series:
    """Only rows beyond plain ASCII are worked on; most of a corpus is plain."""
    dirty = texts.str.contains(_NEEDS_NORMALISING).fill_null(False)
    if not dirty.any():
        return texts
    worked = _normalise_all(texts.filter(dirty))
    return worked if dirty.all() else texts.scatter(dirty.arg_true(), worked)


def normalise(expr: pl.Expr) -> pl.Expr:
    """NFC, `\\n` line ends, no unseen characters, no blanks at the ends; twice is the same as once."""
    return expr.map_batches(_normalise_series, return_dtype=pl.String, is_elementwise=True).str.strip_chars()


def normalise_line(expr: pl.Expr) -> pl.Expr:
    """As `normalise`, on one line with single spaces; blank becomes null."""
    line = normalise(expr).str.replace_all(r"\s+", " ")
    return pl.when(line != "").then(line)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_ZONE = r"\s*(?P<zone>z|utc|gmt|ut|[ecmp][sd]t|[+-]\d{2}(?::?\d{2})?)?(?:\s*\([a-z ]+\))?"
_TIME = (
    r"(?:(?:t|,?\s+(?:at\s+)?)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>[.,]\d{1,9})?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?" + _ZONE + ")?"
)
_DATE_FORMS = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _TIME,
    r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})" + _TIME,
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>z)?)?",
    _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r",?[\s-]+(?P<year>\d{4})" + _TIME,
    _WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME,
    r"(?P<first>\d{1,2})[/.](?P<second_part>\d{1,2})[/.](?P<year>\d{4})" + _TIME,
)
_DATE_PARTS = (
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "fraction",
    "half",
    "zone",
    "first",
    "second_part",
)
_ZONE_HOURS = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_MAX_OFFSET_MINUTES = 16 * 60
_EPOCH = r"^-?\d{9,10}$|^-?\d{12,13}$"
_YEARS = (1900, 2100)


def _date_parts(value: pl.Expr) -> list[pl.Expr]:
    """One expression per part of a date, from the first of the forms that fits the whole value."""
    found: dict[str, list[pl.Expr]] = {name: [] for name in _DATE_PARTS}
    for form in _DATE_FORMS:
        groups = value.str.extract_groups(f"^{form}$")
        for name in _DATE_PARTS:
            if f"(?P<{name}>" in form:
                found[name].append(groups.struct.field(name))
    return [pl.coalesce(found[name]).alias(name) for name in _DATE_PARTS]


def _order_of_numbers() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Month, day and doubt of `07/26/2025` and `26/07/2025`: only a number above 12 tells the day."""
    first, second = pl.col("first").cast(pl.Int32), pl.col("second_part").cast(pl.Int32)
    month = pl.when(first > 12).then(second).otherwise(first)
    day = pl.when(first > 12).then(first).otherwise(second)
    return month, day, ((first <= 12) & (second <= 12) & (first != second)).fill_null(False)


def _month_number() -> pl.Expr:
    """The month as a number, from digits or a name."""
    number = {name: index for index, name in enumerate(_MONTHS, start=1)}
    named = pl.col("month").str.slice(0, 3).replace_strict(number, default=None, return_dtype=pl.Int32)
    return pl.coalesce(pl.col("month").cast(pl.Int32, strict=False), named)


def _hour_of_day() -> pl.Expr:
    """The hour on the 24-hour clock; null when a half of the day is given with an hour above 12."""
    hour = pl.col("hour").cast(pl.Int32)
    afternoon = pl.col("half").str.starts_with("p")
    twelve = pl.when(hour.is_between(1, 12)).then(hour % 12 + afternoon.cast(pl.Int32) * 12)
    return pl.when(pl.col("half").is_null()).then(hour).otherwise(twelve)


def _offset_minutes() -> pl.Expr:
    """Minutes east of UTC; a time without a zone counts as UTC."""
    zone = pl.col("zone").str.replace(":", "", literal=True)
    named = zone.replace_strict(_ZONE_HOURS, default=0, return_dtype=pl.Int32) * 60
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    hours = zone.str.slice(1, 2).cast(pl.Int32, strict=False)
    minutes = zone.str.slice(3, 2).cast(pl.Int32, strict=False).fill_null(0)
    numbered = sign * (hours * 60 + minutes)
    return pl.when(zone.str.contains(r"^[+-]")).then(numbered).otherwise(named).fill_null(0)


def parse_dates(values: pl.Series) -> pl.DataFrame:
    """One row per value: `day` (as the outlet wrote it), `moment` (UTC, if timed), `problem` (a reason).

    Reads ISO 8601 with zones, RFC 2822, 'July 26, 2025', '26 July 2025', '26/07/2025' where only one
    reading is
    possible, and seconds or milliseconds since 1970. Blank is no date and no problem.
    """
    raw = values.alias("raw").to_frame()
    unique = raw.filter(pl.col("raw").is_not_null()).unique(maintain_order=True)
    value = pl.col("raw").str.strip_chars().str.to_lowercase()
    month, day, doubtful = _order_of_numbers()
    epoch = pl.when(value.str.contains(_EPOCH)).then(value.str.extract(r"^(-?\d+)$").cast(pl.Int64))
    milliseconds = pl.when(epoch.abs() >= 10**11).then(epoch).otherwise(epoch * 1000)
    parsed = (
        unique.with_columns(
            *_date_parts(value), milliseconds.cast(pl.Datetime("ms")).cast(tables.TIMESTAMP).alias("epoch")
        )
        .with_columns(
            pl.coalesce(_month_number(), month).alias("m"),
            pl.coalesce(pl.col("day").cast(pl.Int32), day).alias("d"),
            doubtful.alias("doubtful"),
            _hour_of_day().alias("h"),
            _offset_minutes().alias("offset"),
        )
        .with_columns(_local_time().alias("local"))
        .with_columns(_moment().alias("moment"))
        .with_columns(pl.coalesce(pl.col("local"), pl.col("epoch")).dt.date().alias("day"))
        .with_columns(_date_problem(value).alias("problem"))
    )
    clean = parsed.select(
        "raw", *(pl.when(pl.col("problem").is_null()).then(c).alias(c) for c in ("day", "moment")), "problem"
    )
    return raw.join(clean, on="raw", how="left", maintain_order="left").drop("raw")


def _local_time() -> pl.Expr:
    """The date and time as written; null when there is none such (30 February). A leap second is 59."""
    second = pl.col("second").fill_null("00").replace("60", "59")
    digits = [
        pl.col("year"), pl.col("m").cast(pl.String).str.zfill(2), pl.col("d").cast(pl.String).str.zfill(2),
        pl.when(pl.col("hour").is_null()).then(pl.lit("00")).otherwise(pl.col("h").cast(pl.String).str.zfill(2)),
        pl.col("minute").fill_null("00"), second,
    ]  # fmt: skip
    return pl.concat_str(digits, separator=" ").str.to_datetime(
        "%Y %m %d %H %M %S", time_unit="us", strict=False
    )


def _moment() -> pl.Expr:
    """The time in UTC, where a time was given."""
    micros = pl.col("fraction").str.slice(1).str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
    shift = micros - pl.col("offset").cast(pl.Int64) * 60_000_000
    written = pl.when(pl.col("hour").is_not_null()).then(pl.col("local") + pl.duration(microseconds=shift))
    return pl.coalesce(written, pl.col("epoch"))


def _date_problem(value: pl.Expr) -> pl.Expr:
    """The reason to refuse a date, or null."""
    in_range = pl.col("day").dt.year().is_between(*_YEARS)
    far_zone = pl.col("offset").abs() > _MAX_OFFSET_MINUTES
    far_year = pl.coalesce(pl.col("year"), value.str.extract(r"^[+-]?(\d{5,})-\d{2}-\d{2}")).cast(
        pl.Int64, strict=False
    )
    return (
        pl.when(value == "").then(None)
        .when(pl.col("doubtful")).then(pl.lit("ambiguous_date"))
        .when(far_year.is_between(*_YEARS).not_()).then(pl.lit("date_out_of_range"))
        .when(pl.col("day").is_null() | far_zone).then(pl.lit("bad_date"))
        .when(in_range.not_()).then(pl.lit("date_out_of_range"))
    )  # fmt: skip


_LANGUAGE_NAMES = {
    "english": "en", "eng": "en", "french": "fr", "fra": "fr", "fre": "fr", "german": "de", "deu": "de",
    "ger": "de",
    "spanish": "es", "spa": "es", "russian": "ru", "rus": "ru", "arabic": "ar", "ara": "ar", "chinese": "zh",
    "zho": "zh", "chi": "zh", "portuguese": "pt", "por": "pt", "italian": "it", "ita": "it", "urdu": "ur",
    "urd": "ur",
    "hindi": "hi", "hin": "hi", "turkish": "tr", "tur": "tr", "persian": "fa", "fas": "fa", "japanese": "ja",
    "jpn": "ja", "korean": "ko", "kor": "ko", "ukrainian": "uk", "ukr": "uk",
}  # fmt: skip
_UNKNOWN_LANGUAGES = ("und", "mul", "mis", "zxx", "unk")
_ENGLISH_WORDS = r"\b(?:the|of|and|to|that|for|with|by|from|has|said|which|will|would|its|have)\b"
_ENGLISH_SHARE = 0.12
_SAMPLE = 400
# Languages that the detector gives for English wire copy and tables far more often than for themselves.
_NEVER_DETECTED = frozenset(["an", "ba", "br", "eo", "fo", "fy", "gd", "ht", "jv", "la", "lb", "lg", "ln", "mg", "oc", "qu", "sa", "se", "vo", "wa"])


@cache
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(
        [code for code in identifier.labels if len(code) == 2 and code not in _NEVER_DETECTED]
    )
    return identifier


def _detect(sample: str) -> str:
    """The detector's answer for one text; it takes one at a time."""
    code, confidence = _identifier().classify(sample)
    return code if confidence >= MIN_LANGUAGE_CONFIDENCE else "und"


def detect_languages(texts: pl.Series) -> pl.Series:
    """ISO 639-1 code of each text, 'und' where too few letters or too little confidence.

    Plain English, most of any corpus here, is told by its function words alone (on 19,043 wire reports no
    other
    language came out); only the rest goes to the detector, 0.1 ms a text.
    """
    sample = texts.str.slice(0, _SAMPLE)
    words = sample.str.count_matches(r"\S+").clip(1)
    english = sample.str.to_lowercase().str.count_matches(_ENGLISH_WORDS) / words >= _ENGLISH_SHARE
    enough = sample.str.count_matches(r"\p{L}") >= MIN_LETTERS_FOR_LANGUAGE
    codes = [
        "und" if not many else "en" if plain else _detect(text)
        for text, many, plain in zip(sample, enough, english, strict=True)
    ]
    return pl.Series("language", codes, dtype=pl.String)


def _given_language() -> pl.Expr:
    """The code given, as ISO 639 without region or script; null when it is none."""
    code = pl.col("language").str.strip_chars().str.to_lowercase().str.extract(r"^([a-z]+)(?:[-_].*)?$")
    known = code.replace(_LANGUAGE_NAMES)
    return pl.when(known.str.contains(r"^[a-z]{2,3}$") & ~known.is_in(_UNKNOWN_LANGUAGES)).then(known)


def _with_language(records: pl.DataFrame) -> pl.DataFrame:
    """`language`: as given, else detected."""
    given = records.with_columns(_given_language().alias("language"))
    missing = given["language"].is_null()
    if not missing.any():
        return given
    detected = detect_languages(given.filter(missing)["text"])
    return given.with_columns(given["language"].scatter(missing.arg_true(), detected))


def _too_large() -> pl.Expr:
    """The detail of the first field above its limit, or null."""
    fields = [
        pl.when(pl.col(name).str.len_bytes() > limit).then(pl.lit(f"{name}: more than {limit:,} bytes"))
        for name, limit in (("text", MAX_TEXT_BYTES), *((name, MAX_FIELD_BYTES) for name in FIELDS))
    ]
    return pl.coalesce(fields)


def _control_share() -> pl.Expr:
    """Share of control characters among the text's bytes."""
    return pl.col("text").str.count_matches(r"[\x00-\x08\x0e-\x1f\x7f]") / pl.col(
        "text"
    ).str.len_bytes().clip(1)


def _with_dates(records: pl.DataFrame) -> pl.DataFrame:
    """Dates parsed, with `date_reason` and `date_detail` for the first field that cannot be used.

    The day given as such wins; else the day as written in the time, in the outlet's own zone, because the
    article's "today" is that day.
    """
    at = parse_dates(records["published_at"]).rename(
        {"day": "at_day", "moment": "at", "problem": "at_problem"}
    )
    on = parse_dates(records["published_date"]).rename(
        {"day": "on_day", "moment": "on", "problem": "on_problem"}
    )
    details = [
        pl.when(pl.col(problem).is_not_null()).then(
            pl.format(field + ": {}", pl.col(field).str.slice(0, 100))
        )
        for field, problem in (("published_date", "on_problem"), ("published_at", "at_problem"))
    ]
    return (
        pl.concat([records, at, on], how="horizontal")
        .with_columns(
            pl.coalesce("on_problem", "at_problem").alias("date_reason"),
            pl.coalesce(details).alias("date_detail"),
            pl.coalesce("at", "on").alias("published_at"),
            pl.coalesce("on_day", "at_day").alias("published_date"),
        )
        .with_columns(
            pl.when(pl.col("published_date").is_null()).then(pl.lit("none"))
            .otherwise(pl.col("date_source").fill_null("input")).alias("date_source")
        )
    )  # fmt: skip


def _judge(records: pl.DataFrame) -> pl.DataFrame:
    """The records, normalised, each with `reason` (null when admitted) and `detail`."""
    size = records.with_columns(_too_large().alias("large"), _control_share().alias("controls"))
    emptied = pl.when(pl.col("large").is_null()).then(pl.col("text")).otherwise(pl.lit(""))
    return (
        _with_dates(size.with_columns(emptied.alias("text")))
        .with_columns(
            normalise(pl.col("text").fill_null("")).alias("text"),
            *(normalise_line(pl.col(name).str.slice(0, MAX_FIELD_BYTES)).alias(name)
              for name in ("external_id", "url", "source", "title", "author")),
        )
        .with_columns(
            pl.when(pl.col("large").is_not_null()).then(pl.lit("too_large"))
            .when(pl.col("controls") > 0.5).then(pl.lit("not_text"))
            .when(pl.col("text") == "").then(pl.lit("no_text"))
            .otherwise(pl.col("date_reason")).alias("reason"),
        )
        .with_columns(
            pl.when(pl.col("reason") == "too_large").then(pl.col("large"))
            .when(pl.col("reason") == "not_text").then(pl.lit("more than half are control characters"))
            .when(pl.col("reason") == "no_text").then(pl.lit("nothing but blanks and unseen characters"))
            .otherwise(pl.col("date_detail")).alias("detail"),
        )
    )  # fmt: skip


def _refused(judged: pl.DataFrame) -> pl.DataFrame:
    """The judged records that are not admitted, as quarantine rows."""
    rows = judged.filter(pl.col("reason").is_not_null())
    columns = rows.select("path", "name", "position", "raw_sha256", pl.lit("admit"), "reason", "detail")
    return quarantine_frame(Refusal(*row) for row in columns.iter_rows())


def _identified(accepted: pl.DataFrame) -> pl.DataFrame:
    """The accepted records with ids, hash and word count, as rows of `raw.articles`."""
    key = [
        pl.col(name).cast(pl.String).fill_null("")
        for name in ("external_id", "url", "published_date", "title", "text")
    ]
    keys = accepted.select(pl.concat_str(key, separator=_FIELD_SEPARATOR)).to_series()
    same = accepted.select(pl.col("text").str.to_lowercase().str.replace_all(r"\s+", " ")).to_series()
    return accepted.with_columns(
        pl.Series("article_id", hashed_ids("a", keys), dtype=pl.String),
        pl.Series("text_hash", [hashlib.sha256(text.encode()).hexdigest() for text in same], dtype=pl.String),
        pl.col("text").str.count_matches(r"\S+").cast(pl.Int32).alias("n_words"),
        pl.col("position").alias("raw_position"),
    ).select(pl.col(name).cast(dtype) for name, dtype in ARTICLE_SCHEMA.items())


def admit(batch: Batch) -> Admitted:
    """Each record becomes an article or a quarantine row, never both, never neither."""
    judged = _judge(batch.records)
    accepted = _with_language(judged.filter(pl.col("reason").is_null()))
    return Admitted(_identified(accepted), pl.concat([batch.quarantine, _refused(judged)]), batch.n_in)
