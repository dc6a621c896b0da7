"""Tense, modality and negation: whether a bound clause occurred, is planned, was denied or is hypothetical.

Belongs here: cue phrases (`status_cues.csv`) and their reach.
Does not belong here: dates, though a date after publication makes a plan (`meetings` applies it).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import rows_at

# what governs a clause with a subject of its own: "proposed that the envoys sit down"
_OVER_SUBJECT = [
    *("if", "whether", "unless", "should", "denied", "denies", "proposed", "proposes", "proposed that", "suggested"),
    *("suggested that", "urged", "demanded", "demands"),
]
_TO_COME = ["will", "will be", "is to", "are to", "is due to", "are due to", "plans to", "shall"]
_PRECEDING = ["ahead of", "in advance of", "in preparation for", "on the eve of", "in the run-up to"]
_OPENING = 30  # characters from the start of a sentence to a noun that opens it
_REACH_EVE = 45  # ... from "ahead of" to what is to come
_REACH_VERB = 34  # characters from a cue to the verb it governs
_REACH_INFINITIVE = 80  # ... to an infinitive: "is to travel to Lomé at the end of the month to meet"
_REACH_NOUN = 60  # ... to the noun
_REACH_THAT = 14  # ... from "denied" to the subject of what is denied
_REACH_ADJUNCT = 160  # ... from "will" to a noun in the same clause
_REACH_MODAL = 25  # ... from a noun to the modal verb behind it: "talks with Accra may resume"
_REACH_FATE = 110  # ... of a noun: "talks that Oslo had planned for May were cancelled"
_REACH_AFTER = 60  # ... from the trigger to a cue behind it


def find_cues(sents: pl.DataFrame, cues: pl.DataFrame) -> pl.DataFrame:
    """One row per cue in a sentence: sid, c_start, c_end (in the sentence), status, side."""
    # Case counts: "may" is a cue, "May" a month. Others may open a sentence.
    forms = {
        f for form in cues["form"] for f in (form, form if form == "may" else form[:1].upper() + form[1:])
    }
    patterns = pl.lit(pl.Series(sorted(forms, key=lambda f: (-len(f), f)))).implode()
    options = {"leftmost": True}
    found = (
        sents.select(
            "sid",
            "fold",
            pl.col("fold").str.find_many(patterns, **options).alias("c_start"),
            pl.col("fold").str.extract_many(patterns, **options).alias("form"),
        )
        .filter(pl.col("c_start").list.len() > 0)
        .explode("c_start", "form", empty_as_null=True)
        .with_columns(pl.col("c_start").cast(pl.Int32), pl.col("form").str.to_lowercase())
        .with_columns((pl.col("c_start") + pl.col("form").str.len_bytes().cast(pl.Int32)).alias("c_end"))
    )
    before = pl.col("fold").str.slice(pl.col("c_start") - 1, 1)
    after = pl.col("fold").str.slice("c_end", 1)
    starts = (pl.col("c_start") == 0) | ~before.str.contains("[A-Za-z]") | pl.col("form").str.contains("^n?'")
    return (
        found.filter(starts & ~after.str.contains("[A-Za-z]"))
        .join(cues, on="form")
        .select("sid", "fold", "c_start", "c_end", "form", "status", "side", "is_refusal")
    )


def _ahead(tense: pl.Expr) -> pl.Expr:
    """A present tense after "before", "when" or "until" speaks of what is to come."""
    near = [_at("lower", n).is_in(["before", "when", "until"]) for n in (1, 2, 3)]
    return (tense == "s") & (near[0] | near[1] | near[2])


@in_one_plan
def _at_trigger(elements: pl.LazyFrame) -> pl.LazyFrame:
    return elements.select(
        pl.col("start").alias("h_start"),
        pl.col("end").alias("h_end"),
        (_at("lower", 1) == "to").alias("is_infinitive"),
        _ahead(pl.col("tense")).alias("is_ahead"),
    )


def statuses(bound: pl.DataFrame, elements: pl.DataFrame, cues: pl.DataFrame) -> pl.DataFrame:
    """The bound clauses with `status` and `is_refusal`. Denied beats hypothetical beats planned; a double denial leaves a hypothesis."""
    row = {c: rows_at(elements["i"], bound[c]) for c in ("i", "s_hi", "n_i", "s_lo")}
    placed = pl.concat([bound, _at_trigger(elements, row["i"])], how="horizontal").with_columns(
        elements["end"].gather(row["s_hi"]).alias("s_end"), elements["start"].gather(row["n_i"]).alias("noun_start"),
        elements["start"].gather(row["s_lo"]).alias("s_start"),
    )
    if "status" in placed.columns:
        placed = placed.rename({"status": "frame_status"})
    reach = (
        pl.when(pl.col("pos") == "noun")
        .then(_REACH_NOUN)
        .when(pl.col("is_infinitive"))
        .then(_REACH_INFINITIVE)
        .otherwise(_REACH_VERB)
    )
    comma = (
        pl.col("fold")
        .str.slice("c_end", pl.max_horizontal(pl.col("h_start") - pl.col("c_end"), 0))
        .str.contains(",", literal=True)
    )
    is_before = (
        pl.col("side").is_in(["before", "any", "noun"])
        & ~pl.col("form").is_in(_PRECEDING)
        & ~comma
        & (pl.col("c_end") <= pl.col("h_start"))
        & (pl.col("h_start") - pl.col("c_end") <= reach)
        # what stands before the subject governs another verb, unless the trigger is a noun
        & (
            (pl.col("pos") == "noun")
            | pl.col("s_end").is_null()
            | (pl.col("s_end") > pl.col("h_start"))
            | (pl.col("c_start") >= pl.col("s_end"))
            | pl.col("form").is_in(_OVER_SUBJECT)
        )
    )
    # "for a visit to China and will meet Xi": the modal has another verb's subject
    another = (
        pl.col("fold")
        .str.slice("h_end", pl.max_horizontal(pl.col("c_start") - pl.col("h_end"), 0))
        .str.contains(r"\b(?:and|but)\b|,")
    )
    is_after = (
        (
            pl.col("side").is_in(["after", "any"])
            & ((pl.col("pos") == "noun") | ~pl.col("form").str.contains("^(?:is|are) "))
            | (pl.col("side") == "noun")
            & (pl.col("pos") == "noun")
            & (pl.col("c_start") - pl.col("h_end") <= _REACH_MODAL)
            & ~another
        )
        & (pl.col("c_start") >= pl.col("h_end"))
        & (
            pl.col("c_start") - pl.col("h_end")
            <= pl.when((pl.col("pos") == "noun") & (pl.col("status") == "denied"))
            .then(_REACH_FATE)
            .otherwise(_REACH_AFTER)
        )
    )
    # "will host the king on Friday for talks": what is told with it is to come as well
    between = pl.col("fold").str.slice("c_end", pl.max_horizontal(pl.col("h_start") - pl.col("c_end"), 0))
    goes_on = (
        (pl.col("pos") == "noun")
        & pl.col("form").is_in(_TO_COME)
        & (pl.col("c_end") <= pl.col("h_start"))
        & (pl.col("h_start") - pl.col("c_end") <= _REACH_ADJUNCT)
        & ~between.str.contains(
            r"\b(?:[a-z]+ed|was|were|had|has|have|said|held|met|took|began|came|told|went|spoke|gave|made|led|brought"
            r"|after|since|following|in response|last|but)\b|[;:.]"
        )
    ).fill_null(False)
    # "During her meetings in Oslo, the minister will press ...": told first, and as much to come
    until = pl.col("fold").str.slice("h_end", pl.max_horizontal(pl.col("c_start") - pl.col("h_end"), 0))
    opens = (
        (pl.col("pos") == "noun")
        & pl.col("form").is_in(_TO_COME)
        & (pl.col("h_start") <= _OPENING)
        & (pl.col("c_start") - pl.col("h_end")).is_between(1, _REACH_ADJUNCT)
        & pl.col("fold").str.contains(r"^(?:During|At|In|Over|Following|After|Before|Ahead of|On the (?:sidelines|margins) of) ")
        & ~until.str.contains(r"\b(?:[a-z]+ed|was|were|had|has|said|held|met|last|yesterday|today)\b|[;:.]")
    ).fill_null(False)
    # "coordinated ahead of his talks with Oslo on Wednesday"
    precedes = (
        (pl.col("pos") == "noun")
        & pl.col("form").is_in(_PRECEDING)
        & (pl.col("h_start") - pl.col("c_end")).is_between(0, _REACH_EVE)
        & ~between.str.contains(r"\b(?:after|following|since|and|when|who|that|during|met|held)\b|,")
    ).fill_null(False)
    # "denied that Putin and Trump had spoken": however long the subject is
    governs = (
        pl.col("form").is_in(_OVER_SUBJECT)
        & (pl.col("pos") != "noun")
        & (pl.col("s_start") - pl.col("c_end")).is_between(0, _REACH_THAT)
        & (pl.col("s_end") <= pl.col("h_start"))
        & (pl.col("h_start") - pl.col("s_end") <= _REACH_VERB)
    ).fill_null(False)
    # "announced no agreement"
    is_inside = (
        pl.col("form").is_in(["no", "not", "never", "neither"])
        & (pl.col("c_start") >= pl.col("h_end"))
        & (pl.col("c_end") <= pl.col("noun_start"))
    ).fill_null(False)
    hits = (
        placed.select("t", "sid", "pos", "is_infinitive", "h_start", "h_end", "s_end", "s_start", "noun_start")
        .join(cues, on="sid")
        .filter(is_before | is_after | is_inside | goes_on | governs | opens | precedes)
        .group_by("t")
        .agg(
            (pl.col("status") == "denied").sum().alias("n_denied"),
            (pl.col("status") == "hypothetical").sum().alias("n_hypothetical"),
            (pl.col("status") == "planned").sum().alias("n_planned"),
            pl.col("is_refusal").any(),
        )
    )
    out = placed.join(hits, on="t", how="left", maintain_order="left").with_columns(
        pl.col("n_denied", "n_hypothetical", "n_planned").fill_null(0), pl.col("is_refusal").fill_null(False)
    )
    found = (
        pl.when(pl.col("n_denied") >= 2)
        .then(pl.lit("hypothetical"))
        .when(pl.col("n_denied") == 1)
        .then(pl.lit("denied"))
        .when(pl.col("n_hypothetical") > 0)
        .then(pl.lit("hypothetical"))
        .when((pl.col("n_planned") > 0) | pl.col("is_ahead") & (pl.col("pos") == "verb"))
        .then(pl.lit("planned"))
        .otherwise(pl.lit("occurred"))
    )
    out = out.with_columns(
        pl.when((found == "occurred") & (pl.col("frame_status").fill_null("") != ""))
        .then("frame_status")
        .otherwise(found)
        .alias("status")
    ).drop("n_denied", "n_hypothetical", "n_planned", "frame_status", "noun_start", "s_start")
    return _as_the_talks(out)


def _as_the_talks(bound: pl.DataFrame) -> pl.DataFrame:
    """The clauses; "will hold talks with Lee and speak at a lunch": the lunch, with whom the talks are, stands as they do."""
    encounter = (pl.col("event_type") == "CONSULT") & (pl.col("pos") == "noun") & pl.col("t_g").is_not_null()
    is_behind = (pl.col("t_hi") < pl.col("i")).fill_null(False)
    told = (
        bound.filter(encounter & ~is_behind & (pl.col("status") != "occurred"))
        .select("sid", "t_g", pl.col("status").alias("told"))
        .unique(["sid", "t_g"], keep="first", maintain_order=True)
    )
    held = encounter & is_behind & (pl.col("status") == "occurred") & pl.col("told").is_not_null()
    return (
        bound.join(told, on=["sid", "t_g"], how="left", maintain_order="left")
        .with_columns(pl.when(held).then("told").otherwise("status").alias("status"))
        .drop("told")
    )
