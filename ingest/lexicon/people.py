"""People and offices: who held which office when, and the phrases news uses for offices.

Belongs here: reading and validating `people.csv` and `offices.csv`.
Does not belong here: states and organisations (see `places`), and finding anybody in a text.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.fold import fold_expr
from ingest.lexicon.places import countries, organizations
from ingest.lexicon.words import read_table, refuse_rows

ROLE_CLASSES = (
    "head_of_state",
    "head_of_government",
    "monarch",
    "foreign_minister",
    "defence_minister",
    "finance_minister",
    "trade_minister",
    "interior_minister",
    "minister",
    "deputy",
    "envoy",
    "ambassador",
    "security_adviser",
    "military",
    "spokesperson",
    "legislator",
    "party_leader",
    "org_head",
    "official",
)
OFFICE_KINDS = (
    "office",
    "rank",
    "spokesperson",
    "parliament",
    "party",
    "prefix",
    "former",
    "abbreviation",
    "plural",
)
_MODIFIERS = ("prefix", "former")
_PEOPLE_COLUMNS = (
    "person_id",
    "name",
    "surname",
    "aliases",
    "code",
    "role",
    "role_class",
    "valid_from",
    "valid_to",
)
_ALWAYS = pl.date(1, 1, 1), pl.date(9999, 12, 31)


@cache
def offices() -> pl.DataFrame:
    """One row per phrase: phrase, role_class, rank, kind, example, form.

    `rank` is 1 for the highest; it and `role_class` are null where a prefix keeps the office's own.
    `form` is the phrase as it stands in a folded text, in lower case but for abbreviations.
    """
    name = "offices.csv"
    columns = ("phrase", "role_class", "rank", "kind", "example")
    table = read_table(name, columns).select(columns).with_columns(fold_expr(pl.col("phrase")).alias("form"))
    kind, bare = pl.col("kind"), pl.col("role_class") == ""
    modifier, short = kind.is_in(_MODIFIERS), kind == "abbreviation"
    refuse_rows(table, ~kind.is_in(OFFICE_KINDS), name, "unknown kind")
    refuse_rows(
        table, ~pl.col("role_class").is_in(ROLE_CLASSES) & ~(bare & modifier), name, "unknown role class"
    )
    refuse_rows(table, bare != (pl.col("rank") == ""), name, "role class without rank, or rank without class")
    refuse_rows(table, ~pl.col("rank").is_in(["1", "2", "3", "4", "5", ""]), name, "rank is not 1 to 5")
    refuse_rows(
        table, (pl.col("form") != pl.col("form").str.to_lowercase()) & ~short, name, "phrase has capitals"
    )
    refuse_rows(
        table, pl.col("form").str.contains(r"^\s|\s$|\s\s|^$"), name, "phrase is empty or has stray space"
    )
    refuse_rows(table, pl.col("form").is_duplicated(), name, "phrase stands twice once folded")
    phrase, example = pl.col("phrase").str.to_lowercase(), pl.col("example").str.to_lowercase()
    refuse_rows(table, ~example.str.contains(phrase, literal=True), name, "example does not use the phrase")
    return table.with_columns(
        pl.col("rank").cast(pl.Int32, strict=False), pl.col("role_class").replace("", None)
    )


@cache
def people() -> pl.DataFrame:
    """One row per term of office, columns as in the file: aliases a list, dates null where unknown."""
    name = "people.csv"
    table = read_table(name, _PEOPLE_COLUMNS).select(_PEOPLE_COLUMNS)
    refuse_rows(
        table, ~pl.col("person_id").str.contains("^[a-z0-9]+(-[a-z0-9]+)*$"), name, "person_id is no slug"
    )
    empty = pl.any_horizontal(pl.col("name", "surname", "role") == "")
    refuse_rows(table, empty, name, "no name, surname or role")
    refuse_rows(table, ~pl.col("role_class").is_in(ROLE_CLASSES), name, "unknown role class")
    known = pl.concat([countries()["code"], organizations()["code"]]).implode()
    refuse_rows(table, ~pl.col("code").is_in(known), name, "unknown code")
    _refuse_mixed_people(table, name)
    dated = _with_dates(table, name)
    _refuse_double_terms(dated, name)
    split = dated.with_columns(
        pl.col("aliases").str.split(";").list.eval(pl.element().filter(pl.element() != ""))
    )
    _refuse_shared_aliases(split, name)
    return split


def _refuse_mixed_people(table: pl.DataFrame, name: str) -> None:
    """Refuse an id whose name, surname or aliases change from row to row."""
    for column in ("name", "surname", "aliases"):
        mixed = pl.col(column).n_unique().over("person_id") > 1
        refuse_rows(table, mixed, name, f"one person_id with more than one {column}")


def _with_dates(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """The table with `valid_from` and `valid_to` as dates, refused when unreadable or in the wrong order."""
    dates = ("valid_from", "valid_to")
    dated = table.with_columns(pl.col(c).str.to_date("%Y-%m-%d", strict=False).alias(c) for c in dates)
    for column in dates:
        unread = dated[column].is_null() & (table[column] != "")
        refuse_rows(table, pl.lit(unread), name, f"{column} is no date")
    refuse_rows(dated, pl.col("valid_from") > pl.col("valid_to"), name, "term ends before it begins")
    return dated


def _from() -> pl.Expr:
    return pl.col("valid_from").fill_null(_ALWAYS[0])


def _to() -> pl.Expr:
    return pl.col("valid_to").fill_null(_ALWAYS[1])


def _refuse_double_terms(dated: pl.DataFrame, name: str) -> None:
    """Refuse a term that begins before the same person's earlier term in the same role has ended."""
    keys = ["person_id", "code", "role"]
    terms = dated.with_row_index("line", offset=2).with_columns(_from().alias("since"), _to().alias("until"))
    earlier = pl.col("until").shift(1).cum_max().over(keys)
    double = terms.sort(*keys, "since").filter(pl.col("since") < earlier)
    if double.height:
        raise ValueError(f"{name}, row {double['line'][0]}: terms overlap: {double.drop('line').row(0)}")


def _refuse_shared_aliases(split: pl.DataFrame, name: str) -> None:
    """Refuse a form of a name that two people with the same code bear at the same time."""
    forms = (
        split.with_row_index("line", offset=2)
        .select(
            "line",
            "person_id",
            "code",
            pl.concat_list("name", "aliases").alias("form"),
            _from().alias("since"),
            _to().alias("until"),
        )
        .explode("form")
        .with_columns(fold_expr(pl.col("form")).str.to_lowercase().alias("form"))
    )
    forms = forms.filter(pl.col("person_id").n_unique().over("form", "code") > 1)
    pairs = forms.join(forms, on=["form", "code"], suffix="_other").filter(
        pl.col("person_id") < pl.col("person_id_other"),
        pl.col("since") <= pl.col("until_other"),
        pl.col("since_other") <= pl.col("until"),
    )
    if pairs.height:
        first = pairs.row(0, named=True)
        who = f"{first['person_id']} and {first['person_id_other']}"
        raise ValueError(f"{name}, row {first['line']}: '{first['form']}' names {who} at one time")
