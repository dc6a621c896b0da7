"""Quotations and who said them.

Belongs here: the spans between quotation marks and the speaker beside the verb of saying.
Does not belong here: indirect speech, which makes events (`triggers`).
"""

from __future__ import annotations

import polars as pl

_MIN_WORDS = 3
_NEAR = 5  # elements between the verb of saying and its speaker


def quotes(folded: pl.DataFrame) -> pl.DataFrame:
    """One row per quotation: a, q_start, q_end (code points of the words between the marks)."""
    lines = (
        folded.select("a", pl.col("fold").str.split("\n").alias("line"))
        .explode("line", empty_as_null=True)
        .with_columns((pl.col("line").str.len_bytes() + 1).cum_sum().over("a").alias("after"))
        .with_columns((pl.col("after") - pl.col("line").str.len_bytes() - 1).alias("at"))
        .filter(pl.col("line").str.contains('"', literal=True))
        .with_row_index("l")
        .select("l", "a", "at", pl.col("line").str.split('"').alias("piece"))
        .explode("piece", empty_as_null=True)
        .with_columns(
            (pl.col("piece").str.len_bytes() + 1).cum_sum().over("l").alias("end"),
            pl.int_range(pl.len()).over("l").alias("n"),
        )
    )
    return (
        lines.filter((pl.col("n") % 2 == 1) & (pl.col("piece").str.count_matches(r"\w+") >= _MIN_WORDS))
        .with_columns((pl.col("at") + pl.col("end") - 1).cast(pl.Int32).alias("q_end"))
        .with_columns((pl.col("q_end") - pl.col("piece").str.len_bytes()).cast(pl.Int32).alias("q_start"))
        .select("a", "q_start", "q_end")
        .with_row_index("q")
    )


def _speakers(elements: pl.DataFrame, grp: pl.DataFrame, sayings: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence with a speaker: sid, verb, keys, codes. `sayings`: form, verb_class of verbs of saying."""
    verbs = (
        elements.filter((pl.col("pos") == "verb") & (pl.col("n_quotes") % 2 == 0))
        .select("sid", "i", pl.col("lower").cast(pl.String))
        .join(sayings.select(pl.col("form").alias("lower")).unique(), on="lower", how="semi")
        .select("sid", pl.col("i").alias("v"), pl.col("lower").alias("verb"))
    )
    near = verbs.join(
        grp.filter(pl.col("strong") & (pl.col("prep") == "") & (pl.col("keys").list.len() > 0)), on="sid"
    ).with_columns(
        pl.when(pl.col("hi") < pl.col("v"))
        .then(pl.col("v") - pl.col("hi"))
        .otherwise((pl.col("lo").cast(pl.Int64) - pl.col("v")) * 2)
        .cast(pl.Int64)
        .alias("gap")
    )
    return (
        near.filter(pl.col("gap").is_between(1, 2 * _NEAR))
        .sort("sid", "gap", "v")
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", "verb", "keys", "codes")
    )


def statements(
    folded: pl.DataFrame,
    quotes: pl.DataFrame,
    sents: pl.DataFrame,
    elements: pl.DataFrame,
    grp: pl.DataFrame,
    sayings: pl.DataFrame,
) -> pl.DataFrame:
    """One row per quotation with a speaker: a, q_start, q_end, quote, verb, actor_key, speaker_code, about_codes."""
    spans = sents.select("sid", "a", "sentence_index", "start", "end")
    touching = quotes.join(spans, on="a").filter(
        (pl.col("start") <= pl.col("q_end")) & (pl.col("end") >= pl.col("q_start"))
    )
    said = _speakers(elements, grp, sayings)
    edges = touching.with_columns(pl.col("sid").cast(pl.Int64).alias("s"))
    own = (
        touching.join(said, on="sid")
        .sort("q", "sid", descending=[False, True])
        .unique("q", keep="first", maintain_order=True)
    )
    # A quotation that fills its sentence continues the one before it.
    last = edges.group_by("q").agg(pl.col("sid").min().alias("low"))
    before = (
        last.join(own.select("q"), on="q", how="anti")
        .with_columns((pl.col("low").cast(pl.Int64) - 1).alias("p"))
        .join(said.with_columns(pl.col("sid").cast(pl.Int64).alias("p")), on="p")
        .join(spans.select("sid", pl.col("a").alias("pa")), on="sid")
        .join(quotes.select("q", "a"), on="q")
        .filter(pl.col("a") == pl.col("pa"))
    )
    found = pl.concat(
        [own.select("q", "verb", "keys", "codes"), before.select("q", "verb", "keys", "codes")]
    ).join(quotes, on="q")
    sent_at = spans.select("sid", pl.col("start").alias("s0"))
    named = (
        elements.filter(
            (pl.col("codes").list.len() > 0) & pl.col("np").is_in(["state", "office", "body", "person"])
        )
        .join(sent_at, on="sid")
        .select("a", (pl.col("s0") + pl.col("start")).alias("at"), pl.col("codes").alias("about"))
    )
    about = (
        found.join(named, on="a")
        .filter((pl.col("at") >= pl.col("q_start")) & (pl.col("at") < pl.col("q_end")))
        .explode("about", empty_as_null=True)
        .group_by("q")
        .agg(pl.col("about").drop_nulls().unique().sort().alias("about_codes"))
    )
    return (
        found.join(about, on="q", how="left")
        .join(folded.select("a", "text"), on="a")
        .with_columns(
            pl.col("text").str.slice("q_start", pl.col("q_end") - pl.col("q_start")).alias("quote"),
            pl.col("keys").list.first().alias("actor_key"),
            pl.col("codes").list.first().alias("speaker_code"),
            pl.col("about_codes").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
        .select("a", "q_start", "q_end", "quote", "verb", "actor_key", "speaker_code", "about_codes")
        .sort("a", "q_start")
    )
