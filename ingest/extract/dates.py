"""Date expressions: a closed grammar, resolved against the day of publication, with precision.

Belongs here: finding the expressions and both readings of each, past and future; the tense of the clause picks one.
Does not belong here: which fact a date belongs to (`when`).
"""

from __future__ import annotations

import polars as pl

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "couple": 2,
}

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon\.|Tues?\.|Wed\.|Thurs?\.|Fri\.|Sat\.|Sun\.)"
_COUNT = r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
_PATTERNS = (
    r"\d{4}-\d{2}-\d{2}",
    rf"(?:{_WEEKDAY},? )?\d{{1,2}}(?:st|nd|rd|th)?(?:(?:-| and | to |, )\d{{1,2}}(?:st|nd|rd|th)?)? (?:of )?{_MONTH}(?:,? \d{{4}})?",
    rf"(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:(?:-| and | to )\d{{1,2}}(?:st|nd|rd|th)?)?(?:,? \d{{4}})?",
    r"[Oo]n the \d{1,2}(?:st|nd|rd|th)",
    rf"(?i:(?:early|mid|late|mid-|last|next|this|in) )?{_MONTH}(?: (?:of )?(?:\d{{4}}|last year|this year|next year))?",
    rf"(?i:(?:last|next|this|coming) )?{_WEEKDAY}",
    rf"(?i:{_COUNT}) (?:day|week|month|year)s? (?:ago|earlier|before|later|from now)",
    (
        r"(?i:earlier |later |late |early )?(?i:last|next|this|the previous|the following|the same|that|the coming) "
        r"(?:week|month|year|day|morning|afternoon|evening|night|weekend|spring|summer|autumn|fall|winter)"
    ),
    r"(?i:the day before|today|yesterday|tomorrow|tonight|overnight|the weekend|the same day|that day|this day|earlier in the day)",
    r"(?i:in |since |by |during |early |late |mid-|of |early in |late in )(?:19|20)\d{2}",
)
_HOLIDAY = r"\b(?:Good|Black|Easter|Ash|Bloody|Super|Holy|Cyber|Palm) $"
_NOT_AFTER_DAY = "[a-hj-z]|i[^n]"  # a noun; "in" and the end of the clause may follow
_ANY = r"\b(?:" + "|".join(_PATTERNS) + r")\b"
_OPEN, _CLOSE = "\x01", "\x02"


def _expressions(sents: pl.DataFrame) -> pl.DataFrame:
    """One row per date expression: sid, a, d_start, d_end (in the sentence), form."""
    # "may" the verb and "march" the verb are lower case: the patterns for months are case-sensitive, words are not.
    marked = pl.col("fold").str.replace_all(rf"(?:{_ANY})", _OPEN + "$0" + _CLOSE)
    return (
        sents.lazy()
        .select("sid", "a", "fold")
        .filter(
            pl.col("fold").str.contains(
                rf"\d|[Tt]oday|[Yy]esterday|[Tt]omorrow|[Tt]onight|{_MONTH}|{_WEEKDAY}|\b(?:day|week|month|year)|[Oo]vernight|morning|evening|night"
            )
        )
        .select("sid", "a", marked.alias("m"))
        .select(
            "sid",
            "a",
            pl.col("m").str.replace_all(_OPEN, _CLOSE + _OPEN, literal=True).str.split(_CLOSE).alias("piece"),
        )
        .explode("piece", empty_as_null=True)
        .with_columns(
            pl.col("piece").str.starts_with(_OPEN).alias("is_date"),
            pl.col("piece").str.strip_prefix(_OPEN).alias("form"),
        )
        .with_columns(pl.col("form").str.len_bytes().cast(pl.Int32).alias("n"))
        .with_columns(pl.col("n").cum_sum().over("sid").alias("d_end"))
        .filter("is_date")
        .select("sid", "a", (pl.col("d_end") - pl.col("n")).alias("d_start"), "d_end", "form")
        .collect()
    )


def _year_near(month: pl.Expr, day: pl.Expr, pub: pl.Expr, forward: bool) -> pl.Expr:
    """The month and day in the year that puts it last on or before (or first on or after) the anchor."""
    this = pl.date(pub.dt.year(), month, day)
    other = pl.date(pub.dt.year() + (1 if forward else -1), month, day)
    return (
        pl.when(this < pub).then(other).otherwise(this)
        if forward
        else pl.when(this > pub).then(other).otherwise(this)
    )


def _month_near(month: pl.Expr, pub: pl.Expr, forward: bool) -> pl.Expr:
    first = pub.dt.truncate("1mo")
    return _year_near(month, pl.lit(1), first, forward)


