"""Those who speak or fight for another: "a spokesman for President X", "forces loyal to Y" act for the state of X and Y.

Belongs here: actors without a state of their own that the phrase behind them gives one.
Does not belong here: offices and pronouns that stand for somebody named before (`coreference`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import replace_rows, rows_where

_VOICES = ["spokesperson", "official"]  # classes of office held for somebody: aides, advisers, spokesmen
_NAMED = ["person", "office", "body", "state"]
_FAR = 4  # elements between the head and whom it serves: "loyal to the Libyan commander"


@in_one_plan
def _served(elements: pl.LazyFrame) -> pl.LazyFrame:
    """`served`: the codes of whom the actor serves, null where it serves nobody that the phrase names."""
    voice = (pl.col("np") == "office") & pl.col("role_class").is_in(_VOICES) & _at("lower", -1).is_in(["for", "of", "to"])
    loyal = (pl.col("np") == "body") & (_at("lower", -1) == "loyal") & (_at("lower", -2) == "to")

    def named(offset: int) -> pl.Expr:
        here = _at("np", -offset).is_in(_NAMED) & (_at("codes", -offset, []).list.len() == 1)
        between = [_at("word_class", -n).is_in(["det", ""]) & ~_at("is_verb", -n, False) & ~_at("is_punct", -n, True)
                   for n in range(3, offset)]
        return here & pl.all_horizontal(*between, pl.lit(True))

    nearest = [
        pl.when((voice if n == 2 else voice | loyal) & named(n)).then(_at("codes", -n, []))
        for n in range(2, _FAR + 2)
    ]
    return elements.select("i", pl.coalesce(nearest).alias("served"))


def link_delegates(elements: pl.DataFrame) -> pl.DataFrame:
    """The elements; those who act for another have the codes of his state."""
    heads = (pl.col("np") == "office") & pl.col("role_class").is_in(_VOICES) | (pl.col("np") == "body")
    rows = rows_where(elements, (heads & (pl.col("codes").list.len() == 0) & ~pl.col("is_possessive")).fill_null(False))
    found = _served(elements, rows).with_columns(rows.alias("row")).filter(pl.col("served").is_not_null())
    return replace_rows(elements, found["row"], found.select(codes="served"))
