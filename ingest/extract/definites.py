"""Common nouns that stand for a side named before: "the bloc", "the kingdom", "his host".

Belongs here: which state or organisation such a noun means (`definite_nouns.csv`), and the other one of two.
Does not belong here: pronouns, pair phrases and offices (`coreference`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import replace_rows, rows_at, rows_where

_LOOK_BACK = 6  # sentences
_OTHERS = ["host", "hosts", "guest", "guests", "visitor", "visitors", "interlocutor", "counterpart", "homologue"]


@in_one_plan
def _definite(elements: pl.LazyFrame) -> pl.LazyFrame:
    # after "the", and not before another noun: "the bank holiday", "the agency chief"
    plain_next = (
        _at("is_small", -1, False)
        & (_at("word", -1).cat.len_bytes() >= 3)
        & (_at("np", -1) == "")
        & (_at("word_class", -1) == "")
        & ~_at("is_verb", -1, False)
    )
    return elements.filter(
        (_at("lower", 1) == "the")
        & (pl.col("np").is_null() | (pl.col("np") == "body") & (pl.col("codes").list.len() == 0))
        & ~plain_next.fill_null(False)
    ).select("i", "a", "sid", pl.col("lower").cast(pl.String))


def link_definites(elements: pl.DataFrame, nouns: pl.DataFrame) -> pl.DataFrame:
    """The elements; "the bloc" is the last of the organisations told that may be called so.

    `nouns`: form, code, one row for each state or organisation that the noun may mean.
    """
    said = (
        _definite(elements, rows_where(elements, pl.col("lower").is_in(nouns["form"].unique().implode())))
        .join(nouns.rename({"form": "lower"}), on="lower")
    )
    named = (
        elements.filter(pl.col("np").is_in(["state", "body", "office", "person"]) & (pl.col("codes").list.len() == 1))
        .select("a", pl.col("i").alias("n_i"), pl.col("sid").alias("n_sid"), pl.col("codes").list.first().alias("code"))
    )
    meant = (
        said.join(named, on=["a", "code"])
        .filter((pl.col("n_i") < pl.col("i")) & (pl.col("sid") - pl.col("n_sid") <= _LOOK_BACK))
        .sort("i", "n_i", descending=[False, True])
        .unique("i", keep="first", maintain_order=True)
        .select("i", pl.col("code").alias("d_code"))
    )
    is_country = pl.col("d_code").str.contains("^[A-Z]{3}$") & ~pl.col("d_code").is_in(_THREE)
    values = meant.select(
        pl.concat_list("d_code").alias("codes"),
        pl.lit("state").alias("np"),
        pl.lit("name").alias("name_kind"),
        pl.when(is_country).then(pl.lit("country")).otherwise(pl.lit("organization")).alias("code_kind"),
        pl.lit(False).alias("is_noun"),
        pl.lit(None, pl.String).alias("word_class"),
    )
    return replace_rows(elements, rows_at(elements["i"], meant["i"]), values)


_THREE = ["GCC", "OIC", "OAS", "SCO", "CIS", "IMF", "WTO", "WHO", "ICC", "ICJ", "ADB"]


def link_others(elements: pl.DataFrame, groups: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The elements, and the sentences (sid) in which "his host" is the other one of the two told of before.

    `groups` has sid, lo, codes, keys, strong: the first strong one of the sentence is whose host it is.
    """
    asks = elements.filter(
        (pl.col("word_class") == "counterpart")
        & pl.col("lower").is_in(_OTHERS)
        & (pl.col("codes").list.len() == 0)
        & _at("lower", 1).is_in(["his", "her", "their", "its", "the"])
    ).select("i", "a", "sid")
    if not asks.height:
        return elements, asks.select("sid")
    acting = (
        groups.filter(pl.col("strong") & (pl.col("codes").list.len() == 1))
        .sort("sid", "lo")
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", pl.col("codes").list.first().alias("own"), pl.col("lo").alias("own_i"))
    )
    sides = (
        groups.filter(pl.col("strong") & pl.col("np").is_in(["person", "office", "pronoun"]))
        .explode("codes", empty_as_null=True)
        .filter(pl.col("codes").is_not_null())
        .select("a", pl.col("sid").alias("p_sid"), pl.col("codes").alias("code"))
        .unique()
    )
    two = sides.group_by("a", "p_sid").agg(pl.col("code").sort().alias("pair")).filter(pl.col("pair").list.len() == 2)
    other = (
        asks.join(acting, on="sid")
        .filter(pl.col("own_i") < pl.col("i"))
        .join(two, on="a")
        .filter(
            (pl.col("p_sid") < pl.col("sid"))
            & (pl.col("sid") - pl.col("p_sid") <= _LOOK_BACK)
            & pl.col("pair").list.contains(pl.col("own"))
        )
        .sort("i", "p_sid", descending=[False, True])
        .unique("i", keep="first", maintain_order=True)
        .with_columns(pl.col("pair").list.set_difference(pl.concat_list("own")).alias("o_codes"))
        .select("i", "sid", "o_codes")
    )
    rows = rows_at(elements["i"], other["i"])
    values = other.select(pl.col("o_codes").alias("codes"), pl.lit(True).alias("strong"))
    return replace_rows(elements, rows, values), other.select("sid").unique()
