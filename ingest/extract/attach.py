"""Bound clauses to their circumstances: date, place, format.

Belongs here: which date expression and which place of a sentence belong to which clause, and what to do without any.
Does not belong here: the grammar of dates (`dates`), merging of clauses (`meetings`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import replace_rows, rows_where
from ingest.extract.vocabulary import LEXICON

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
_AT_HEAD = 2  # sentences from the first for which the dateline is the place
_NEAR_FOLLOWS = 2  # ... where only the states are the same
_FOLLOWS = 5  # sentences for which the day of a report goes on
_FRESH_DAYS = 7
_NEXT_DAYS = 14
_SOON = 90  # days within which a day without a year in the present tense is one to come
_IN = ["in", "at", "outside", "near"]
# What follows these is what was talked about, not where.
_ABOUT = (
    r"(?i)\b(?:about|regarding|concerning|discuss\w*|including|such as|reiterat\w+|reaffirm\w*|express\w*|condemn\w*"
    r"|congratulat\w+|underscor\w+|emphasi\w+|stress\w*|review\w*|address\w*|support\w*|thank\w*|welcom\w+|urg\w+"
    r"|efforts?|situation|crisis|war|conflict|fighting|ceasefire|developments|invasion|peace|stability)\b"
)
_JOURNEYS = ["travelled", "traveled", "travels", "flew", "visited", "visits", "arrived", "arrives", "went"]
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


def _verbs_at(frame: pl.DataFrame, elements: pl.DataFrame, at: str, name: str) -> pl.DataFrame:
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
        _verbs_at(relative_dates(found), elements, "d_start", "d_finite")
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


def scenes(
    found: pl.DataFrame, places: pl.DataFrame, elements: pl.DataFrame, sents: pl.DataFrame
) -> pl.DataFrame:
    """One row per sentence that a journey sets the scene for: sid (the one after), city, country_code, dates.

    "X travelled to Apia on 3 May. He met the premier.": what follows with a pronoun happens there and then.
    """
    moves = (
        elements.filter((pl.col("pos") == "verb") & pl.col("lower").is_in(_JOURNEYS))
        .select("sid", "i")
        .unique("sid", keep="first", maintain_order=True)
    )
    goal = (
        places.filter(pl.col("how") == 1)
        .sort("sid", "x_start")
        .unique("sid", keep="first", maintain_order=True)
    )
    country = (
        places.sort("sid", "x_start")
        .group_by("sid", maintain_order=True)
        .agg(pl.col("country_code").last().alias("last_country"))
    )
    when = (
        relative_dates(found)
        .sort("sid", "d_start")
        .group_by("sid", maintain_order=True)
        .agg(
            pl.col("past").first(),
            pl.col("precision").first(),
            pl.col("past").filter(pl.col("precision") == "day").last().alias("until"),
        )
    )
    scene = moves.join(goal, on="sid").join(when, on="sid", how="left").join(country, on="sid", how="left")
    scene = scene.select(
        pl.col("sid").cast(pl.Int64), "a", "city", "country_code", "past", "precision", "until"
    )
    later = pl.concat(
        [scene.with_columns((pl.col("sid") + n).alias("sid"), pl.lit(n).alias("n")) for n in (1, 2)]
    )
    return (
        later.join(sents.select(pl.col("sid").cast(pl.Int64), "a"), on=["sid", "a"])
        .sort("sid", "n")
        .unique("sid", keep="first", maintain_order=True)
        .select(
            pl.col("sid").cast(pl.UInt32),
            pl.col("city").alias("scene_city"),
            pl.col("country_code").alias("scene_country"),
            pl.col("past").alias("scene_date"),
            pl.col("precision").alias("scene_precision"),
            pl.col("until").alias("scene_until"),
        )
    )


def inherit(bound: pl.DataFrame, scene: pl.DataFrame) -> pl.DataFrame:
    """The clauses of a pronoun subject with the scene's date and place where their own sentence says nothing."""
    out = bound.join(scene, on="sid", how="left", maintain_order="left")
    led = (pl.col("s_np") == "pronoun") & (pl.col("status") == "occurred")
    undated = led & pl.col("start_date").is_null() & pl.col("scene_date").is_not_null()
    unplaced = led & pl.col("country_code").is_null()
    return out.with_columns(
        pl.when(undated).then("scene_date").otherwise("start_date").alias("start_date"),
        pl.when(undated)
        .then(pl.coalesce("scene_until", "scene_date"))
        .otherwise("end_date")
        .alias("end_date"),
        pl.when(undated).then("scene_precision").otherwise("date_precision").alias("date_precision"),
        pl.when(unplaced).then("scene_city").otherwise("city").alias("city"),
        pl.when(unplaced).then("scene_country").otherwise("country_code").alias("country_code"),
    ).drop("scene_city", "scene_country", "scene_date", "scene_precision", "scene_until")


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
        .join(_verbs_at(places.drop("a"), elements, "x_start", "x_finite"), on="sid")
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
