"""What an article, a sentence and an encounter are about: weighted terms, counted.

Belongs here: finding the terms of the lexicon in sentences and turning hits into ranked topics.
Does not belong here: the terms and their weights (`topics.csv`, read by `ingest.lexicon.topics`).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.lexicon import topics as lexicon

MAX_TOPICS = 5
FLOOR = 3.0
"""Least score of a topic: one decisive term, or several hints."""
SHARE_OF_TOP = 0.25
"""Least score as a share of the article's best topic: background named in passing stays below it."""
REPEAT = 0.5
"""Each further hit of one term counts this share of the one before."""
LEAD_SENTENCES = 3
LEAD = 1.5
"""News puts first what it is about: hits in the lead count this much."""

_SEPARATORS = list("-'\"/,.;:()\n\r\t")


@cache
def _patterns() -> pl.Series:
    """Every form with a space before it, longest first: a leftmost scan prefers what stands first."""
    forms = lexicon.terms().select((" " + pl.col("form").unique()).alias("form"))
    return forms.sort(pl.col("form").str.len_bytes(), "form", descending=[True, False])["form"].implode()


@cache
def _forms() -> pl.DataFrame:
    """The lexicon without masks, keyed by pattern: found, topic, term, weight."""
    return (
        lexicon.terms()
        .filter(pl.col("topic") != "")
        .select((" " + pl.col("form")).alias("found"), "topic", "term", "weight")
    )


def _ends_word() -> pl.Expr:
    """Whether the found pattern is followed by no letter or digit."""
    after = pl.col("text").str.slice(pl.col("start") + pl.col("found").str.len_bytes(), 1)
    return ~after.str.contains("[a-z0-9]")


def term_hits(sents: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence, topic and occurrence of a term: sid, a, topic, weight, start, term.

    `sents` has sid, a and fold. The longest term at a place wins and hides those inside it; `start` is
    the offset of its first letter in the sentence.
    """
    plain = pl.col("fold").str.to_lowercase().str.replace_many(_SEPARATORS, [" "] * len(_SEPARATORS))
    text = pl.col("text").str
    # Eager on purpose: a lazy plan built the automaton again for every sentence (15 ms each).
    return (
        sents.select("sid", "a", pl.concat_str(pl.lit(" "), plain, pl.lit(" ")).alias("text"))
        .with_columns(
            text.extract_many(_patterns(), leftmost=True).alias("found"),
            text.find_many(_patterns(), leftmost=True).alias("start"),
        )
        .filter(pl.col("found").list.len() > 0)
        .explode("found", "start", empty_as_null=True)
        .filter(_ends_word())
        .join(_forms(), on="found")
        .select("sid", "a", "topic", "weight", pl.col("start").cast(pl.Int32), "term")
        .sort("sid", "start", "topic")
    )


def _scores(hits: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """One row per article and topic: a, topic, score: weights, more in the lead, less for each repeat, by the topic's salience."""
    in_lead = pl.col("sentence_index") < LEAD_SENTENCES
    repeat = pl.int_range(pl.len()).over("a", "topic", "term")
    return (
        hits.join(sents.select("sid", "sentence_index"), on="sid")
        .sort("a", "sid", "start", "topic")
        .with_columns(
            pl.col("weight") * pl.when(in_lead).then(LEAD).otherwise(1.0) * pl.lit(REPEAT).pow(repeat)
        )
        .group_by("a", "topic", maintain_order=True)
        .agg(pl.col("weight").sum().alias("score"))
        .join(lexicon.topic_names().select("topic", "salience"), on="topic", maintain_order="left")
        .select("a", "topic", (pl.col("score") * pl.col("salience")).round(3).alias("score"))
    )


def article_topics(hits: pl.DataFrame, sents: pl.DataFrame, international: pl.DataFrame) -> pl.DataFrame:
    """One row per article and topic, at most five: a, topic, rank (1 = most salient), score.

    For articles in `international` (a), and only for topics above the floor and near enough to the best one.
    """
    least = pl.max_horizontal(pl.lit(FLOOR), SHARE_OF_TOP * pl.col("score").max().over("a"))
    return (
        _scores(hits, sents)
        .join(international.select("a").unique(), on="a", how="semi")
        .filter(pl.col("score") >= least)
        .sort("a", "score", "topic", descending=[False, True, False])
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("a").alias("rank"))
        .filter(pl.col("rank") <= MAX_TOPICS)
        .select("a", "topic", "rank", "score")
    )


def sentence_topics(hits: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence with a hit: sid, topics, weightiest first."""
    return (
        hits.group_by("sid", "topic")
        .agg(pl.col("weight").sum())
        .sort("sid", "weight", "topic", descending=[False, True, False])
        .group_by("sid", maintain_order=True)
        .agg(pl.col("topic").alias("topics"))
    )