def find_dates(sents: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """One row per date expression: sid, d_start, d_end, past, future (its two readings), last_day, precision, form.

    `dates`: a, date (the day of publication). Expressions that need an anchor are dropped where there is none.
    """
    found = _expressions(sents).join(dates, on="a", how="left", maintain_order="left")
    # "on the 14th", but not "on the 14th floor"
    bare_day = pl.col("form").str.contains(r"^[Oo]n the \d")
    other = pl.col("fold").str.slice("d_end", 12).str.contains(rf"^[- ](?:{_NOT_AFTER_DAY})")
    found = (
        found.join(sents.select("sid", "fold"), on="sid", how="left", maintain_order="left")
        .filter(~bare_day | ~other)
        # "the Good Friday agreement"
        .filter(~pl.col("fold").str.slice(pl.max_horizontal(pl.col("d_start") - 7, 0), pl.min_horizontal(pl.col("d_start"), 7)).str.contains(_HOLIDAY))
        .drop("fold")
    )
    low = pl.col("form").str.to_lowercase()
    month = low.str.extract(rf"\b({'|'.join(_MONTHS)})[a-z]*", 1).replace_strict(
        {m: n + 1 for n, m in enumerate(_MONTHS)}, default=None, return_dtype=pl.Int32
    )
    day = low.str.extract(r"(?:^|[^\d])(\d{1,2})(?:st|nd|rd|th)?(?:[^\d]|$)", 1).cast(pl.Int32, strict=False)
    year = low.str.extract(r"((?:19|20)\d{2})", 1).cast(pl.Int32, strict=False)
    iso = low.str.extract(r"(\d{4}-\d{2}-\d{2})", 1).str.to_date(strict=False)
    last = low.str.extract(r"\d{1,2}(?:st|nd|rd|th)?(?:-| and | to |, )(\d{1,2})", 1).cast(
        pl.Int32, strict=False
    )
    weekday = low.str.extract(
        r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|s|nesday|rsday|rs|r|urday)?\.?$", 1
    ).replace_strict({d: n + 1 for n, d in enumerate(_DAYS)}, default=None, return_dtype=pl.Int32)
    count = low.str.extract(rf"^({_COUNT}) ", 1)
    count = count.replace_strict(_NUMBERS, default=None, return_dtype=pl.Int32).fill_null(
        count.cast(pl.Int32, strict=False)
    )
    unit = low.str.extract(r" (day|week|month|year)s? ", 1)
    f = found.with_columns(
        low.alias("low"),
        month.alias("month"),
        day.alias("day"),
        year.alias("year"),
        iso.alias("iso"),
        last.alias("last"),
        weekday.alias("weekday"),
        count.alias("count"),
        unit.alias("unit"),
        pl.col("date").alias("pub"),
    )
    return _resolve(f)


