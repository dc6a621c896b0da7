"""The places of bound clauses, and whether they were in person, by telephone or by video.

Belongs here: which place of a sentence belongs to which clause, datelines, bare offices that a place gives a state.
Does not belong here: the towns themselves (`vocabulary`), merging of clauses (`meetings`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import replace_rows, rows_where
from ingest.extract.vocabulary import LEXICON
from ingest.extract.when import verbs_at

_CLAUSE = 35  # what a finite verb between trigger and date weighs, in characters
_AT_HEAD = 2  # sentences from the first for which the dateline is the place
_FRESH_DAYS = 7
_IN = ["in", "at", "outside", "near"]
# What follows these is what was talked about, not where.
_ABOUT = (
    r"(?i)\b(?:about|regarding|concerning|discuss\w*|including|such as|reiterat\w+|reaffirm\w*|express\w*|condemn\w*"
    r"|congratulat\w+|underscor\w+|emphasi\w+|stress\w*|review\w*|address\w*|support\w*|thank\w*|welcom\w+|urg\w+"
    r"|efforts?|situation|crisis|war|conflict|fighting|ceasefire|developments|invasion|peace|stability)\b"
)
NATIONAL = [
    "head_of_state",
    "head_of_government",
    "monarch",
    "foreign_minister",
    "defence_minister",
    "finance_minister",
    "trade_minister",
    "interior_minister",
    "military",
]
_PHONE = (
    r"(?i)\b(?:by (?:tele)?phone|phone (?:call|talk|conversation)|telephone|phoned|on the phone|over the phone|phone diplomacy"
    r"|hotline|rang|call with|call from|a call|in a call|the call|calls? between)\b"
)
_VIDEO = r"(?i)\b(?:video|virtual(?:ly)?|videoconference|online (?:meeting|summit)|via zoom)\b"


def capitals(tokens: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """The tokens; "Chinese" in "the Chinese capital" is the town of that name."""
    seats = countries.filter(pl.col("capital") != "").select(
        pl.col("code").cast(LEXICON), pl.col("capital").cast(LEXICON).alias("seat")
    )
    tokens = tokens.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    found = _before_capital(tokens, rows_where(tokens, pl.col("lower") == "capital", shift=-1)).join(
        seats, on="code", how="left", maintain_order="left"
    )
    return replace_rows(tokens.drop("row"), found["row"], found.select(city="seat", city_country="code"))


@in_one_plan
def _before_capital(tokens: pl.LazyFrame) -> pl.LazyFrame:
    whose = pl.col("name_kind").is_in(["demonym", "abbreviation"]) | pl.col("is_possessive")
    names_it = (_at("lower", -1) == "capital") & (pl.col("kind") == "G") & whose
    return tokens.filter(names_it).select("row", "code")


def find_places(elements: pl.DataFrame) -> pl.DataFrame:
    """One row per place in a sentence: sid, x_start, city, country_code, how (in, to, venue)."""
    may_be = pl.col("city").is_not_null() | (pl.col("np") == "state") & (pl.col("name_kind") == "name")
    return _places(elements, rows_where(elements, may_be.fill_null(False)))


@in_one_plan
def _places(elements: pl.LazyFrame) -> pl.LazyFrame:
    town = pl.col("city").is_not_null() & (pl.col("kind") != "P") & pl.col("np").is_in(["town", "state"])
    country = (
        (pl.col("np") == "state")
        & (pl.col("code_kind") == "country")
        & pl.col("name_kind").is_in(["name"])
        & (pl.col("codes").list.len() == 1)
    )
    city_of = (pl.col("prep") == "of") & _at("lower", 2).is_in(["city", "town", "capital", "resort", "port"])
    after_comma = (
        town & (_at("lower", 1) == ",") & (_at("kind", 2).is_in(["P", "T"]) | (_at("np", 2) == "town"))
    )
    inside = pl.col("prep").is_in(_IN) | city_of | after_comma
    toward = pl.col("prep").is_in(["to", "into"])
    # "the ambassador to the United States" is nowhere
    accredited = _at("np", 2).is_in(["office", "person"]) | _at("np", 3).is_in(["office", "person"]) & (_at("word_class", 1) == "det")
    toward = toward & ~(accredited & (pl.col("np") == "state") & pl.col("name_kind").is_in(["name", "abbreviation"])).fill_null(False)
    visited = (pl.col("prep") == "") & _at("lower", 1).is_in(
        ["visited", "visiting", "visit", "visits", "toured"]
    )
    elements = elements.with_columns((inside & country).fill_null(False).alias("how_in"))
    return (
        elements.filter((town | country) & (inside | toward | visited) & (
            ~pl.col("is_possessive") | (_at("lower", -1) == "capital") | (pl.col("how_in") & _at("is_capital", -1, False))
        ))
        .select(
            "sid",
            "a",
            pl.col("start").alias("x_start"),
            pl.when(town).then("city").cast(pl.String).alias("city"),
            pl.when(town).then(pl.col("city_country").cast(pl.String)).otherwise(pl.col("codes").list.first()).alias("country_code"),
            pl.when(pl.col("prep").is_in(_IN)).then(pl.lit(0)).otherwise(pl.lit(1)).alias("how"),
        )
        .filter(pl.col("country_code").is_not_null())
    )


def _of_lower_rank() -> pl.Expr:
    """People of an office without a state, whose office says nothing of one."""
    return (
        (pl.col("np") == "person")
        & (pl.col("codes").list.len() == 0)
        & (pl.col("keys").list.len() > 0)
        & pl.col("role_class").is_not_null()
        & ~pl.col("role_class").is_in([*NATIONAL, "minister", "ambassador"])
    )


@in_one_plan
def _of_delegation(elements: pl.LazyFrame) -> pl.LazyFrame:
    """ "Mr Sullivan and Deputy National Security Advisor Mike Pyle": of one delegation."""
    beside = _at("lower", 1).is_in(["and", "along with", "as well as"]) & (_at("np", 2) == "person")
    codes = _at("codes", 2, [])
    return elements.select("row", codes.alias("codes"), beside.alias("is_beside")).filter(
        pl.col("is_beside") & (pl.col("codes").list.len() == 1)
    )


def localise(
    elements: pl.DataFrame,
    places: pl.DataFrame,
    scene: pl.DataFrame,
    sents: pl.DataFrame,
    cities: pl.DataFrame,
) -> pl.DataFrame:
    """The elements with a state for titled people whom neither the roster nor the text gives one.

    Their sentence's place, the scene's, or the dateline's: who is met as "the president" in Dakar is Senegal's.
    """
    here = (
        places.sort("sid", "how", "x_start")
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", pl.col("country_code").alias("here"))
    )
    heads = datelines(sents, cities).select("a", "head_country")
    stateless = (
        (pl.col("np") == "person")
        & (pl.col("codes").list.len() == 0)
        & (pl.col("keys").list.len() > 0)
        & pl.col("role_class").is_in(NATIONAL)
    )
    state = pl.coalesce("here", "scene_country", "head_country")
    placed = (
        elements.with_row_index("row")
        .filter(stateless)
        .select("row", "sid", "a")
        .join(here, on="sid", how="left", maintain_order="left")
        .join(scene.select("sid", "scene_country"), on="sid", how="left", maintain_order="left")
        .join(heads, on="a", how="left", maintain_order="left")
        .filter(state.is_not_null())
        .select("row", pl.concat_list(state).alias("codes"))
    )
    filled = replace_rows(elements, placed["row"], placed.drop("row"))
    beside = _of_delegation(elements.with_row_index("row"), rows_where(elements, _of_lower_rank()))
    filled = replace_rows(filled, beside["row"], beside.select("codes"))
    # later mentions of the same person follow the first
    people = (
        filled.with_row_index("row")
        .filter((pl.col("np") == "person") & (pl.col("keys").list.len() > 0))
        .select("row", "a", pl.col("keys").list.first().alias("k"), "codes")
    )
    has_codes = pl.col("codes").list.len() > 0
    first = people.filter(has_codes).select("a", "k", pl.col("codes").alias("k_codes"))
    later = people.filter(~has_codes).join(
        first.unique(["a", "k"], keep="first", maintain_order=True), on=["a", "k"]
    )
    return replace_rows(filled, later["row"], later.select(pl.col("k_codes").alias("codes")))


def datelines(sents: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """One row per article with a dateline in a known town: a, head_city, head_country."""
    known = cities.select(
        pl.col("form").str.to_uppercase().alias("up"),
        pl.col("city").alias("head_city"),
        pl.col("city_country").alias("head_country"),
    )
    return (
        sents.filter(pl.col("dateline").is_not_null())
        .select("a", pl.col("dateline").str.split("/").list.first().str.to_uppercase().alias("up"))
        .join(known.unique("up", keep="first", maintain_order=True), on="up")
        .unique("a", keep="first", maintain_order=True)
        .select("a", "head_city", "head_country")
    )


def add_places(
    bound: pl.DataFrame,
    places: pl.DataFrame,
    sents: pl.DataFrame,
    cities: pl.DataFrame,
    elements: pl.DataFrame,
) -> pl.DataFrame:
    """The clauses with `city`, `country_code`: named in the sentence, the host's, or the dateline's at the article's head."""
    gap = (
        pl.when(pl.col("x_start") >= pl.col("h_end"))
        .then(pl.col("x_start") - pl.col("h_end"))
        .otherwise((pl.col("h_start") - pl.col("x_start")) + 20)
    )
    verbs_between = (pl.col("x_finite").cast(pl.Int64) - pl.col("n_finite")).abs()
    gap = gap + _CLAUSE * verbs_between.clip(0, 3)
    between = pl.col("fold").str.slice("h_end", pl.max_horizontal(pl.col("x_start") - pl.col("h_end"), 0))
    topical = (pl.col("x_start") > pl.col("h_end")) & (
        (pl.col("rule_id") == "C11") | between.str.contains(_ABOUT)
    )
    picked = (
        bound.select("t", "sid", "h_start", "h_end", "n_finite", "rule_id", "event_type")
        .join(verbs_at(places.drop("a"), elements, "x_start", "x_finite"), on="sid")
        .join(sents.select("sid", "fold"), on="sid")
        .filter((pl.col("event_type") != "CONSULT") | ~topical)
        .with_columns(gap.alias("gap"))
        .sort("t", "how", pl.col("city").is_null(), "gap", "x_start")
        .unique("t", keep="first", maintain_order=True)
        .select("t", "city", "country_code", pl.col("how").alias("place_how"))
    )
    heads = datelines(sents, cities)
    here = sents.filter(pl.col("fold").str.contains(r"\bhere\b(?: on| today|,|\.)")).select(
        "sid", pl.lit(True).alias("is_here")
    )
    hosted = pl.col("rule_id").is_in(["C02", "C03", "C04"])
    host = pl.when(hosted).then(pl.col("s_codes").list.first())
    return (
        bound.join(picked, on="t", how="left", maintain_order="left")
        .join(heads, on="a", how="left", maintain_order="left")
        .join(here, on="sid", how="left", maintain_order="left")
        .join(sents.select("sid", "sentence_index"), on="sid", how="left", maintain_order="left")
        .with_columns(
            (
                pl.col("is_here").fill_null(False)
                & (pl.col("city").is_null() | (pl.col("place_how") == 1))
                & pl.col("head_city").is_not_null()
            ).alias("is_here")
        )
        .with_columns(
            # further down, what a host does need not be in the dateline's town
            pl.when(
                pl.col("is_here")
                | pl.col("country_code").is_null()
                & (pl.col("head_country") == host)
                & (pl.col("sentence_index") <= _AT_HEAD)
            )
            .then("head_city")
            .otherwise("city")
            .alias("city"),
            pl.when("is_here")
            .then("head_country")
            .otherwise(pl.coalesce("country_code", host))
            .alias("country_code"),
        )
        .drop("is_here", "sentence_index")
    )


