"""Tokens to noun phrases of actors, and phrases to groups: "the foreign ministers of Chad and Niger", "US envoy X".

Belongs here: joining state, office and name; appositions; lists joined by commas and conjunctions; the governing preposition.
Does not belong here: which person a name means (`people`), pronouns (`coreference`), events (`triggers`, `sides`).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.extract.names import _at, _same, in_one_plan
from ingest.extract.neighbours import replace_rows
from ingest.extract.vocabulary import LEXICON, vocabulary

_DETERMINERS = ["the", "a", "an", "his", "her", "its", "their", "our"]
_CONNECTORS = [",", "and", "&", "as well as", "along with", "plus", "or", "-", "/"]
_PEOPLE = [
    "officials",
    "diplomats",
    "experts",
    "ministers",
    "negotiators",
    "envoys",
    "leaders",
    "foreign ministers",
    "delegation",
    "delegations",
    "lawmakers",
    "teams",
    "consular officials",
    "trade officials",
    "senior officials",
]
_REGIONS = [
    *("province", "region", "district", "town", "city", "village", "governorate", "state", "oblast", "valley", "peninsula"),
    *("port", "prefecture", "county", "island", "islands", "coast", "border", "strait", "area", "airport", "desert", "enclave"),
    *("bridge", "refinery", "base", "airbase", "dam", "embassy", "parliament", "newspaper", "daily", "television", "agency"),
]
_SEATED = [
    *("police", "authorities", "government", "court", "courts", "prosecutors", "parliament", "army", "regulators", "lawmakers"),
    *("judge", "judges", "junta", "regime", "foreign ministry", "officials", "security forces", "military", "cabinet"),
    *("intelligence service", "intelligence services", "intelligence agency", "defence ministry", "interior ministry"),
]
_TIMES = ["time", "year", "years", "month", "months", "week", "weeks", "day", "days", "hours", "decade", "decades", "century"]
_ENVOYS = ["envoy", "ambassador"]
ING_ADJECTIVES = [
    *("visiting", "neighbouring", "neighboring", "incoming", "outgoing", "leading", "ruling", "sitting"),
    *("existing", "ongoing", "remaining", "participating", "warring", "acting", "opposing", "developing"),
]


@cache
def _accredited() -> list[str]:
    """The forms of offices that one state gives for another: "the special representative for North Korea"."""
    forms = vocabulary().terms["form"]
    return forms.filter(forms.str.contains("representative|envoy|coordinator|rapporteur|adviser|advisor")).to_list()


@in_one_plan
def _joins(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """`joined`: whether the token belongs to the phrase of the token before it."""
    kind, lower = pl.col("kind"), pl.col("lower")
    k1, k2, n1, n2 = _at("kind", 1), _at("kind", 2), _at("kind", -1), _at("kind", -2)
    l1, w1 = _at("lower", 1), _at("lower", -1)
    poss1 = _at("is_possessive", 1, False)
    adjective1 = _at("name_kind", 1).is_in(["demonym", "abbreviation"]) | _at("is_acronym", 1, False)
    demonym = pl.col("name_kind").fill_null("").is_in(["demonym", "name", "abbreviation"])
    office = ["F", "R", "B"]
    plain = (
        kind.is_in(["W"])
        & pl.col("is_small")
        & pl.col("word_class").is_null()
        & ~pl.col("is_verb").fill_null(False)
    )
    hyphened = ~pl.col("spaced")
    # "the special representative for North Korea" is another state's
    sent_there = (lower == "for") & l1.is_in(_accredited())
    of_state = (
        ~sent_there
        & (
            lower.is_in(["of", "for"])
            | (lower == "from") & ((k1 == "A") & l1.is_in(_PEOPLE) | _at("office_kind", 1).is_in(["plural"]))
        )
        & k1.is_in(["F", "A"])
        & (~_at("role_class", 1).is_in(_ENVOYS) | (lower == "of"))
        & ~poss1
        & ((n1 == "G") | (w1 == "the") & (n2 == "G"))
    )
    # "police in Japan", "the government in Kyiv"
    seated = (
        (lower == "in") & (k1 == "A") & l1.is_in(_SEATED) & ~poss1 & (n1 == "G") & ~_at("is_possessive", -1, False)
    )
    of_seat = (kind == "G") & (l1 == "in") & (k2 == "A") & _at("lower", 2).is_in(_SEATED) & ~_at("is_possessive", 2, False)
    # "Mark Rutte of the Netherlands"
    of_home = (lower == "of") & (k1 == "P") & ~poss1 & ((n1 == "G") | (w1 == "the") & (n2 == "G"))
    home = [
        of_home,
        (lower == "the") & (l1 == "of") & (k2 == "P") & (n1 == "G") & ~_at("is_possessive", 2, False),
        (kind == "G") & (l1 == "of") & (k2 == "P") & ~_at("is_possessive", 2, False),
        (kind == "G") & (l1 == "the") & (_at("lower", 2) == "of") & (_at("kind", 3) == "P"),
    ]
    rules = [
        kind.is_in([*office, "A"])
        & (k1 == "G")
        & (poss1 | adjective1 | kind.is_in(["F", "B", "A"]) & (k2 != "P")),
        (kind == "H") & (k1 == "G") & (poss1 | adjective1),
        # "Pakistan's Dar", but not "Afghanistan's Paktika province" nor "Iran's Kharg Island"
        (kind == "P") & (k1 == "G") & poss1 & ~w1.is_in(_REGIONS) & ~pl.col("is_thing").fill_null(False),
        (kind == "A")
        & (k1 == "P")
        & poss1
        & lower.is_in(["office", "government", "administration", "cabinet", "regime"]),
        kind.is_in([*office, "P", "A"]) & (k1 == "B"),
        kind.is_in([*office, "H", "P"]) & k1.is_in(["F", "R"]) & ~poss1,
        kind.is_in(["P", "R", "H", "F"]) & (k1 == "H"),
        kind.is_in(office) & (k1 == "A"),
        lower.is_in(["and", "&"]) & (k1 == "F") & ~poss1 & n1.is_in(["F"]),
        (kind == "F") & l1.is_in(["and", "&"]) & (k2 == "F"),
        seated,
        of_seat,
        of_state,
        (kind == "G")
        & (
            (l1.is_in(["of", "for"]) & ~((l1 == "for") & _at("lower", 2).is_in(_accredited())))
            | (l1 == "from") & (_at("lower", 2).is_in(_PEOPLE) | _at("office_kind", 2).is_in(["plural"]))
        )
        & k2.is_in(["F", "A"])
        & (~_at("role_class", 2).is_in(_ENVOYS) | (l1 == "of"))
        & ~_at("is_possessive", 2, False),
        (lower == "the")
        & l1.is_in(["of", "for"])
        & k2.is_in(["F", "A"])
        & (n1 == "G")
        & (~_at("role_class", 2).is_in(_ENVOYS) | (l1 == "of")),
        (kind == "G")
        & (l1 == "the")
        & _at("lower", 2).is_in(["of", "for"])
        & _at("kind", 3).is_in(["F", "A"])
        & (~_at("role_class", 3).is_in(_ENVOYS) | (_at("lower", 2) == "of")),
        (kind == "P")
        & (k1 == "G")
        # ... but "the ambassador to the Netherlands X" is not of the Netherlands
        & (_at("lower", 2).is_in(["of", "for"]) | (_at("lower", 2) == "the") & (_at("lower", 3) != "to"))
        & ~poss1
        & ~((_at("lower", 2) == "for") & _at("role_class", 3).is_in(_ENVOYS))
        & _at("kind", 3).is_in(["F", "W"]),
        # "Indian and Pakistani officials", "American, Japanese and Philippine navies"
        (lower.is_in(["and", ","]))
        & (k1 == "G")
        & ~poss1
        & _at("name_kind", 1).is_in(["demonym", "abbreviation"])
        & (n1 == "G")
        & (_at("name_kind", -1).is_in(["demonym", "abbreviation"]))
        & ((_at("name_kind", 1) == "demonym") | (_at("name_kind", -1) == "demonym")),
        (kind == "G")
        & demonym
        & l1.is_in(["and", ","])
        & (k2 == "G")
        & pl.col("name_kind").is_in(["demonym", "abbreviation"])
        & _at("name_kind", 2).is_in(["demonym", "abbreviation"])
        & ((pl.col("name_kind") == "demonym") | (_at("name_kind", 2) == "demonym"))
        & ~_at("is_possessive", 2, False),
        # "India-Pakistan"
        lower.is_in(["-", "/"]) & hyphened & k1.is_in(["G"]) & (n1 == "G") & ~_at("spaced", -1, True),
        (kind == "G") & hyphened & l1.is_in(["-", "/"]) & (k2 == "G"),
        # "the US State Department", "the Chinese People's Liberation Army"
        (kind == "G")
        & (pl.col("name_kind").is_in(["seat", "organ"]))
        & (k1 == "G")
        & (poss1 | adjective1)
        & (pl.col("code") == _at("code", 1)),
        # one or two plain adjectives between a state and its office: "Pakistan's powerful army chief"
        plain & (k1 == "G") & n1.is_in(["F", "B", "A"]) & (poss1 | adjective1),
        plain
        & (k1 == "G")
        & (n1 == "W")
        & n2.is_in(["F", "B"])
        & (poss1 | adjective1)
        & _at("is_small", -1, False)
        & (_at("word_class", -1) == ""),
        plain
        & (k1 == "W")
        & (k2 == "G")
        & n1.is_in(["F", "B"])
        & (_at("is_possessive", 2, False) | _at("name_kind", 2).is_in(["demonym"]))
        & _at("is_small", 1, False)
        & (_at("word_class", 1) == ""),
        kind.is_in([*office, "A"])
        & (k1 == "W")
        & (k2 == "G")
        & (_at("is_possessive", 2, False) | _at("name_kind", 2).is_in(["demonym"]))
        & _at("is_small", 1, False)
        & (_at("word_class", 1) == "")
        & ~_at("is_verb", 1, False),
    ]
    # not a chain of "or": planning one takes time with the square of its length (31 ms a batch)
    joined = pl.any_horizontal(*home, *rules)
    return tokens.with_columns((joined & _same(1)).fill_null(False).alias("joined"))


def _settle(tokens: pl.DataFrame) -> pl.DataFrame:
    """Adjectives join only where the office after them joins too; a dangling link is undone from the right."""
    link = pl.col("joined") & ~(
        pl.col("kind").is_in(["W", "C"]) & ~pl.col("joined").shift(-1).fill_null(False)
    )
    out = tokens.with_columns(link.alias("joined"))
    return out.with_columns(link.alias("joined"))


_ELEMENT = [
    *("sid", "a", "start", "end", "word", "lower", "is_possessive", "spaced", "is_first", "is_capital", "is_punct"),
    *("is_number", "is_small", "word_class", "is_verb", "tense", "is_noun", "kind", "shape", "np", "codes", "code_kind"),
    *("has_state", "has_office", "has_title"),
    *("name_kind", "city", "city_country", "office_start", "office_end", "role_class", "is_plural_office"),
    *("name_start", "name_end", "n_names", "is_thing"),
]
_NP = {"P": "person", "F": "office", "R": "office", "A": "body", "G": "state", "T": "town"}


def noun_phrases(tokens: pl.DataFrame) -> pl.DataFrame:
    """One row per element, a noun phrase or any other token, in text order.

    Noun phrases carry `np` person, office, body, state, town or null; `codes` of the states named in them, `office`
    (start and end of the office words) and `role_class` of the highest office.
    """
    linked = _settle(_joins(tokens))
    single = _of_one(linked.filter(~pl.col("joined")))
    merged = _of_several(linked)
    if merged.is_empty():
        return single
    # One element in fifteen has several tokens: the others stay as they are.
    own = single.select(pl.col(merged.drop("row").columns).gather(merged["row"]))
    filled = merged.drop("row").select(pl.coalesce(c, own[c]).alias(c) for c in own.columns)
    return replace_rows(single, merged["row"], filled)


@in_one_plan
def _of_one(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """Each token as an element of its own."""
    kind = pl.col("kind")
    return tokens.with_columns(
        kind.cast(pl.String).alias("shape"),
        (kind == "G").alias("has_state"),
        (kind == "F").alias("has_office"),
        kind.is_in(["R", "H"]).alias("has_title"),
        pl.coalesce(pl.when(kind == k).then(pl.lit(np, dtype=LEXICON)) for k, np in _NP.items()).alias("np"),
        pl.when(pl.col("code").is_not_null())
        .then(pl.concat_list(pl.col("code").cast(pl.String)))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
        .alias("codes"),
        pl.when(kind.is_in(["F", "R", "B"])).then("start").alias("office_start"),
        pl.when(kind.is_in(["F", "R"])).then("end").alias("office_end"),
        pl.col("office_kind").eq_missing("plural").alias("is_plural_office"),
        pl.when(kind == "P").then("start").alias("name_start"),
        pl.when(kind == "P").then("end").alias("name_end"),
    ).select(_ELEMENT)


def _of_several(linked: pl.DataFrame) -> pl.DataFrame:
    """One row per element of several tokens: row (its place among all elements) and what it has of them together."""
    several = pl.col("joined") | pl.col("joined").shift(-1, fill_value=False)
    many = linked.with_columns(((~pl.col("joined")).cum_sum() - 1).alias("row")).filter(several)
    is_office = pl.col("kind").is_in(["F", "R"])
    first_office = pl.col("office_rank").filter(is_office)
    merged = many.group_by("row", maintain_order=True).agg(
        pl.col("end").last(),
        pl.col("is_possessive").last(),
        pl.col("kind").str.join("").alias("shape"),
        pl.col("code").drop_nulls().cast(pl.String).unique(maintain_order=True).alias("codes"),
        pl.col("code_kind").drop_nulls().first(),
        pl.col("name_kind").filter(pl.col("kind") == "G").first(),
        pl.col("start").filter(pl.col("kind").is_in(["F", "R", "B"])).first().alias("office_start"),
        pl.col("end").filter(pl.col("kind").is_in(["F", "R"])).last().alias("office_end"),
        pl.col("role_class").filter(is_office).get(first_office.arg_min(), null_on_oob=True),
        (
            pl.col("is_plural").fill_null(False) & (pl.col("kind") == "F")
            | pl.col("office_kind").eq_missing("plural")
        )
        .any()
        .alias("is_plural_office"),
        pl.col("start").filter(pl.col("kind") == "P").first().alias("name_start"),
        pl.col("end").filter(pl.col("kind") == "P").first().alias("name_end"),
        *(pl.col(c).filter(pl.col("kind") == "P").first() for c in ("n_names", "is_thing")),
    )
    return merged.with_columns(
        pl.col("shape").str.contains("G").alias("has_state"),
        pl.col("shape").str.contains("F").alias("has_office"),
        pl.col("shape").str.contains("R|H").alias("has_title"),
        pl.when(pl.col("shape").str.contains("P"))
        .then(pl.lit("person"))
        .when(pl.col("shape").str.contains("F|R"))
        .then(pl.lit("office"))
        .when(pl.col("shape").str.contains("A"))
        .then(pl.lit("body"))
        .when(pl.col("shape").str.contains("G"))
        .then(pl.lit("state"))
        .cast(LEXICON)
        .alias("np")
    )


_APPOSED = (
    "codes",
    "code_kind",
    "name_kind",
    "office_start",
    "office_end",
    "role_class",
    "is_plural_office",
)


def _absorb(elements: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """The elements (with row number i) with each span of `heads` (i of the kept element, lo, hi) as one element."""
    if heads.is_empty():
        return elements
    covered = heads.select("i", pl.int_ranges("lo", pl.col("hi") + 1).alias("j")).explode("j", empty_as_null=True)
    dropped = covered.filter(pl.col("i") != pl.col("j"))["j"]
    stays = pl.repeat(True, elements.height, eager=True).scatter(dropped, False)
    values = heads.select(
        pl.col("new_start").alias("start"),
        pl.col("new_end").alias("end"),
        pl.col("new_possessive").alias("is_possessive"),
        *(pl.col(f"new_{c}").alias(c) for c in _APPOSED),
    )
    return replace_rows(elements, heads["i"], values).filter(stays)


@in_one_plan
def _apposed(e: pl.LazyFrame) -> pl.LazyFrame:
    """The elements with `b` (an office before it belongs to it), `a2`, `a3` (an office two or three before it does)."""
    np2, np3 = _at("np", 2), _at("np", 3)
    comma1, comma2 = _at("kind", 1) == "C", _at("kind", 2) == "C"
    bare_name = (pl.col("np") == "person") & (
        pl.col("codes").list.len() == 0
    )  # states come with the office before
    before = (
        bare_name
        & comma1
        & (np2 == "office")
        & ~_at("is_plural_office", 2, False)
        & ((pl.col("n_names") >= 2) | pl.col("has_title"))
        & ~_at("is_possessive", 2, False)
    )
    office_only = (
        (pl.col("np") == "office") & ~pl.col("is_plural_office") & (pl.col("role_class").fill_null("") != "")
    )
    name2 = (np2 == "person") & (_at("is_stateless", 2, True)) & comma1
    name3 = (
        (np3 == "person")
        & (_at("is_stateless", 3, True))
        & comma2
        & _at("lower", 1).is_in(_DETERMINERS)
    )
    closes = ~_at("np", -1).is_in(["person"])
    # "President X, President of Senegal and ...": who has an office already starts a list
    foreign = pl.col("codes").list.len() > 0
    name2 = name2 & ~(_at("has_office", 2, False) & foreign)
    name3 = name3 & ~(_at("has_office", 3, False) & foreign)
    after2, after3 = office_only & name2 & closes, office_only & name3 & closes
    return e.with_columns(
        before.fill_null(False).alias("b"),
        after2.fill_null(False).alias("a2"),
        after3.fill_null(False).alias("a3"),
    )


def appositions(elements: pl.DataFrame) -> pl.DataFrame:
    """The elements with "office, name" and "name, office" as one person each."""
    stateless = pl.col("codes").list.len() == 0
    e = elements.with_row_index("i").with_columns(stateless.alias("is_stateless"))
    flagged = _apposed(e)
    flagged = flagged.with_columns(  # an office between two names belongs to the name before it
        (
            pl.col("b") & ~pl.col("a2").shift(2).fill_null(False) & ~pl.col("a3").shift(2).fill_null(False)
        ).alias("b")
    )
    heads_before = (
        flagged.filter("b")
        .select(
            "i",
            (pl.col("i") - 2).alias("lo"),
            pl.col("i").alias("hi"),
            pl.col("end").alias("new_end"),
            pl.col("is_possessive").alias("new_possessive"),
        )
        .join(
            e.select(
                pl.col("i").alias("lo"),
                pl.col("start").alias("new_start"),
                *(pl.col(c).alias(f"new_{c}") for c in _APPOSED),
            ),
            on="lo",
        )
    )
    parts = []
    for flag, width in (("a2", 2), ("a3", 3)):
        parts.append(
            flagged.filter(flag)
            .select(
                (pl.col("i") - width).alias("i"),
                (pl.col("i") - width).alias("lo"),
                pl.col("i").alias("hi"),
                pl.col("end").alias("new_end"),
                pl.col("is_possessive").alias("new_possessive"),
                *(pl.col(c).alias(f"new_{c}") for c in _APPOSED),
            )
            .join(e.select(pl.col("i").alias("lo"), pl.col("start").alias("new_start")), on="lo")
        )
    heads = pl.concat([heads_before, *parts], how="diagonal").with_columns(
        pl.col("i", "lo", "hi").cast(pl.UInt32)
    )
    heads = (
        heads.sort("lo", "hi")
        .with_columns(pl.col("hi").shift(1).fill_null(0).alias("last"))
        .filter((pl.col("lo") > pl.col("last")) | (pl.col("last") == 0))
    )
    return _absorb(e.drop("is_stateless"), heads).drop("i")


def govern(elements: pl.DataFrame) -> pl.DataFrame:
    """The elements with `prep`, the preposition that governs a noun phrase, and `det`, its determiner, else ''."""
    clear = (
        (pl.col("word_class") == "det")
        | (pl.col("kind") == "B")
        | (
            (pl.col("kind") == "W")
            & pl.col("word_class").is_null()
            & ~pl.col("is_punct")
            & ~pl.col("is_verb").fill_null(False)
            & ~pl.col("is_noun").fill_null(False)
            & ~pl.col("is_capital")
            # "committed to ensuring Iran ...": a gerund has its own object
            & (~pl.col("lower").cast(pl.String).str.contains("[a-z]{3}ing$") | pl.col("lower").is_in(ING_ADJECTIVES))
        )
        | pl.col("is_number") & ~pl.col("lower").cast(pl.String).str.contains("^(?:19|20)[0-9]{2}$")
        | (pl.col("lower") == "both")
    )
    # "for the first time Canberra imposed", "by the end of 1988 Oslo had": a time is no part of a name
    clear = clear & ~pl.col("lower").is_in(_TIMES)
    marked = elements.with_columns(
        clear.fill_null(False).alias("clear"),
        pl.when(pl.col("word_class") == "prep").then("lower").otherwise(pl.lit("")).alias("own"),
        (pl.col("codes").list.len() == 0).alias("is_stateless"),
    )
    return _governed(marked).drop("clear", "own", "is_stateless")


@in_one_plan
def _governed(elements: pl.LazyFrame) -> pl.LazyFrame:
    c1, c2, c3 = (_at("clear", n, False) for n in (1, 2, 3))
    p1, p2, p3, p4 = (_at("own", n) for n in (1, 2, 3, 4))
    prep = (
        pl.when(p1 != "")
        .then(p1)
        .when(c1 & (p2 != ""))
        .then(p2)
        .when(c1 & c2 & (p3 != ""))
        .then(p3)
        .when(c1 & c2 & c3 & (p4 != ""))
        .then(p4)
        .otherwise(pl.lit(""))
    )
    det = (
        pl.when(_at("word_class", 1) == "det")
        .then(_at("lower", 1))
        .when(c1 & (_at("word_class", 2) == "det"))
        .then(_at("lower", 2))
        .otherwise(pl.lit(""))
    )
    # "with Mnuchin and German Chancellor Angela Merkel": the list goes on behind a name that nobody knows
    unknown2 = (_at("kind", 2) == "P") & _at("is_stateless", 2, True)
    listed = (prep == "") & _at("lower", 1).is_in(["and", ","]) & unknown2 & (_at("own", 3) != "")
    prep = pl.when(listed.fill_null(False) & pl.col("np").is_not_null()).then(_at("own", 3)).otherwise(prep)
    return elements.with_columns(prep.alias("prep"), det.alias("det"))