def _resolve(f: pl.DataFrame) -> pl.DataFrame:
    low, pub = pl.col("low"), pl.col("pub")
    is_last, is_next = (
        low.str.contains(r"^(?:last|the previous|earlier last)\b"),
        low.str.contains(r"^(?:next|coming|the coming|the following)\b"),
    )
    by_year = pl.col("year").is_not_null()
    day_ok = (pl.col("day").is_between(1, 31) & (pl.col("month").is_not_null())).fill_null(False)
    safe_day = pl.when(day_ok).then(pl.min_horizontal("day", pl.lit(28))).otherwise(1)
    exact = pl.date(pl.col("year"), pl.col("month"), safe_day) + pl.duration(
        days=pl.col("day").fill_null(1) - safe_day
    )
    md_past = _year_near(pl.col("month"), safe_day, pub, False) + pl.duration(
        days=pl.col("day").fill_null(1) - safe_day
    )
    md_future = _year_near(pl.col("month"), safe_day, pub, True) + pl.duration(
        days=pl.col("day").fill_null(1) - safe_day
    )
    back = (pub.dt.weekday() - pl.col("weekday")) % 7
    wd_past = pub - pl.duration(days=pl.when(is_last & (back == 0)).then(7).otherwise(back))
    ahead = (pl.col("weekday") - pub.dt.weekday()) % 7
    wd_future = pub + pl.duration(days=pl.when(is_next & (ahead == 0)).then(7).otherwise(ahead))
    # "on the 14th": of this month, or of the one before or after
    lone_day = low.str.contains(r"^on the \d")
    here = pl.date(pub.dt.year(), pub.dt.month(), pl.min_horizontal("day", pl.lit(28)))
    here = here + pl.duration(days=pl.col("day").fill_null(1) - pl.min_horizontal("day", pl.lit(28)))
    day_past = pl.when(here > pub).then(here.dt.offset_by("-1mo")).otherwise(here)
    day_future = pl.when(here < pub).then(here.dt.offset_by("1mo")).otherwise(here)
    monday, first, january = pub.dt.truncate("1w"), pub.dt.truncate("1mo"), pub.dt.truncate("1y")
    has = lambda pattern: low.str.contains(pattern)  # noqa: E731
    shift = (
        pl.when(has(r"\b(?:last|previous)\b"))
        .then(-1)
        .when(has(r"\b(?:next|following|coming)\b"))
        .then(1)
        .otherwise(0)
    )
    ago = pl.when(has("later|from now")).then(1).otherwise(-1) * pl.col("count")
    month_only = pl.col("month").is_not_null() & ~day_ok
    year_word = low.str.extract(r" (last|this|next) year$", 1)
    spoken_year = pub.dt.year() + year_word.replace_strict(
        {"last": -1, "this": 0, "next": 1}, default=0, return_dtype=pl.Int32
    )
    rules = [
        (pl.col("iso").is_not_null(), pl.col("iso"), pl.col("iso"), "day"),
        (day_ok & by_year, exact, exact, "day"),
        (day_ok, md_past, md_future, "day"),
        (lone_day & pl.col("day").is_between(1, 31), day_past, day_future, "day"),
        (
            month_only & by_year,
            pl.date(pl.col("year"), pl.col("month"), 1),
            pl.date(pl.col("year"), pl.col("month"), 1),
            "month",
        ),
        (
            month_only & year_word.is_not_null(),
            pl.date(spoken_year, pl.col("month"), 1),
            pl.date(spoken_year, pl.col("month"), 1),
            "month",
        ),
        (
            month_only & is_last,
            _month_near(pl.col("month"), pub.dt.offset_by("-1mo"), False),
            _month_near(pl.col("month"), pub.dt.offset_by("-1mo"), False),
            "month",
        ),
        (
            month_only,
            _month_near(pl.col("month"), pub, False),
            _month_near(pl.col("month"), pub, True),
            "month",
        ),
        (pl.col("weekday").is_not_null() & is_next, wd_future, wd_future, "day"),
        (pl.col("weekday").is_not_null(), wd_past, wd_future, "day"),
        (
            has(r"^(?:today|tonight|overnight|this (?:morning|afternoon|evening|day)|earlier in the day)$"),
            pub,
            pub,
            "day",
        ),
        (has(r"^yesterday$|^last night$"), pub - pl.duration(days=1), pub - pl.duration(days=1), "day"),
        (has(r"^tomorrow$"), pub + pl.duration(days=1), pub + pl.duration(days=1), "day"),
        (
            pl.col("count").is_not_null() & (pl.col("unit") == "day"),
            pub + pl.duration(days=ago),
            pub + pl.duration(days=ago),
            "day",
        ),
        (
            pl.col("count").is_not_null() & (pl.col("unit") == "week"),
            (pub + pl.duration(days=7 * ago)).dt.truncate("1w"),
            (pub + pl.duration(days=7 * ago)).dt.truncate("1w"),
            "week",
        ),
        (
            pl.col("count").is_not_null() & (pl.col("unit") == "month"),
            pub.dt.offset_by(pl.concat_str(ago, pl.lit("mo"))).dt.truncate("1mo"),
            pub.dt.offset_by(pl.concat_str(ago, pl.lit("mo"))).dt.truncate("1mo"),
            "month",
        ),
        (
            pl.col("count").is_not_null() & (pl.col("unit") == "year"),
            pub.dt.offset_by(pl.concat_str(ago, pl.lit("y"))).dt.truncate("1y"),
            pub.dt.offset_by(pl.concat_str(ago, pl.lit("y"))).dt.truncate("1y"),
            "year",
        ),
        (
            has("weekend$"),
            monday - pl.duration(days=2),
            monday + pl.duration(days=pl.when(is_next).then(12).otherwise(5)),
            "day",
        ),
        (
            has("week$"),
            monday + pl.duration(days=7 * shift),
            monday + pl.duration(days=7 * shift),
            "week",
        ),
        (
            has("month$"),
            first.dt.offset_by(pl.concat_str(shift, pl.lit("mo"))),
            first.dt.offset_by(pl.concat_str(shift, pl.lit("mo"))),
            "month",
        ),
        (
            has("year$"),
            january.dt.offset_by(pl.concat_str(shift, pl.lit("y"))),
            january.dt.offset_by(pl.concat_str(shift, pl.lit("y"))),
            "year",
        ),
        (by_year, pl.date(pl.col("year"), 1, 1), pl.date(pl.col("year"), 1, 1), "year"),
    ]
    past, future, precision = pl.when(False).then(None), pl.when(False).then(None), pl.when(False).then(None)
    for condition, p, n, prec in rules:
        past, future, precision = (
            past.when(condition).then(p),
            future.when(condition).then(n),
            precision.when(condition).then(pl.lit(prec)),
        )
    relative = low.str.contains(
        r"^(?:the same|that) (?:day|morning|afternoon|evening|night|week|month|year)$|(?:earlier|before|later)$|^the (?:previous|following) |^the day before$|^that day"
    )
    return (
        f.with_columns(
            past.otherwise(None).cast(pl.Date).alias("past"),
            future.otherwise(None).cast(pl.Date).alias("future"),
            precision.otherwise(None).alias("precision"),
            relative.alias("is_relative"),
        )
        .with_columns(
            pl.when(
                pl.col("last").is_not_null()
                & (pl.col("precision") == "day")
                & (pl.col("last") > pl.col("day"))
            )
            .then(pl.col("last") - pl.col("day"))
            .otherwise(0)
            .alias("span")
        )
        .select(
            "sid",
            "a",
            "d_start",
            "d_end",
            "form",
            "past",
            "future",
            "precision",
            "span",
            "is_relative",
            "count",
            "unit",
            "low",
            "pub",
        )
        .filter(pl.col("past").is_not_null() | pl.col("is_relative"))
    )
