"""Countries, organisations and cities, and every way English-language news names them.

Belongs here: reading and validating `countries.csv`, `organizations.csv`, `cities.csv`, their `*_aliases.csv`
and `alias_context.csv`. Each loader returns a frame whose `form` is the alias as it stands in a folded text.
Does not belong here: people and offices (see `people`), and finding any of these names in a text.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.fold import fold_expr
from ingest.lexicon.words import read_table, refuse_rows

COUNTRY_ALIAS_KINDS = ("name", "demonym", "people", "capital", "seat")
ORGANIZATION_ALIAS_KINDS = ("name", "abbreviation", "organ")
HISTORICAL_CODES = ("SUN", "YUG", "CSK", "DDR")
# Capitals whose bare name is first of all a person, another place or a word: cities.csv does not have them.
HOMONYM_CAPITALS = (
    "Douglas",
    "Hamilton",
    "Jamestown",
    "Malé",
    "Marigot",
    "Plymouth",
    "Saint-Denis",
    "Saint-Pierre",
    "Stanley",
    "The Valley",
    "Victoria",
)
_COUNTRY_COLUMNS = (
    "code",
    "iso2",
    "name",
    "official_name",
    "region",
    "subregion",
    "capital",
    "latitude",
    "longitude",
    "groups",
)


def _unknown(column: str, known: pl.Series) -> pl.Expr:
    """Rows whose `column` is not among the known values."""
    return ~pl.col(column).is_in(known.implode())


def _with_form(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """The table with `form`, the named column as it stands in a folded text."""
    return table.with_columns(fold_expr(pl.col(column)).alias("form"))


def _with_coordinates(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Latitude and longitude as numbers, refused where they lie on no globe."""
    degrees = table.with_columns(pl.col("latitude", "longitude").cast(pl.Float64, strict=False))
    refuse_rows(degrees, ~pl.col("latitude").is_between(-90, 90).fill_null(False), name, "latitude is none")
    refuse_rows(
        degrees, ~pl.col("longitude").is_between(-180, 180).fill_null(False), name, "longitude is none"
    )
    return degrees


def _aliases(name: str, kinds: tuple[str, ...], known: pl.Series) -> pl.DataFrame:
    """An alias table: alias, code, kind, form. One form has one code and one kind, whatever its accents."""
    table = _with_form(read_table(name, ("alias", "code", "kind")), "alias")
    refuse_rows(
        table, pl.col("alias").str.strip_chars() != pl.col("alias"), name, "white space around the alias"
    )
    refuse_rows(table, pl.col("alias") == "", name, "no alias")
    refuse_rows(table, ~pl.col("kind").is_in(kinds), name, "unknown kind")
    refuse_rows(table, _unknown("code", known), name, "unknown code")
    refuse_rows(table, pl.col("form").is_duplicated(), name, "alias stands twice once folded")
    return table.select("alias", "code", "kind", "form")


@cache
def countries() -> pl.DataFrame:
    """One row per state or territory, columns as in the file: coordinates numbers, groups a list."""
    name = "countries.csv"
    table = read_table(name, _COUNTRY_COLUMNS).select(_COUNTRY_COLUMNS)
    refuse_rows(table, ~pl.col("code").str.contains("^[A-Z]{3}$"), name, "code is not three capitals")
    refuse_rows(table, ~pl.col("iso2").str.contains("^[A-Z]{2}$"), name, "iso2 is not two capitals")
    for column in ("code", "iso2", "name"):
        refuse_rows(table, pl.col(column).is_duplicated(), name, f"{column} stands twice")
    refuse_rows(table, (pl.col("name") == "") | (pl.col("region") == ""), name, "no name or no region")
    groups = pl.col("groups").str.split(";").list.eval(pl.element().filter(pl.element() != ""))
    table = _with_coordinates(table, name).with_columns(groups.alias("groups"))
    unknown_group = (
        ~pl.col("groups").list.eval(pl.element().is_in(organizations()["code"].implode())).list.all()
    )
    refuse_rows(table, unknown_group, name, "unknown group")
    return table


@cache
def country_aliases() -> pl.DataFrame:
    """One row per way to name a state: alias, code, kind (name, demonym, people, capital, seat), form."""
    return _aliases("country_aliases.csv", COUNTRY_ALIAS_KINDS, countries()["code"])


@cache
def organizations() -> pl.DataFrame:
    """One row per international organisation or group: code, name, kind."""
    name = "organizations.csv"
    table = read_table(name, ("code", "name", "kind")).select("code", "name", "kind")
    refuse_rows(table, ~pl.col("code").str.contains("^[A-Z0-9_]+$"), name, "code is not capitals and digits")
    refuse_rows(table, pl.col("code").is_duplicated(), name, "code stands twice")
    refuse_rows(table, (pl.col("name") == "") | (pl.col("kind") == ""), name, "no name or no kind")
    return table


