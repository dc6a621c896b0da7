"""What stands around a trigger or a group: the words before and behind that decide how it is read.

Belongs here: flags read from neighbouring words ("then_to", "led_by", "is_kin").
Does not belong here: what follows from them (`sides`, `events`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.triggers import MUST, TO_BLAME

_OF_WHAT = ["of", "for", "on", "about", "to", "from", "in", "by", "including", "towards", "toward", "over", "discussed", "discuss"]
_OR_ELSE = ["else", "face", "risk", "suffer", "be", "see", "lose", "bear"]
SAYING = [
    "said",
    "says",
    "say",
    "told",
    "added",
    "noted",
    "announced",
    "reported",
    "believes",
    "stated",
    "confirmed",
    "stressed",
    "insisted",
    "claimed",
    "wrote",
    "posted",
    "agreed",
]
# What is done to whom by threatening, refusing or agreeing to do it.
_CONTROLS = {
    "THREATEN": ["threatened", "threatens", "threatening", "threaten"],
    "REJECT": ["refused", "refuses", "refusing", "refuse", "declined", "declines", "declining", "refusal"],
    "AGREE": ["agreed", "agrees"],
}
_ASPECT = "^(?:beg[iau]n|start|continu|resum|kept|keep|stop|finish|end|ceas|risk|avoid)"
_CAPTIVITY = ["captivity", "prison", "jail", "detention", "custody", "house arrest", "imprisonment"]
_TIMES = [
    *("days", "weeks", "months", "years", "hours"),
    *("week", "month", "year", "weekend", "morning", "afternoon", "evening", "night", "spring", "summer", "autumn", "fall", "winter"),
    *("day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april"),
    *("may", "june", "july", "august", "september", "october", "november", "december"),
]
_LEAVE = ["leave", "quit", "depart", "go"]
_BARE_LEADS = [
    *("to", "did", "do", "does", "didn't", "don't", "doesn't", "not", "let", "help", "helped", "make", "made", "see", "that", "and"),
    *("'ll", "won't", "can't", "couldn't", "wouldn't", "needs to", "need to", "has to", "have to", "ought to", "in order to"),
]
_KIN = [
    *("member", "members", "ally", "allies", "neighbour", "neighbours", "neighbor", "neighbors", "rival", "rivals", "enemy"),
    *("enemies", "partner", "partners", "critic", "critics", "creditors", "foe", "foes", "friends", "backers", "arch-rival"),
]
_FIRMS = [
    *("airline", "airlines", "company", "companies", "firm", "firms", "carmaker", "automaker", "maker", "makers", "bank", "banks"),
    *("billionaire", "tycoon", "startup", "start-up", "retailer", "supermarket", "club", "team", "side", "striker", "player"),
    *("singer", "actor", "actress", "director", "film", "novelist", "writer", "restaurant", "hotel", "brand", "investor"),
    *("investors", "fund", "manufacturer", "manufacturers", "operator", "telecoms", "shipbuilder", "brewer", "chain", "giant"),
    *("man", "woman", "men", "women", "tourist", "tourists", "teenager", "driver", "dog", "cat", "fan", "fans", "couple", "family"),
    *("designer", "boxer", "runner", "athlete", "champion", "coach", "musician", "artist", "author", "scientist", "entrepreneur"),
]


@in_one_plan
def controls(elements: pl.LazyFrame) -> pl.LazyFrame:
    """One row per infinitive that another act governs: i, control ("refused to sell", "threatened to strike")."""
    by = [
        pl.when(_at("lower", n).is_in(forms)).then(pl.lit(name))
        for name, forms in _CONTROLS.items()
        for n in (2,)
    ]
    return (
        elements.with_columns(
            pl.coalesce(by).alias("control"), (_at("lower", 1) == "to").alias("is_infinitive")
        )
        .filter(pl.col("is_infinitive") & pl.col("control").is_not_null())
        .select("i", "control")
    )


@in_one_plan
def behind(elements: pl.LazyFrame) -> pl.LazyFrame:
    """What follows the last element of a group."""
    relative = (_at("word_class", -1) == "rel") | (_at("lower", -1) == ",") & (_at("word_class", -2) == "rel")
    plain_next = (
        _at("word", -1).cast(pl.String).str.contains("^[a-z-]+$")
        & (_at("np", -1) == "")
        & (_at("word_class", -1) == "")
    )
    return elements.select(
        relative.alias("has_relative"),
        ((_at("lower", -1) == ",") & (_at("lower", -2) == "which")).alias("then_which"),
        pl.when(_at("lower", -2).is_in(["whom", "which"]))
        .then(_at("lower", -1))
        .when((_at("lower", -1) == ",") & _at("lower", -3).is_in(["whom", "which"]))
        .then(_at("lower", -2))
        .alias("whom_prep"),
        (
            (_at("lower", -1) == "who") & (_at("np", -1) == "")
            | (_at("lower", -1) == ",") & (_at("lower", -2) == "who") & (_at("np", -2) == "")
        ).alias("then_who"),
        (
            (_at("lower", -1) == "to")
            & (
                _at("is_verb", -2, False)
                # "to clear", "to repay": any other plain word but a noun's beginning
                | _at("word", -2).cast(pl.String).str.contains("^[a-z]{3,}$") & (_at("word_class", -2) == "") & (_at("np", -2) == "")
            )
        ).alias("then_to"),
        _at("lower", -1).is_in(["a", "an"]).alias("then_article"),
        pl.col("n_solid").alias("hi_solid"),
        pl.col("n_preps").alias("hi_preps"),
        ((_at("pos", -1) == "verb") | _at("word_class", -1).is_in(["be", "aux", "modal", "fut", "adverb"]))
        .fill_null(False)
        .alias("then_verb"),
        _at("lower", -1).is_in(MUST).alias("then_must"),
        # "Manila said Beijing had violated the accord": what is held against whom
        (_at("is_harm", -1, False) | _at("is_harm", -2, False) & _at("word_class", -1).is_in(["aux", "adverb", "be"])
            | (_at("word_class", -1) == "be") & _at("lower", -2).is_in(TO_BLAME)).alias("then_harm"),
        ((_at("lower", -1) == "not") & (_at("lower", -2) == "to")).alias("then_not_to"),
        (
            (_at("lower", -1) == "to") & _at("lower", -2).is_in(_LEAVE)
            | (_at("lower", -1) == ",") & (_at("lower", -2) == "to") & _at("lower", -3).is_in(_LEAVE)
        ).alias("then_leave"),
        (_at("lower", -1).is_in(_KIN) | _at("lower", -2).is_in(_KIN) & plain_next).alias("is_kin"),
        # "a Dutch airline", "Brazilian aircraft maker Embraer": no state
        (_at("lower", -1).is_in(_FIRMS) | _at("lower", -2).is_in(_FIRMS) & plain_next).alias("is_firm"),
        # "welcomed the OPCW visit"
        (_at("pos", -1) == "noun").alias("then_noun"),
        # ", Trump said": whose words these are, not whom they are about
        _at("lower", -1).is_in(SAYING).alias("then_said"),
    )


@in_one_plan
def before(elements: pl.LazyFrame) -> pl.LazyFrame:
    """What leads to the first element of a group, and where in the sentence it stands."""

    def doing(offset: int) -> pl.Expr:
        return (_at("pos", offset) == "verb") & ~_at("lower", offset).is_in(SAYING)

    place = ["in", "at", "to", "from", "near", "outside", "into", "of"]
    tail = (
        pl.col("np").is_in(["state", "town"])
        & (_at("lower", 1) == ",")
        & _at("np", 2).is_in(["state", "town", "other"])
        & _at("prep", 2).is_in(place)
    )
    return elements.select(
        (
            doing(1)
            | doing(2) & (_at("word_class", 1) == "det") & (_at("lower", 1) != "that")
            | tail
        ).alias("is_object"),
        (
            _at("lower", 1).is_in(["and", "but", "while", "yet"])
            | _at("lower", 2).is_in(["and", "but", "while"]) & (_at("word_class", 1) == "det")
        ).alias("after_and"),
        # "in Siem Reap, Cambodia"
        tail.fill_null(False).alias("is_tail"),
        pl.col("n_breaks").alias("g_breaks"),
        pl.col("n_finite").alias("g_finite"),
        pl.col("n_owned").alias("g_owned"),
        pl.col("n_ing").alias("g_ing"),
        pl.col("n_rel").alias("g_rel"),
        pl.col("n_militia").alias("g_militia"),
        (pl.col("n_for") - (_at("lower", 1) == "for").cast(pl.Int32).fill_null(0)).alias("g_for"),
        ((_at("lower", 1) == ",") | (_at("lower", 2) == ",") & (_at("word_class", 1) == "det")).alias(
            "after_comma"
        ),
    )


@in_one_plan
def last_modes(elements: pl.LazyFrame) -> pl.LazyFrame:
    """i and `last_mode`: how the verb told last in the sentence stands: after "to", as a gerund after "of", or finite ("").

    "to impose costs and provide aid", "discussed deepening ties and expanding trade": the second goes with the first.
    """
    own_lead = _own_lead()
    is_verb = pl.col("pos") == "verb"
    unknown = (
        pl.col("word_class").is_null()
        & pl.col("np").is_null()
        & pl.col("is_small")
        & (pl.col("word").cat.len_bytes() >= 3)
        & ~is_verb.fill_null(False)
    )
    aims = (is_verb & (pl.col("tense") == "base") | unknown) & ((own_lead == "to") | own_lead.cat.ends_with(" to"))
    deeds = is_verb & pl.col("tense").is_in(["past", "s"]) | pl.col("word_class").is_in(["be", "modal", "fut"])
    ing = is_verb & (pl.col("tense") == "ing") | unknown & pl.col("lower").cat.ends_with("ing")
    aspect = _at("lower", 1).cast(pl.String).str.contains(_ASPECT)
    gerunds = ing & ((_at("pos", 1) == "verb") & ~aspect | own_lead.is_in(_OF_WHAT))
    mode = pl.when(aims).then(pl.lit("to")).when(gerunds).then(pl.lit("of")).when(deeds).then(pl.lit(""))
    told = elements.with_columns(mode.alias("mode")).with_columns(
        pl.when(pl.col("mode").is_not_null()).then("sid").forward_fill().shift(1).alias("of_sid"),
        pl.col("mode").forward_fill().shift(1),
    )
    return told.select("i", pl.when(pl.col("of_sid") == pl.col("sid")).then("mode").alias("last_mode"))


def _own_lead() -> pl.Expr:
    """The word before, an adverb skipped."""
    adverb1 = (_at("word_class", 1) == "adverb") | _at("lower", 1).cast(pl.String).str.contains("^[a-z]{3,}ly$")
    return pl.when(adverb1).then(_at("lower", 2)).otherwise(_at("lower", 1))


@in_one_plan
def threats(elements: pl.LazyFrame) -> pl.LazyFrame:
    """One row per "or" before what comes otherwise ("or face sanctions"): sid, i."""
    return elements.filter(_at("lower", -1).is_in(_OR_ELSE)).select("sid", "i")


@in_one_plan
def wired(elements: pl.LazyFrame) -> pl.LazyFrame:
    """Where something was "told his counterpart over the telephone"."""
    bare = pl.col("lower").is_in(["phone", "telephone"])
    return elements.filter(~bare | _at("lower", 1).is_in(["by", "the"])).select("sid")


@in_one_plan
def around(elements: pl.LazyFrame) -> pl.LazyFrame:
    """What stands beside a trigger."""
    own_lead = _own_lead()
    joined = own_lead.is_in(["and", "or", ",", "but", "as well as"]).fill_null(False)
    going_on = joined & (
        (pl.col("last_mode") == "to") & (pl.col("tense") == "base")
        | (pl.col("last_mode") == "of") & (pl.col("tense") == "ing")
    )
    # "discussed deepening", but "began withdrawing"
    aspect = _at("lower", 1).cast(pl.String).str.contains(_ASPECT)
    after_verb = ((_at("pos", 1) == "verb") & ~_at("word_class", 1).is_in(["be", "aux"]) & ~aspect).fill_null(False)
    return elements.select(
        pl.when(going_on.fill_null(False))
        .then("last_mode")
        .when(after_verb & (pl.col("tense") == "ing"))
        .then(pl.lit("of"))
        .when(own_lead.cat.ends_with(" to"))
        .then(pl.lit("to"))
        .otherwise(own_lead.cast(pl.String))
        .alias("led_by"),
        _at("np", 2).is_in(["person", "office", "body", "state", "pronoun"]).fill_null(False).alias("led_np"),
        # "began to withdraw": done, not aimed at
        ((_at("lower", 1) == "to") & _at("lower", 2).cast(pl.String).str.contains(r"^(?:beg[au]n|start|continu|proceed|manag|resum|went on)"))
        .fill_null(False)
        .alias("led_aspect"),
        pl.any_horizontal(
            *(
                _at("word_class", n).is_in(["modal", "fut"]) | _at("lower", n).is_in(_BARE_LEADS)
                for n in (1, 2, 3, 4)
            )
        ).alias("has_modal"),
        _at("lower", -1).cast(pl.String).alias("then_word"),
        ((_at("lower", -1) == "from") & _at("lower", -2).is_in(_CAPTIVITY)).fill_null(False).alias("from_captivity"),
        _at("lower", -1)
        .is_in(["itself", "themselves", "himself", "herself", "its", "their"])
        .alias("then_self"),
        # "to meet their needs": something, not someone
        (
            # ... but "to meet next week"
            (_at("word_class", -1) == "det") & ~_at("lower", -2).is_in(_TIMES)
            | (_at("np", -1) == "")
            & _at("lower", -1).cast(pl.String).str.contains("^[a-z]{3,}s$")
            & (_at("word_class", -1) == "")
        )
        .fill_null(False)
        .alias("then_object"),
    )
