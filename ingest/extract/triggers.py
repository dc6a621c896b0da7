"""Triggers: which verb, noun or pair of both states an event, one row for each frame that it fits.

Belongs here: matching marked words with `frames.csv`.
Does not belong here: who acts and upon whom (`sides`).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import rows_where
from ingest.lexicon import words

_MAX_NOUN = 9  # elements between a verb and the noun that completes its frame
# "a power company", "the gas pipeline": what is sold is another thing
_COMPOUND = [
    *("company", "pipeline", "plant", "station", "giant", "firm", "producer", "exporter", "refinery", "field", "fields", "line"),
    *("industry", "sector", "minister", "price", "prices", "market", "markets", "deal", "contract", "project", "grid", "monopoly"),
    *("bomb", "bomber", "dealer", "worker", "workers", "convoy", "convoys", "sanctions", "embargo", "crisis", "talks"),
]
_OWN = ["its", "their", "his", "her", "our"]
TO_BLAME = ["responsible", "behind", "guilty", "accountable", "to blame", "at fault"]  # "was responsible": what is said of the culprit
UNDERGO = "undergo"  # verbs whose subject has a deed done to it: "received aid from"
MUST = ["must", "should", "has to", "have to", "needs to", "need to", "ought to"]  # what is demanded of whom


@in_one_plan
def _before_word(elements: pl.LazyFrame) -> pl.LazyFrame:
    """The triggers with the word that follows, and whether that is what they only describe."""
    modified = _at("np", -1).is_in(["office", "body"]) & (_at("prep", -1) == "") & (_at("det", -1) == "")
    return elements.with_columns(
        _at("lower", -1).alias("next"),
        modified.alias("is_modifier"),
        _at("lower", -1).is_in(_COMPOUND).alias("is_compound"),
    )


def triggers(
    elements: pl.DataFrame, verbs: pl.DataFrame, nouns: pl.DataFrame, frames: pl.DataFrame
) -> pl.DataFrame:
    """One row per trigger and frame: t, i (head), anchor (the element after which the target is sought), rule, pos."""
    keep = [
        "i",
        "sid",
        "a",
        "lower",
        "tense",
        "is_passive",
        "is_reduced",
        "n_breaks",
        "n_finite",
        "n_quotes",
        "n_preps",
        "n_owned",
    ]
    verb = (
        _before_word(elements, rows_where(elements, pl.col("pos") == "verb"))
        .select(*keep, "next")
        .with_columns(pl.col("lower", "tense", "next").cast(pl.String))
        .join(verbs.select(pl.col("form").alias("lower"), "verb_class", "lemma"), on="lower")
    )
    calls = verb.filter((pl.col("lemma") == "call") & pl.col("next").is_in(["on", "upon"])).with_columns(
        pl.lit("callon").alias("verb_class")
    )
    verb = pl.concat([verb, calls])
    noun = (
        _before_word(elements, rows_where(elements, pl.col("pos") == "noun"))
        .select(*keep, "is_modifier", "is_compound", pl.col("det").cast(pl.String))
        .with_columns(pl.col("lower", "tense").cast(pl.String))
        .join(nouns.select(pl.col("form").alias("lower"), "noun_class", "format"), on="lower")
    )
    demanding = elements.filter(pl.col("lower").is_in([*MUST, *TO_BLAME]) | pl.col("is_harm")).select("sid").unique()
    demands = verb.filter(pl.col("verb_class") == "say").join(demanding, on="sid", how="semi")
    alone = pl.concat([verb.filter(pl.col("verb_class") != "say"), demands]).join(
        frames.filter((pl.col("noun_class") == "") & (pl.col("verb_class") != "")), on="verb_class"
    ).with_columns(
        pl.col("i").alias("anchor"),
        pl.lit("verb").alias("pos"),
        pl.lit("").alias("format"),
        pl.col("lower").alias("trigger"),
        # "worked with Ghana": the preposition is part of the verb
        (pl.col("direct") | pl.col("preps").list.contains(pl.col("lower").str.extract(r" (\w+)$"))).fill_null(pl.col("direct")).alias("direct"),
    )
    nominal = (
        noun.drop("is_modifier", "is_compound", "det")
        .join(frames.filter(pl.col("verb_class") == ""), on="noun_class")
        .with_columns(
            pl.col("i").alias("anchor"),
            pl.lit("noun").alias("pos"),
            pl.col("lower").alias("trigger"),
            pl.lit("").alias("lemma"),
        )
    )
    # "handed Soviet arms negotiators a draft": no arms were handed
    objects = noun.filter(~pl.col("is_modifier") & ~pl.col("is_compound")).select(
        "sid",
        pl.col("i").alias("n_i"),
        "noun_class",
        pl.col("lower").alias("n_word"),
        pl.col("n_breaks").alias("n_b"),
        pl.col("n_finite").alias("n_f"),
        pl.col("n_preps").alias("n_p"),
        pl.col("det").alias("n_det"),
    )
    both = (
        verb.join(objects, on="sid")
        .join(frames.filter(pl.col("noun_class") != ""), on=["verb_class", "noun_class"])
        # "summoned the ambassador of Peru", but "summoned its ambassador home"
        .filter((pl.col("verb_class") != "callhome") | pl.col("n_det").is_in(_OWN))
        .with_columns((pl.col("n_i") - pl.col("i").cast(pl.Int64)).alias("reach"))
        .filter(
            (pl.col("n_b") == pl.col("n_breaks"))
            & (
                pl.col("reach").is_between(1, _MAX_NOUN)
                & (pl.col("n_f") <= pl.col("n_finite"))
                & (
                    (pl.col("n_p") == pl.col("n_preps"))
                    | pl.col("next").is_in(["to", "off", "up", "out", "from"])
                    & (pl.col("n_p") == pl.col("n_preps") + 1)
                )
                & ~pl.col("is_passive")
                # "an attack on posts held by ...": without "be" the participle belongs to the noun before it
                | pl.col("reach").is_between(pl.when("is_reduced").then(-2).otherwise(-_MAX_NOUN), -1)
                & pl.col("is_passive")
            )
        )
        .sort("i", "rule_id", pl.col("reach").abs(), "n_i")
        .unique(["i", "rule_id"], keep="first", maintain_order=True)
        .with_columns(
            pl.when(pl.col("is_passive")).then("i").otherwise(pl.col("n_i")).alias("anchor"),
            pl.lit("pair").alias("pos"),
            pl.concat_str("lower", pl.lit(" "), "n_word").alias("trigger"),
            pl.lit("").alias("format"),
        )
    )
    columns = [
        "i",
        "sid",
        "a",
        "tense",
        "is_passive",
        "is_reduced",
        "n_breaks",
        "n_finite",
        "n_quotes",
        "n_owned",
        "n_preps",
        "lemma",
        "anchor",
        "pos",
        "format",
        "trigger",
        "n_i",
        *frames.columns,
    ]
    # "Ghana received aid from Germany": who receives it undergoes it, and "from" names who acts
    both = both.with_columns((pl.col("is_passive") | (pl.col("verb_class") == UNDERGO)).alias("is_passive"))
    blank = pl.lit(None, pl.UInt32).alias("n_i")
    return pl.concat(
        [
            both.select(columns),
            alone.with_columns(blank).select(columns),
            nominal.with_columns(blank).select(columns),
        ]
    ).with_row_index("t")


@cache
def encounter_nouns() -> pl.Series:
    """The forms of nouns that state an encounter without a verb: "talks", "summit"."""
    classes = words.frames().filter((pl.col("verb_class") == "") & (pl.col("event_type") == "CONSULT"))
    return words.nouns().join(classes, on="noun_class", how="semi")["form"].unique(maintain_order=True)
