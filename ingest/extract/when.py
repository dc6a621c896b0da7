"""The dates of bound clauses.

Belongs here: which date expression of a sentence belongs to which clause, and what dates a clause without any.
Does not belong here: the grammar of dates (`dates`), merging of clauses (`meetings`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at

_SAID = r"\b(?:said|told|reported|announced|added|says|posted|wrote|tweeted|statement|confirmed|declared)(?: \w+){0,2}(?: late| early)?(?: on)?\s*$"
_NOT_WHEN = r"\b(?:since|until|till|of the|'s)\s*$"
_NOUN_FOLLOWS = r"^ (?:[A-Z0-9][\w-]* ){0,3}(?:[a-z]{3,}[a-z-]*)\b"
# "Tuesday's regional summit": what is met at
_OWNS_GATHERING = (
    r"^'?s'? (?:[\w-]+ ){0,3}(?:summit|meeting|conference|assembly|talks|session|gathering|visit|dinner|lunch"
    r"|ceremony|funeral|inauguration|call|parade|forum|trip|round)"
)
_FRONT = 12  # characters within which a date opens its sentence
_CLAUSE = 35  # what a finite verb between trigger and date weighs, in characters
_FAR = 190
_NEAR_FOLLOWS = 2  # ... where only the states are the same
_FOLLOWS = 5  # sentences for which the day of a report goes on
_FRESH_DAYS = 7
_NEXT_DAYS = 14
_TO_DO = 8  # elements from a verb to what it was done for
_SOON = 90  # days within which a day without a year in the present tense is one to come


def relative_dates(found: pl.DataFrame) -> pl.DataFrame:
    """The date expressions with those that lean on an earlier one ("a day earlier", "the same evening") resolved."""
    ordered = (
        found.sort("a", "sid", "d_start")
        .with_columns(
            pl.when(~pl.col("is_relative") & (pl.col("precision") == "day")).then("past").alias("seen")
        )
        .with_columns(pl.col("seen").forward_fill().over("a").shift(1).over("a").alias("anchor"))
    )
    low = pl.col("low")
    step = (
        pl.when(low.str.contains("earlier|before|previous"))
        .then(-1)
        .when(low.str.contains("later|following"))
        .then(1)
        .otherwise(0)
        * pl.col("count").fill_null(1)
        * pl.when(pl.col("unit") == "week").then(7).otherwise(1)
    )
    whole = pl.col("unit").is_null() | pl.col("unit").is_in(["day", "week"])
    leaning = (
        pl.col("is_relative")
        & pl.col("anchor").is_not_null()
        & whole
        & ~low.str.contains("week$|month$|year$")
    )
    moved = pl.col("anchor") + pl.duration(days=step)
    return (
        ordered.with_columns(
            pl.when(leaning).then(moved).otherwise("past").alias("past"),
            pl.when(leaning).then(moved).otherwise("future").alias("future"),
            pl.when(leaning).then(pl.lit("day")).otherwise("precision").alias("precision"),
        )
        .filter(pl.col("past").is_not_null())
        .drop("seen", "anchor")
    )


def verbs_at(frame: pl.DataFrame, elements: pl.DataFrame, at: str, name: str) -> pl.DataFrame:
    """The frame with the running count of finite verbs at a place in its sentence."""
    steps = elements.select("sid", "start", pl.col("n_finite").alias(name)).sort("start")
    return (
        frame.sort(at)
        .join_asof(steps, left_on=at, right_on="start", by="sid", check_sortedness=False)
        .drop("start", strict=False)
    )


def add_dates(
    bound: pl.DataFrame, found: pl.DataFrame, sents: pl.DataFrame, elements: pl.DataFrame
) -> pl.DataFrame:
    """The clauses with `start_date`, `end_date`, `date_precision` from the date that is theirs.

    The nearest in the same clause; a date that opens the sentence holds for its first clause however long.
    """
    before = pl.col("fold").str.slice(
        pl.max_horizontal(pl.col("d_start") - 30, 0), pl.min_horizontal(pl.col("d_start"), 30)
    )
    usable = (
        verbs_at(relative_dates(found), elements, "d_start", "d_finite")
        .join(sents.select("sid", "fold"), on="sid")
        .filter(~before.str.contains(_NOT_WHEN))
        .with_columns(
            before.str.contains(_SAID).alias("is_report"),
            # "the March 10 crash": the day of the crash
            (
                before.str.contains(r"(?:\bthe|\bits|\btheir|'s) $")
                & pl.col("fold").str.slice("d_end", 30).str.contains(_NOUN_FOLLOWS)
                & pl.col("fold").str.slice("d_start", 4).str.contains(r"^(?:[A-Z0-9])")
                # "for last month's raid"
                | pl.col("fold").str.slice("d_end", 2).is_in(["'s", "s'"])
                & ~pl.col("fold").str.slice("d_end", 50).str.contains(_OWNS_GATHERING)
                & before.str.contains(r"\b(?:for|over|about|after|since|despite|following|in|of|by|against) $")
            ).alias("is_modifier"),
        )
    )
    verbs_between = (pl.col("d_finite").cast(pl.Int64) - pl.col("n_finite")).abs()
    fronted = pl.col("d_start") <= _FRONT
    apart = (
        pl.when(pl.col("d_start") >= pl.col("h_end"))
        .then(pl.col("d_start") - pl.col("h_end"))
        .otherwise((pl.col("h_start") - pl.col("d_end")).abs() + 12)
    )
    # "talks with X after Y imposed tariffs in April": the date is the other verb's
    # ... "talks resumed on Friday": the subject's own verb
    own_verb = (pl.col("n_finite") == pl.col("first_finite")) & (pl.col("t_noun_prep") == "")
    behind = (pl.col("d_start") >= pl.col("h_end")) & (
        verbs_between
        >= pl.when((pl.col("pos") == "noun") & own_verb)
        .then(4)  # will, be and held are three
        .when(pl.col("pos") == "noun")
        .then(1)
        .otherwise(2)
    )
    gap = (
        pl.when(fronted & (verbs_between <= 3)).then(25).otherwise(apart + _CLAUSE * verbs_between.clip(0, 3))
    )
    picked = (
        bound.select("t", "i", "sid", "h_start", "h_end", "status", "n_finite", "pos", "tense", "trigger", "led_by")
        .join(elements.select("i", pl.col("prep").alias("t_noun_prep")), on="i", how="left")
        .join(
            elements.group_by("sid").agg(pl.col("n_finite").min().alias("first_finite")), on="sid", how="left"
        )
        .join(
            usable.select(
                *("sid", "d_start", "d_end", "past", "future", "precision", "span", "d_finite"),
                *("is_report", "is_modifier", "pub"),
            ),
            on="sid",
        )
        .filter(~pl.col("is_report") & (gap <= _FAR) & ~(behind & ~fronted))
        .filter(~pl.col("is_modifier") | (pl.col("h_start") - pl.col("d_end")).is_between(0, 12))
        .with_columns(gap.alias("gap"))
        .sort("t", "gap", "d_start")
        .unique("t", keep="first", maintain_order=True)
    )
    # "on 31 March they join Mirziyoyev in Khujand": the present tense speaks of the next such day, if that is near
    nearer = (pl.col("future") - pl.col("pub")).dt.total_days().is_between(1, _SOON)
    present = pl.col("tense").is_in(["s", "base"]) & (pl.col("pos") == "verb") & nearer
    # "by telephone", "did speak to him on Wednesday"
    present = present & ~pl.col("trigger").is_in(["phone", "telephone"]) & ~pl.col("led_by").is_in(["did", "didn't"])
    # "negotiations on April 6", told on the fifth
    next_days = (pl.col("future") - pl.col("pub")).dt.total_days().is_between(1, _NEXT_DAYS)
    long_ago = (pl.col("pub") - pl.col("past")).dt.total_days() > 300
    present = (present | (pl.col("pos") == "noun") & next_days & long_ago).fill_null(False)
    ahead = (pl.col("status") == "planned") | present
    day = pl.when(ahead).then("future").otherwise("past")
    dates = picked.select(
        "t",
        day.alias("start_date"),
        pl.col("precision").alias("date_precision"),
        "span",
        (present & (pl.col("status") == "occurred")).alias("is_to_come"),
    )
    end = (
        pl.when(pl.col("date_precision") == "day")
        .then(pl.col("start_date") + pl.duration(days=pl.col("span")))
        .when(pl.col("date_precision") == "week")
        .then(pl.col("start_date") + pl.duration(days=6))
        .when(pl.col("date_precision") == "month")
        .then(pl.col("start_date").dt.month_end())
        .when(pl.col("date_precision") == "year")
        .then(pl.date(pl.col("start_date").dt.year(), 12, 31))
    )
    return (
        bound.join(dates, on="t", how="left", maintain_order="left")
        .with_columns(end.cast(pl.Date).alias("end_date"))
        .with_columns(
            pl.col("date_precision").fill_null("unknown"),
            pl.when(pl.col("is_to_come")).then(pl.lit("planned")).otherwise("status").alias("status"),
        )
        .drop("span", "is_to_come")
    )


def with_purposes(bound: pl.DataFrame) -> pl.DataFrame:
    """The clauses; "left the room on Monday to telephone Oslo": what somebody went to do has the date of his going."""
    undated = (pl.col("event_type") == "CONSULT") & (pl.col("status") == "occurred") & pl.col("start_date").is_null()
    aims = bound.filter(undated & (pl.col("led_by") == "to") & (pl.col("pos") == "verb")).select("t", "sid", "i", "s_g")
    dated = pl.col("start_date").is_not_null() & (pl.col("status") == "occurred") & (pl.col("pos") == "verb")
    columns = ["start_date", "end_date", "date_precision"]
    moves = bound.filter(dated).select("sid", "s_g", pl.col("i").alias("m_i"), pl.col(columns).name.prefix("m_"))
    found = (
        aims.join(moves, on=["sid", "s_g"])
        .filter((pl.col("i") - pl.col("m_i").cast(pl.Int64)).is_between(1, _TO_DO))
        .sort("t", "m_i", descending=[False, True])
        .unique("t", keep="first", maintain_order=True)
        .drop("sid", "s_g", "i", "m_i")
    )
    out = bound.join(found, on="t", how="left", maintain_order="left")
    has = pl.col("m_start_date").is_not_null()
    return out.with_columns(pl.when(has).then(f"m_{c}").otherwise(c).alias(c) for c in columns).drop(
        *(f"m_{c}" for c in columns)
    )


def follow(
    bound: pl.DataFrame, found: pl.DataFrame, elements: pl.DataFrame, published: pl.DataFrame
) -> pl.DataFrame:
    """The clauses, undated encounters on the day that the last sentences told of the same people.

    "X told Y on Monday ... . Later X received Z.": within some sentences of a fresh day, and not in the pluperfect.
    """
    days = (
        relative_dates(found)
        .filter(pl.col("precision") == "day")
        .sort("sid", "d_start")
        .unique("sid", keep="first", maintain_order=True)
        .join(published, on="a")
        .filter((pl.col("date") - pl.col("past")).dt.total_days().is_between(0, _FRESH_DAYS))
        .select("a", pl.col("sid").alias("from_sid"), pl.col("past").alias("f_day"))
    )
    people = (
        elements.filter((pl.col("keys").list.len() > 0) & pl.col("np").is_in(["person", "office", "pronoun"]))
        .select("sid", pl.col("keys").alias("k"))
        .explode("k", empty_as_null=True)
        .unique()
    )
    earlier = elements.select(
        "i",
        (
            (_at("lower", 1) == "had")
            | _at("lower", 1).is_in(["last", "first", "previously", "earlier"])
            | (_at("lower", 2) == "had")
        )
        .fill_null(False)
        .alias("is_before"),
    )
    keys = pl.concat_list(
        *(pl.col(c).fill_null(pl.lit([], dtype=pl.List(pl.String))) for c in ("s_keys", "t_keys"))
    )
    bare = (
        bound.filter(
            (pl.col("event_type") == "CONSULT")
            & (pl.col("status") == "occurred")
            & pl.col("start_date").is_null()
            & (
                (pl.col("pos") == "verb")
                | pl.col("trigger").is_in(["call", "conversation"])
                | (pl.col("s_keys").list.len() > 0) & (pl.col("t_keys").list.len() > 0)
                | (pl.col("t_keys").list.len() > 1)
            )
        )
        .join(found.select("sid").unique(), on="sid", how="anti")
        .join(earlier, on="i", how="left")
        .filter(~pl.col("is_before"))
        .join(days, on="a")
        .filter((pl.col("sid").cast(pl.Int64) - pl.col("from_sid")).is_between(1, _FOLLOWS))
    )
    by_name = (
        bare.select("t", "from_sid", "f_day", keys.alias("k"))
        .explode("k", empty_as_null=True)
        .join(people.rename({"sid": "from_sid"}), on=["from_sid", "k"])
        .select("t", "from_sid", "f_day")
    )
    # "later received the two ministers": a pair that the dated sentence named
    states = (
        elements.filter((pl.col("codes").list.len() > 0) & pl.col("np").is_not_null())
        .group_by("sid")
        .agg(pl.col("codes").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("here"))
    )
    nobody = pl.lit([], dtype=pl.List(pl.String))
    sides = pl.concat_list(pl.col("s_codes").fill_null(nobody), pl.col("t_codes").fill_null(nobody)).list.unique()
    # ... or "The document was concluded after talks between X and Y": both states in a dated sentence just before
    both = (pl.col("sides").list.len() >= 2) & (pl.col("sid").cast(pl.Int64) - pl.col("from_sid") <= _NEAR_FOLLOWS)
    by_pair = (
        bare.with_columns(sides.alias("sides"))
        .filter((pl.col("t_np") == "pronoun") & (pl.col("t_codes").list.len() >= 2) | both)
        .with_columns(pl.when(pl.col("t_np") == "pronoun").then("t_codes").otherwise("sides").alias("sides"))
        .join(states.rename({"sid": "from_sid"}), on="from_sid")
        .filter(pl.col("sides").list.set_difference("here").list.len() == 0)
        .select("t", "from_sid", "f_day")
    )
    bare = (
        pl.concat([by_name, by_pair])
        .sort("t", "from_sid", descending=[False, True])
        .unique("t", keep="first", maintain_order=True)
        .select("t", "f_day")
    )
    out = bound.join(bare, on="t", how="left", maintain_order="left")
    moved = pl.col("f_day").is_not_null()
    return out.with_columns(
        pl.when(moved).then("f_day").otherwise("start_date").alias("start_date"),
        pl.when(moved).then("f_day").otherwise("end_date").alias("end_date"),
        pl.when(moved).then(pl.lit("day")).otherwise("date_precision").alias("date_precision"),
    ).drop("f_day")