def add_format(bound: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """The clauses with `format`: in_person, call, video or unknown."""
    near = pl.col("fold").str.slice(
        pl.max_horizontal(pl.col("h_start") - 45, 0),
        pl.col("h_end") - pl.max_horizontal(pl.col("h_start") - 45, 0) + 45,
    )
    wide = pl.col("fold").str.slice(pl.max_horizontal(pl.col("h_start") - 80, 0), 160)
    phone_frame = pl.col("rule_id").is_in(["C06", "C07", "C13", "C29"])
    in_person = (
        (pl.col("format") == "in_person")
        | pl.col("rule_id").is_in(["C01", "C02", "C03", "C04", "C10"])
        | pl.col("city").is_not_null()
    )
    return (
        bound.join(sents.select("sid", "fold"), on="sid", how="left", maintain_order="left")
        .with_columns(
            pl.when(near.str.contains(_VIDEO) | wide.str.contains(r"(?i)\b(?:virtual(?:ly)?|videoconference|video link)\b") & (pl.col("pos") == "noun"))
            .then(pl.lit("video"))
            .when((pl.col("format") == "call") | phone_frame | near.str.contains(_PHONE))
            .then(pl.lit("call"))
            .when(pl.col("format") == "video")
            .then(pl.lit("video"))
            .when(in_person)
            .then(pl.lit("in_person"))
            .otherwise(pl.lit("unknown"))
            .alias("format")
        )
        .drop("fold")
    )


def carry_places(
    bound: pl.DataFrame, sents: pl.DataFrame, cities: pl.DataFrame, published: pl.DataFrame
) -> pl.DataFrame:
    """The encounters without a place with the place told just before for the same day, or the dateline's at the head.

    A call has no place.
    """
    talks = (
        (pl.col("event_type") == "CONSULT")
        & (pl.col("format") != "call")
        & (pl.col("format") != "video")
        & pl.col("status").is_in(["occurred", "planned"])
    )
    own = talks & pl.col("country_code").is_not_null() & ~pl.col("rule_id").is_in(["C14", "C15", "C16"])
    told = (
        bound.sort("a", "i", "t")
        .with_columns(
            *(
                pl.when(own).then(c).alias(f"o_{c}")
                for c in ("city", "country_code", "start_date", "sid", "status")
            )
        )
        .with_columns(
            # the city goes with its country, also where it is null
            pl.when(own).then(pl.col("city").fill_null("")).alias("o_city"),
        )
        .with_columns(
            pl.col("o_city", "o_country_code", "o_start_date", "o_sid", "o_status").forward_fill().over("a")
        )
    )
    near = (pl.col("sid").cast(pl.Int64) - pl.col("o_sid") <= 2) & (pl.col("status") == pl.col("o_status"))
    same_day = (pl.col("start_date") == pl.col("o_start_date")) | pl.col("start_date").is_null()
    placeless = talks & pl.col("country_code").is_null()
    before = (placeless & near & same_day).fill_null(False)
    heads = datelines(sents, cities).select(
        "a", pl.col("head_city").alias("dl_city"), pl.col("head_country").alias("dl_country")
    )
    first = sents.select("sid", "sentence_index")
    day = published.select("a", pl.col("date").alias("published_date"))
    filled = (
        told.join(heads, on="a", how="left", maintain_order="left")
        .join(first, on="sid", how="left", maintain_order="left")
        .join(day, on="a", how="left", maintain_order="left")
    )
    at_head = (
        placeless
        & ~before
        & (pl.col("sentence_index") <= 1)
        & (pl.col("status") == "occurred")
        & pl.col("dl_country").is_not_null()
    )
    # further down, a fresh encounter of the dateline's state with another is held at home unless told otherwise
    sides = pl.concat_list(
        *(pl.col(c).fill_null(pl.lit([], dtype=pl.List(pl.String))) for c in ("s_codes", "t_codes", "p_codes"))
    )
    fresh = (pl.col("published_date") - pl.col("start_date")).dt.total_days().is_between(-_FRESH_DAYS, _FRESH_DAYS)
    at_home = (
        placeless
        & ~before
        & ~at_head
        & sides.list.contains(pl.col("dl_country"))
        & fresh
        & (pl.col("format") == "in_person")
    ).fill_null(False)
    return (
        filled.with_columns(
            pl.when(before)
            .then(pl.when(pl.col("o_city") != "").then("o_city"))
            .when(at_head)
            .then("dl_city")
            .otherwise("city")
            .alias("city"),
            pl.when(before)
            .then("o_country_code")
            .when(at_head | at_home)
            .then("dl_country")
            .otherwise("country_code")
            .alias("country_code"),
        )
        .select(bound.columns)
        .sort("t")
    )
