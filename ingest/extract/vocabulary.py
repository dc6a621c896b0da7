"""The lexicon's tables as look-up tables for tokens.

Belongs here: one row per form for names and for terms; the roster's keys for name runs.
Does not belong here: reading the reference files (`ingest.lexicon`) and reading articles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from ingest.extract.people import name_key
from ingest.fold import fold_expr
from ingest.lexicon import people as people_tables
from ingest.lexicon import places, words

LEXICON = pl.Categorical(pl.Categories("lexicon"))
"""What the lexicon says of a form, as numbers: a closed list of values, the same in every batch."""
_READINGS = (
    *("code", "code_kind", "name_kind", "city", "city_country"),
    *("word_class", "role_class", "office_kind", "tense"),
)


@dataclass(frozen=True)
class Vocabulary:
    """Everything that the extraction looks up.

    `names`: one row per folded, case-sensitive form: code, code_kind, name_kind, city, city_country.
    `terms`: one row per lower-case form: word_class, office columns, is_verb/tense, is_noun, is_plural.
    Both as `LEXICON` but for the forms.
    `cities`: form, city, city_country of the names of towns, as texts.
    `name_phrases`, `term_phrases`: the forms of several words, longest first.
    `blocked`: form (a phrase), shift: where in the phrase a name stands that is no place there. Longest first.
    `aliases`, `terms_of_office`: the roster, by comparable name and by person.
    """

    names: pl.DataFrame
    terms: pl.DataFrame
    cities: pl.DataFrame
    name_phrases: pl.Series
    term_phrases: pl.Series
    blocked: pl.DataFrame
    aliases: pl.DataFrame
    terms_of_office: pl.DataFrame


def _names() -> pl.DataFrame:
    """One row per name form; a form may be a state's alias and a city at once."""
    states = places.country_aliases().select(
        "form", "code", pl.lit("country").alias("code_kind"), pl.col("kind").alias("name_kind")
    )
    bodies = places.organization_aliases().select(
        "form", "code", pl.lit("organization").alias("code_kind"), pl.col("kind").alias("name_kind")
    )
    codes = pl.concat([states, bodies]).unique("form", keep="first", maintain_order=True)
    towns = pl.concat(
        [
            places.cities().select(
                "form", pl.col("name").alias("city"), pl.col("country_code").alias("city_country")
            ),
            places.city_aliases().select(
                "form", pl.col("name").alias("city"), pl.col("country_code").alias("city_country")
            ),
        ]
    ).unique("form", keep="first", maintain_order=True)
    return codes.join(towns, on="form", how="full", coalesce=True).sort("form")


def _terms() -> pl.DataFrame:
    """One row per lower-case form of offices, verbs, nouns and function words."""
    offices = (
        people_tables.offices()
        .select(
            pl.col("form").str.to_lowercase(),
            "role_class",
            pl.col("rank").alias("office_rank"),
            pl.col("kind").alias("office_kind"),
        )
        .filter(pl.col("form") != "")
        .sort("form", "office_rank")
        .unique("form", keep="first", maintain_order=True)
    )
    verb_forms = words.verbs().group_by("form").agg(pl.lit(True).alias("is_verb"), pl.col("tense").first())
    noun_forms = (
        words.nouns().group_by("form").agg(pl.lit(True).alias("is_noun"), pl.col("is_plural").first())
    )
    parts = [words.function_words(), offices, verb_forms, noun_forms]
    out = parts[0]
    for part in parts[1:]:
        out = out.join(part, on="form", how="full", coalesce=True)
    return out.sort("form")


def _aliases() -> pl.DataFrame:
    """One row per comparable name and person: key, kind (full, outer, surname), person_id, n_bearers of that name."""
    roster = (
        people_tables.people()
        .select("person_id", "name", "surname", "aliases")
        .unique("person_id", keep="first", maintain_order=True)
    )
    full = pl.concat(
        [
            roster.select("person_id", pl.col("name").alias("form")),
            roster.select("person_id", pl.col("aliases").alias("form"))
            .explode("form", empty_as_null=True)
            .drop_nulls(),
        ]
    ).with_columns(name_key(fold_expr(pl.col("form"))).alias("key"))
    single = ~pl.col("key").str.contains(" ")
    ends = full.filter(~single).with_columns(
        pl.concat_str(
            pl.col("key").str.split(" ").list.first(), pl.lit(" "), pl.col("key").str.split(" ").list.last()
        ).alias("key")
    )
    surnames = roster.select("person_id", name_key(fold_expr(pl.col("surname"))).alias("key"))
    # "Zelenskiy" beside "Zelensky": an alias that differs in its last word alone, where that word is the surname
    words = pl.col("key").str.split(" ")
    spelt = (
        full.filter(~single)
        .join(surnames.rename({"key": "own"}), on="person_id")
        .join(roster.select("person_id", name_key(fold_expr(pl.col("name"))).alias("main")), on="person_id")
        .filter(
            pl.col("main").str.ends_with(pl.concat_str(pl.lit(" "), "own"))
            & (words.list.len() == pl.col("main").str.split(" ").list.len())
            & ~pl.col("own").str.contains(" ")
            & (words.list.first() == pl.col("main").str.split(" ").list.first())
            & (words.list.last().str.slice(0, 3) == pl.col("own").str.slice(0, 3))
        )
        .select("person_id", words.list.last().alias("key"))
    )
    surnames = pl.concat([surnames, spelt]).unique()
    return (
        pl.concat(
            [
                full.filter(~single).select("key", pl.lit("full").alias("kind"), "person_id"),
                ends.select("key", pl.lit("outer").alias("kind"), "person_id"),
                surnames.select("key", pl.lit("surname").alias("kind"), "person_id"),
                full.filter(single).select("key", pl.lit("surname").alias("kind"), "person_id"),
            ]
        )
        .filter(pl.col("key") != "")
        .unique()
        .sort("kind", "key", "person_id")
        .with_columns(pl.col("person_id").n_unique().over("kind", "key").alias("n_bearers"))
    )


def _terms_of_office() -> pl.DataFrame:
    return (
        people_tables.people()
        .select(
            "person_id",
            pl.col("code").alias("t_code"),
            pl.col("role").alias("t_role"),
            pl.col("role_class").alias("t_role_class"),
            name_key(fold_expr(pl.col("surname"))).alias("t_surname"),
            "valid_from",
            "valid_to",
        )
        .sort("person_id", "valid_from", nulls_last=False)
    )


def _phrases(forms: pl.Series) -> pl.Series:
    """The forms of several words, longest first: a leftmost scan prefers what stands first."""
    several = forms.filter(forms.str.contains(r"[ \-.,/&']"))
    return several.to_frame("form").sort(pl.col("form").str.len_bytes(), "form", descending=[True, False])[
        "form"
    ]


def _blocked() -> pl.DataFrame:
    shift = pl.col("form").str.find(pl.col("alias_form"), literal=True).cast(pl.Int32).alias("shift")
    return (
        places.blocked_phrases()
        .select("form", shift)
        .sort(pl.col("form").str.len_bytes(), "form", "shift", descending=[True, False, False])
    )


def _as_lexicon(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col(c).cast(LEXICON) for c in _READINGS if c in table.columns)


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of the project's reference data, read once a process."""
    names, terms = _names(), _terms()
    return Vocabulary(
        _as_lexicon(names),
        _as_lexicon(terms),
        names.filter(pl.col("city").is_not_null()).select("form", "city", "city_country"),
        _phrases(names["form"]),
        _phrases(terms["form"]),
        _blocked(),
        _aliases(),
        _terms_of_office(),
    )
