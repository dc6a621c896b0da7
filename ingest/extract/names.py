"""Tokens to readings and names: which reading a word takes, and which capitalised words form one name.

Belongs here: the choice of one `kind` per token and the joining of name runs ("Abdullatif bin Rashid Al Zayani").
Does not belong here: who bears the name (`people`) and what office stands before it (`phrases`).

Kinds: G state or organisation, T town, F office, R rank, H honorific, B prefix of an office, A acting body
("army", "foreign ministry"), X capitalised unknown, P name run, C comma, W everything else.
"""

from __future__ import annotations

import polars as pl

from ingest.extract.neighbours import _at, _same, in_one_plan, replace_rows
from ingest.extract.vocabulary import LEXICON

_PARTICLES = [
    "bin",
    "bint",
    "ibn",
    "al",
    "de",
    "da",
    "dos",
    "das",
    "del",
    "della",
    "di",
    "du",
    "van",
    "von",
    "der",
    "den",
    "ul",
    "ur",
    "el",
    "la",
    "ter",
    "ben",
    "abu",
    "e",
    "y",
    "zu",
    "af",
]
_NOT_GIVEN = [
    *("led", "based", "born", "style", "era", "elect", "designate", "wide", "run", "held", "made", "owned"),
    *("friendly", "free", "like", "long", "year", "day"),
]
_COMPANY = ["guest", "guests", "visitor", "visitors", "host", "interlocutor", "interlocutors", "homologue"]
_CURRENCIES = ["dollar", "dollars", "pound", "pounds", "francs", "rupees", "yen", "won", "yuan", "roubles", "rubles", "cents"]
_PLACE_PREPOSITIONS = [
    "in",
    "at",
    "from",
    "to",
    "near",
    "of",
    "into",
    "via",
    "outside",
    "towards",
    "toward",
    "with",
    "against",
    "between",
    "by",
    "for",
    "on",
    "and",
    "while",
    "as",
    "that",
    "after",
    "before",
]


_MEMBERS = ["allies", "ally", "members", "member", "member states", "member state", "partners", "nations", "countries"]
_NO_PERSON = ["notname", "institution"]
_OF_NO_STATE = [
    *("news", "press", "media", "broadcasting", "football", "olympic", "cricket", "basketball", "rugby", "sports"),
    *("refugee", "jewish", "islamic", "muslim", "church", "churches", "business", "chamber", "rights", "travel", "advertising"),
]  # words of institutions that are no part of a state


_CLOSED = [
    "prep",
    "det",
    "conj",
    "but",
    "rel",
    "sub",
    "that",
    "he",
    "they",
    "it",
    "we",
    "be",
    "aux",
    "fut",
    "modal",
    "neg",
    "pair",
    "three",
    "each",
    "month",
    "day",
    "adverb",
]


def _kind(name: str) -> pl.Expr:
    """A kind or class as the column holds it: a chain of texts would be copied at every link."""
    return pl.lit(name, dtype=LEXICON)