@cache
def organization_aliases() -> pl.DataFrame:
    """One row per way to name an organisation or one of its organs: alias, code, kind, form."""
    name = "organization_aliases.csv"
    table = _aliases(name, ORGANIZATION_ALIAS_KINDS, organizations()["code"])
    taken = pl.col("form").is_in(country_aliases()["form"].implode())
    refuse_rows(table, taken, name, "alias names a country too")
    return table


@cache
def cities() -> pl.DataFrame:
    """One row per city name: name, country_code, latitude, longitude, population, form."""
    name = "cities.csv"
    columns = ("name", "country_code", "latitude", "longitude", "population")
    table = _with_form(_with_coordinates(read_table(name, columns).select(columns), name), "name")
    table = table.with_columns(pl.col("population").cast(pl.Int64, strict=False))
    refuse_rows(table, pl.col("name") == "", name, "no name")
    refuse_rows(
        table, pl.col("population").is_null() | (pl.col("population") < 0), name, "population is no count"
    )
    refuse_rows(table, _unknown("country_code", countries()["code"]), name, "unknown country code")
    refuse_rows(table, pl.col("form").is_duplicated(), name, "name stands twice once folded")
    known = pl.concat([table["name"], pl.Series(["", *HOMONYM_CAPITALS])])
    refuse_rows(countries(), _unknown("capital", known), "countries.csv", "capital has no row in cities.csv")
    return table


@cache
def city_aliases() -> pl.DataFrame:
    """One row per other name of a city or venue that lies in one: alias, name, country_code, form."""
    name = "city_aliases.csv"
    columns = ("alias", "name", "country_code")
    table = _with_form(read_table(name, columns).select(columns), "alias")
    refuse_rows(table, pl.col("form").is_duplicated(), name, "alias stands twice once folded")
    refuse_rows(table, pl.col("form").is_in(cities()["form"].implode()), name, "alias is a city's name")
    orphans = table.with_row_index("row", offset=2).join(cities(), on=["name", "country_code"], how="anti")
    if orphans.height:
        raise ValueError(f"{name}, row {orphans['row'][0]}: no such city: {orphans.drop('row').row(0)}")
    return table


@cache
def alias_context() -> pl.DataFrame:
    """One row per ambiguous alias: alias, not_before, not_after (lists), why, form.

    The reading falls when one of `not_before` stands right before the alias, or one of `not_after` after it.
    """
    name = "alias_context.csv"
    columns = ("alias", "not_before", "not_after", "why")
    table = _with_form(read_table(name, columns).select(columns), "alias")
    forms = [
        country_aliases()["form"],
        organization_aliases()["form"],
        cities()["form"],
        city_aliases()["form"],
    ]
    refuse_rows(table, _unknown("form", pl.concat(forms)), name, "no such alias")
    refuse_rows(table, pl.col("form").is_duplicated(), name, "alias stands twice once folded")
    empty = (pl.col("not_before") == "") & (pl.col("not_after") == "")
    refuse_rows(table, empty | (pl.col("why") == ""), name, "no context or no reason")
    words = (
        pl.col("not_before", "not_after").str.split(";").list.eval(pl.element().filter(pl.element() != ""))
    )
    return table.with_columns(words)


@cache
def blocked_phrases() -> pl.DataFrame:
    """One row per phrase that holds an alias but names another thing ("Michael Jordan"): form, alias_form."""
    rows = alias_context().select("form", "not_before", "not_after")
    before = (
        rows.explode("not_before")
        .drop_nulls("not_before")
        .select(
            (fold_expr(pl.col("not_before")) + " " + pl.col("form")).alias("phrase"),
            pl.col("form").alias("alias_form"),
        )
    )
    after = (
        rows.explode("not_after")
        .drop_nulls("not_after")
        .select(
            (pl.col("form") + " " + fold_expr(pl.col("not_after"))).alias("phrase"),
            pl.col("form").alias("alias_form"),
        )
    )
    return pl.concat([before, after]).rename({"phrase": "form"}).unique().sort("form", "alias_form")


@cache
def definite_nouns() -> pl.DataFrame:
    """One row per common noun and side that it may stand for: form, code ("the bloc": EU, ASEAN, ...)."""
    name = "definite_nouns.csv"
    table = read_table(name, ("noun", "codes", "example"))
    refuse_rows(table, pl.col("noun").is_duplicated(), name, "noun stands twice")
    rows = table.select(pl.col("noun").str.to_lowercase().alias("form"), pl.col("codes").str.split(";").alias("code"))
    known = pl.concat([countries()["code"], organizations()["code"]])
    out = rows.explode("code")
    refuse_rows(out, _unknown("code", known), name, "unknown code")
    return out
