"""Bound clauses: triggers with their sides and what stands around them.

Belongs here: putting together what `triggers`, `sides` and `surroundings` find; contests, which are no acts of states.
Does not belong here: tense and negation (`status`), dates, and what becomes of a bound clause (`meetings`, `events`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.neighbours import rows_at, rows_where
from ingest.extract.sides import adjacent_pairs, shared_targets, sources, targets
from ingest.extract.surroundings import around, before, behind, controls, last_modes, threats, wired

_NEVER = 2**32 - 1  # beyond any element number
_MAX_OR = 25  # elements from a demand to what comes otherwise
_SPORTY = 3  # words of sport that make an article one about sport
_POSTINGS = ["M01", "M03", "M06", "M10", "M11"]  # rules of sending troops
_OFFICIAL = ["person", "office", "body"]


def bind(elements: pl.DataFrame, grp: pl.DataFrame, trig: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with at least one bound side: the trigger's columns, s_* and t_* (null when not bound)."""
    low, high = rows_at(elements["i"], grp["lo"]), rows_at(elements["i"], grp["hi"])
    grp = pl.concat([grp, before(elements, low), behind(elements, high)], how="horizontal")
    # "NATO's newest member" is not NATO
    akin = pl.col("is_kin") & pl.col("is_possessive") & (pl.col("np") == "state")
    grp = grp.filter(~akin.fill_null(False))
    private = pl.col("is_firm") & (pl.col("np") == "state") & (pl.col("name_kind") == "demonym")
    grp = grp.with_columns(private.fill_null(False).alias("is_private"))
    counts = ["n_solid", "n_finite", "n_for", "n_ing", "n_rel", "n_militia"]
    anchored = elements.select(pl.col(counts).gather(rows_at(elements["i"], trig["anchor"])).name.replace("n_", "anchor_"))
    telling = elements.join(trig.select("sid").unique(), on="sid", how="semi", maintain_order="left")
    telling = telling.with_columns(last_modes(telling)["last_mode"])
    beside = around(telling, rows_at(telling["i"], trig["i"]))
    trig = pl.concat([trig, anchored, beside], how="horizontal")
    # "sent a platoon to Kuwait on a peacekeeping mission": help, no show of force
    keeping = elements.filter(pl.col("lower").cast(pl.String).str.contains("^peace-?keep"))["sid"].unique()
    helps = pl.col("rule_id").is_in(_POSTINGS) & pl.col("sid").is_in(keeping.implode())
    trig = trig.with_columns(pl.when(helps).then(pl.lit("AID")).otherwise("event_type").alias("event_type"))
    conditional = elements.filter(pl.col("lower").is_in(["if", "unless"]))["sid"].unique()
    trig = trig.with_columns(pl.col("sid").is_in(conditional.implode()).alias("is_conditional"))
    phoned = wired(elements, rows_where(elements, pl.col("lower").is_in(["phone", "telephone", "by phone", "by telephone"])))
    trig = trig.with_columns(pl.col("sid").is_in(phoned["sid"].unique().implode()).alias("is_by_phone"))
    # "demanded that Moscow accept a truce or face sanctions"
    otherwise = (
        threats(elements, rows_where(elements, pl.col("lower") == "or"))
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", pl.col("i").alias("or_i"))
    )
    trig = (
        trig.join(otherwise, on="sid", how="left", maintain_order="left")
        .with_columns((pl.col("or_i") - pl.col("i").cast(pl.Int64)).is_between(1, _MAX_OR).fill_null(False).alias("is_ultimatum"))
        .drop("or_i")
    )
    trig = trig.join(_openings(elements), on="sid", how="left", maintain_order="left").with_columns(
        ((pl.col("i") < pl.col("verb_i")) & (pl.col("i") < pl.col("prep_i").fill_null(_NEVER))).fill_null(False).alias("is_opening")
    ).drop("verb_i", "prep_i")
    src = sources(trig, grp)
    tgt = targets(trig, grp, src)
    tgt = pl.concat([tgt, shared_targets(trig, src, tgt)], how="diagonal")
    pair = adjacent_pairs(trig, grp)
    return (
        trig.join(src, on="t", how="left")
        .join(tgt, on="t", how="left")
        .join(pair, on="t", how="left")
        .join(
            controls(elements, rows_where(elements, pl.col("lower") == "to", shift=1)), on="i", how="left"
        )
        .filter(
            pl.col("s_g").is_not_null()
            | pl.col("t_g").is_not_null()
            | pl.col("p_codes").is_not_null()
            # "A second round is due in May": whose, the text before has told
            | (pl.col("pos") == "noun") & (pl.col("event_type") == "CONSULT")
        )
        .sort("t")
    )


def _openings(elements: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence with a verb in the past: sid, verb_i (its first finite verb), prep_i (its first preposition).

    "Greek strikes on the port killed nine": what stands before both is told by the verb whose subject it is.
    """
    finite = (pl.col("pos") == "verb") & pl.col("tense").is_in(["past", "s"]) | pl.col("word_class").is_in(["be", "aux", "modal", "fut"])
    firsts = elements.group_by("sid", maintain_order=True).agg(
        pl.col("i").filter(finite).first().alias("verb_i"),
        pl.col("tense").filter(finite).first(),
        pl.col("i").filter((pl.col("word_class") == "prep") | pl.col("word_class").is_in(["sub", "rel", "that"])).first().alias("prep_i"),
    )
    return firsts.filter(pl.col("tense") == "past").select("sid", "verb_i", "prep_i")


def without_sport(bound: pl.DataFrame, elements: pl.DataFrame) -> pl.DataFrame:
    """The clauses but for contests: "Senegal sank Egypt in extra time" is no act of states.

    In a sentence with a word of sport, or an article with several, only officials and bodies act.
    """
    words = elements.filter(pl.col("word_class") == "sport").select("a", "sid")
    many = words.group_by("a").agg(pl.len().alias("n")).filter(pl.col("n") >= _SPORTY)
    played = pl.col("sid").is_in(words["sid"].unique().implode()) | pl.col("a").is_in(many["a"].implode())
    official = pl.col("s_np").is_in(_OFFICIAL) | pl.col("t_np").is_in(_OFFICIAL)
    return bound.filter(~played | official.fill_null(False))
