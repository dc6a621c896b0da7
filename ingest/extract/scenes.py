"""Scenes: a journey told in one sentence gives the next ones their date and place.

Belongs here: what goes on where somebody has arrived. Does not belong here: dates and places of a clause's own
sentence (`when`, `where`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.when import relative_dates

_JOURNEYS = ["travelled", "traveled", "travels", "flew", "visited", "visits", "arrived", "arrives", "went"]


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