@in_one_plan
def choose_kind(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """The tokens with `kind`, the reading that their own form supports."""
    word_class, is_capital = pl.col("word_class").fill_null(""), pl.col("is_capital")
    is_office = pl.col("office_kind").is_not_null()
    is_date = word_class.is_in(["month", "day"])
    known = (word_class != "") | pl.col("is_verb").fill_null(False) | pl.col("is_noun").fill_null(False)
    # "his Australian guest", but "guests", "will host"
    of_someone = _at("lower", 1).is_in(["his", "her", "their", "its"]) | (_at("name_kind", 1) == "demonym")
    in_title = is_capital | ~pl.col("office_kind").is_in(["abbreviation"])
    # "Vice-Premier Liu He"
    is_he = (pl.col("word") == "He") & ~pl.col("is_first") & _at("is_capital", 1, False) & ~_at("is_first", 1, False)
    is_he = is_he & (_at("word_class", 1) == "")
    # "Theresa May", "a May 15 deadline", but "may"
    is_may = (pl.col("word") == "May") & ~pl.col("is_first")
    is_named_may = is_may & _at("is_capital", 1, False) & (_at("word_class", 1) == "") & ~_at("is_punct", 1, True)
    is_month = is_may & ~is_named_may | (pl.col("word") == "May") & _at("is_number", -1, False)
    # "around $400 million"
    is_about = pl.col("lower").is_in(["around", "over", "about", "under", "near"])
    is_about = is_about & (_at("is_number", -1, False) | (_at("lower", -1) == "$"))
    of_members = (pl.col("code_kind") == "organization") & _at("lower", -1).is_in(_MEMBERS) & (_at("code", -2) != "")
    members = pl.col("lower").is_in(_MEMBERS) & (_at("code_kind", 1) == "organization") & (_at("code", -1) != "")
    kind = (
        pl.when(pl.col("lower") == ",")
        .then(_kind("C"))
        .when("is_punct")
        .then(_kind("W"))
        .when("is_blocked")
        .then(_kind("X"))
        # "non-OPEC producers", "anti-EU"
        .when(
            pl.col("code").is_not_null()
            & (_at("lower", 1) == "-")
            & _at("lower", 2).is_in(["non", "anti", "pro", "pre", "post", "ex"])
        )
        .then(_kind("X"))
        # "NATO allies Estonia and Latvia": these act, not the alliance
        .when(of_members | members)
        .then(_kind("W"))
        # "50,000 US dollars"
        .when(
            pl.col("code").is_not_null()
            & (_at("lower", -1).is_in(_CURRENCIES) | (_at("lower", -1) == "$") & ~_at("spaced", -1, True))
        )
        .then(_kind("W"))
        .when(pl.col("code").is_not_null())
        .then(_kind("G"))
        .when(is_office & (pl.col("office_kind") == "prefix"))
        .then(_kind("B"))
        .when(is_office & (pl.col("office_kind") == "former"))
        .then(_kind("B"))
        .when(is_office & (pl.col("office_kind") == "rank"))
        .then(_kind("R"))
        .when(is_office & in_title)
        .then(_kind("F"))
        .when((word_class == "counterpart") & (~pl.col("lower").is_in(_COMPANY) | of_someone))
        .then(_kind("F"))
        .when((word_class == "honorific") & is_capital)
        .then(_kind("H"))
        .when(word_class == "agent")
        .then(_kind("A"))
        .when(pl.col("city").is_not_null())
        .then(_kind("T"))
        .when(is_he | is_named_may)
        .then(_kind("X"))
        .when(is_month | is_about)
        .then(_kind("W"))
        .when(is_capital & ~is_date & (~pl.col("is_first") & (~word_class.is_in(_CLOSED)) | ~known))
        .then(_kind("X"))
        .otherwise(_kind("W"))
    )
    other_class = (is_he | is_named_may | is_about).alias("is_classless")
    read = tokens.with_columns(kind.alias("kind"), other_class, is_month.alias("is_month"))
    return read.with_columns(
        *(
            pl.when(pl.col("is_blocked") | (pl.col("kind") == "W")).then(None).otherwise(c).alias(c)
            for c in ("code", "name_kind", "city")
        ),
        # "the WHO" and "US" are no pronouns
        pl.when((pl.col("kind") == "G") | pl.col("is_classless"))
        .then(None)
        .when("is_month")
        .then(_kind("month"))
        .otherwise("word_class")
        .alias("word_class"),
    ).drop("is_classless", "is_month")


@in_one_plan
def _run_roles(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """`role`: X part of a name, c connector that holds a name together, '' neither."""
    lower = pl.col("lower")
    glued = ~pl.col("spaced")
    # "the Putin-Modi summit" is two names, "Akufo-Addo" one: a noun after the second half decides.
    hyphen = (lower == "-") & glued & ~_at("spaced", -1, True) & ~_at("is_noun", -2, False)
    initial_dot = (
        (lower == ".")
        & glued
        & _at("is_initial", 1, False)
        & (_at("kind", 1) == "X")
        & ~((_at("word", 1) == "He") & ~_at("is_capital", -1, False))
    )
    suffix_comma = (
        (lower == ",") & _at("word", -1).is_in(["Jr", "Sr", "Jr.", "Sr."]) & (_at("kind", 1) == "X")
    )
    particle = lower.is_in(_PARTICLES) & ~pl.col("is_capital")
    given = (
        glued
        & (_at("lower", 1) == "-")
        & ~_at("spaced", 1, True)
        & pl.col("is_small")
        & (lower.cat.len_bytes() >= 2)
        & ~(lower.cat.ends_with("ed") | lower.is_in(_NOT_GIVEN))
        & pl.col("word_class").is_null()
        & (_at("kind", 2) == "X")
    )
    absorbs = (
        pl.col("kind").is_in(["G", "T"])
        & pl.col("name_kind").fill_null("city").is_in(["name", "capital", "city", "seat"])
        & ~pl.col("is_possessive")
        & ~pl.col("is_rigid")
    )
    before_name = (_at("kind", -1) == "X") & ~_at("lower", 1).is_in(_PLACE_PREPOSITIONS)
    after_name = (
        (_at("kind", 1) == "X")
        & ~_at("is_possessive", 1, False)
        & ~(_at("is_first", 1, False) & (_at("kind", 2) == ""))
    )
    return tokens.with_columns(
        pl.when(pl.col("kind") == "X")
        .then(pl.lit("X"))
        .when(given)
        .then(pl.lit("X"))
        .when(absorbs & (before_name | after_name))
        .then(pl.lit("X"))
        .when((_at("kind", 1) == "H") & absorbs & (pl.col("name_kind").fill_null("city") == "city"))
        .then(pl.lit("X"))
        .when(hyphen | initial_dot | particle | suffix_comma)
        .then(pl.lit("c"))
        .otherwise(pl.lit(""))
        .alias("role")
    )


@in_one_plan
def _linked(roles: pl.LazyFrame) -> pl.LazyFrame:
    """`held`: whether the token is part of a name; `linked`: whether of the same as the token before it."""
    prev, nxt = _at("role", 1), _at("role", -1)
    leading = (
        (pl.col("role") == "c")
        & (pl.col("lower") != "-")
        & (nxt == "c")
        & (_at("role", -2) == "X")
        & (_at("lower", -1) == "-")
    )
    held = (
        (pl.col("role") == "X")
        | (
            (pl.col("role") == "c")
            & prev.is_in(["X", "c"])
            & (nxt.is_in(["X", "c"]) | (pl.col("lower") == "."))
        )
        | leading
    )
    # A possessive ends a name; so does a comma, since it is no connector.
    return roles.with_columns(held.fill_null(False).alias("held")).with_columns(
        (
            pl.col("held")
            & pl.col("held").shift(1).fill_null(False)
            & _same(1)
            & ~pl.col("is_possessive").shift(1)
            & ~((pl.col("lower").shift(1) == ".") & (pl.col("role").shift(1) != "c"))
        )
        .fill_null(False)
        .alias("linked")
    )


def join_names(tokens: pl.DataFrame) -> pl.DataFrame:
    """The tokens with each name run as one token of kind P; `n_names` is the number of its words."""
    roles = _linked(_run_roles(tokens))
    runs = (
        roles.with_columns(((~pl.col("linked")).cum_sum() - 1).alias("row"))
        .filter("held")
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("end").last(),
            pl.col("is_possessive").last(),
            (pl.col("role") == "X").sum().alias("n_names"),
            (
                pl.col("word_class").is_in(_NO_PERSON)
                | pl.col("is_noun").fill_null(False) & (pl.col("is_plural").fill_null(False))
            )
            .fill_null(False)
            .any()
            .alias("is_thing"),
            ((pl.col("word_class") == "institution").any() & ~pl.col("lower").is_in(_OF_NO_STATE).any()).alias("is_body"),
        )
        .filter(pl.col("n_names") > 0)
        .with_columns(
            pl.lit("P").alias("kind"),
            *(pl.lit(None, pl.String).alias(c) for c in ("code", "code_kind", "name_kind", "city", "city_country")),
        )
    )
    first = roles.filter(~pl.col("linked")).drop("role", "held", "linked").with_columns(
        pl.lit(None, pl.UInt32).alias("n_names"), pl.lit(None, pl.Boolean).alias("is_thing")
    )
    joined = replace_rows(first, runs["row"], runs.drop("row", "is_body"))
    bodies = runs.filter("is_body")["row"]
    return replace_rows(joined, bodies, _bodies(joined, bodies))


@in_one_plan
def _bodies(names: pl.LazyFrame) -> pl.LazyFrame:
    """The kind of a name that ends in a word for an institution: "the Swedish Civil Contingencies Agency" acts for Sweden."""
    adjective = _at("name_kind", 1).is_in(["demonym", "abbreviation"]) | _at("is_possessive", 1, False)
    return names.select(pl.when((_at("kind", 1) == "G") & adjective).then(_kind("A")).otherwise("kind").alias("kind"))
