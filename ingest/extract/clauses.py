"""Triggers and their sides: which verb or noun states an event, who acts and upon whom.

Belongs here: finding triggers, telling noun from verb, voice, binding of source and target groups, nominal frames.
Does not belong here: tense and negation (`status`), dates, and what becomes of a bound clause (`meetings`, `events`).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.extract.names import _at, in_one_plan
from ingest.extract.neighbours import _count, rows_at, rows_where
from ingest.extract.vocabulary import LEXICON
from ingest.lexicon import words

_MAX_TARGET = 14  # elements between a trigger and a target bound by a preposition
_MAX_DIRECT = 7  # ... and one bound without
_MAX_COMPLEMENT = 20  # ... and one somewhere in the infinitive that completes it
_MAX_FURTHER = 12  # ... and one deeper in the object
_MAX_OR = 25  # ... from a demand to what comes otherwise
_OF_WHAT = ["of", "for", "on", "about", "to", "from", "in", "by", "including", "towards", "toward", "over", "discussed", "discuss"]
_OR_ELSE = ["else", "face", "risk", "suffer", "be", "see", "lose", "bear"]
_MAX_SEEN = 4  # ... between "see" and whom
_MAX_RELATED = 8  # ... between "with whom" and the verb
_MAX_NOUN = 9  # ... between a verb and the noun that completes its frame
_SAYING = [
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
_LEAVE = ["leave", "quit", "depart", "go"]
_BARE_LEADS = [
    *("to", "did", "do", "does", "didn't", "don't", "doesn't", "not", "let", "help", "helped", "make", "made", "see", "that", "and"),
    *("'ll", "won't", "can't", "couldn't", "wouldn't", "needs to", "need to", "has to", "have to", "ought to", "in order to"),
]
_KIN = [
    *("member", "members", "ally", "allies", "neighbour", "neighbours", "neighbor", "neighbors", "rival", "rivals", "enemy"),
    *("enemies", "partner", "partners", "critic", "critics", "creditors", "foe", "foes", "friends", "backers", "arch-rival"),
]
_OF_STATES = ["AGREE", "COOPERATE", "CONSULT", "SUPPORT"]  # what a firm abroad is no party to
_SPORTY = 3  # words of sport that make an article one about sport
_OFFICIAL = ["person", "office", "body"]
_REDUCED = [
    *("imposed", "slapped", "levied", "signed", "brokered", "mediated", "sponsored", "drafted", "proposed", "adopted", "issued"),
    *("posed", "filed", "made", "given", "sent", "provided", "committed", "caused", "owned", "operated", "carried out", "used"),
    *("seized", "stationed", "deployed", "captured", "detained", "backed", "hosted", "supplied", "built", "funded", "financed"),
]
_BACK_WHERE = ["in", "to", "from", "home", "into", "on", "at", "up", "out", "off", "across", "over", "then"]
# "a power company", "the gas pipeline": what is sold is another thing
_COMPOUND = [
    *("company", "pipeline", "plant", "station", "giant", "firm", "producer", "exporter", "refinery", "field", "fields", "line"),
    *("industry", "sector", "minister", "price", "prices", "market", "markets", "deal", "contract", "project", "grid", "monopoly"),
    *("bomb", "bomber", "dealer", "worker", "workers", "convoy", "convoys", "sanctions", "embargo", "crisis", "talks"),
]
_HARM = ["violate", "violateverb", "attack", "kill", "seize", "hack", "blockade", "threaten", "boycott", "harm"]
_FUTURE = ["will", "would", "to", "also", "then", "later"]
_FIRMS = [
    *("airline", "airlines", "company", "companies", "firm", "firms", "carmaker", "automaker", "maker", "makers", "bank", "banks"),
    *("billionaire", "tycoon", "startup", "start-up", "retailer", "supermarket", "club", "team", "side", "striker", "player"),
    *("singer", "actor", "actress", "director", "film", "novelist", "writer", "restaurant", "hotel", "brand", "investor"),
    *("investors", "fund", "manufacturer", "manufacturers", "operator", "telecoms", "shipbuilder", "brewer", "chain", "giant"),
    *("man", "woman", "men", "women", "tourist", "tourists", "teenager", "driver", "dog", "cat", "fan", "fans", "couple", "family"),
    *("designer", "boxer", "runner", "athlete", "champion", "coach", "musician", "artist", "author", "scientist", "entrepreneur"),
]
# "Lisbon said Angola must free the crew": what is demanded of whom
_UNDERGO = "undergo"  # verbs whose subject has a deed done to it: "received aid from"
_MUST = ["must", "should", "has to", "have to", "needs to", "need to", "ought to"]
_SPOT = ["in", "at", "near", "from", "inside", "outside", "along", "around", "across", "into"]
_ON_THE_SPOT = ["ASSAULT", "AID", "COERCE", "RETREAT", "MOBILIZE"]
_NOT_FURTHER = ["S05", "T01", "M02", "M03", "N11", "O08", "O18", "P02", "P05", "Q02", "Q03", "Q07"]
_ADDRESSED = ["AID", "REQUEST", "SUPPORT", "ACCUSE", "THREATEN", "REJECT"]
_HARSH = ["ACCUSE", "THREATEN", "REJECT", "PROTEST", "SANCTION", "COERCE", "ASSAULT", "MOBILIZE"]
_BY_WIRE = [
    "phone",
    "telephone",
    "video",
    "videoconference",
    "video-conference",
    "teleconference",
    "video link",
    "telephone call",
]
_AROUND = [
    *("during", "after", "before", "since", "amid", "despite", "by", "in the face of", "in light of"),
    *("in the wake of", "in response to", "because of", "due to", "ahead of", "following"),
    *("at the request of", "on behalf of", "at the behest of"),
]
_BREAKS = [";", ":"]


def _n_breaks() -> pl.Expr:
    """A number for each stretch of a sentence that no clause crosses; what stands in parentheses is one of its own.

    "The International Criminal Court (ICC) dropped ...": the clause goes on behind the parenthesis.
    """
    opened, closed = _count(pl.col("lower") == "("), _count(pl.col("lower") == ")")
    inside = (opened > closed) | (pl.col("lower") == ")")
    return pl.col("lower").is_in(_BREAKS).cast(pl.Int32).cum_sum() * 16 + pl.when(inside).then(
        opened.clip(0, 15)
    ).otherwise(0)


def mark_harm(elements: pl.DataFrame, verbs: pl.DataFrame) -> pl.DataFrame:
    """The elements with `is_harm`: a verb in the past or in progress that says what nobody would own up to."""
    forms = verbs.filter(pl.col("verb_class").is_in(_HARM) & pl.col("tense").is_in(["past", "part", "ing"]))["form"]
    return elements.with_columns(
        ((pl.col("pos") == "verb") & pl.col("lower").is_in(forms.unique().implode())).fill_null(False).alias("is_harm")
    )


@in_one_plan
def mark_words(elements: pl.LazyFrame) -> pl.LazyFrame:
    """The elements with `pos` (verb, noun or null), `is_passive`, and counters of clause breaks and finite verbs."""
    det_before = (_at("word_class", 1) == "det") & ~(
        _at("lower", 1).is_in(["last", "first", "next"]) & (pl.col("tense") == "past")
    ) | _at("is_possessive", 1, False)
    plain = (
        pl.col("word_class").is_null()
        & ~pl.col("is_punct")
        & ~pl.col("is_verb").fill_null(False)
        & ~pl.col("is_capital")
        & pl.col("np").is_null()
        & ~pl.col("lower").cast(pl.String).str.contains("[a-z]ly$")
    )
    e = elements.with_columns(plain.fill_null(False).alias("plain"))
    # "the bloc condemned": a past after a noun is that noun's verb
    past_tense = pl.col("tense").is_in(["past", "part"])
    led = (
        det_before
        | _at("plain", 1, False) & _at("plain", 2, False) & (_at("word_class", 3) == "det") & ~past_tense
        | _at("plain", 1, False)
        & ~past_tense
        & (
            (_at("word_class", 2) == "det")
            | _at("is_possessive", 2, False)
            | (_at("word_class", 2) == "prep")
        )
        # "three strikes", but "on June 13 held talks"
        | _at("is_number", 1, False)
        & ~(pl.col("tense").is_in(["past", "s"]) & (_at("word_class", 2).is_in(["month", "day"])))
        # "an overnight attack"
        | (_at("word_class", 1) == "adverb") & (_at("word_class", 2) == "det")
    )
    prep_before = (_at("word_class", 1) == "prep") & (_at("lower", 1) != "to")
    demonym_before = (_at("np", 1) == "state") & (_at("name_kind", 1) == "demonym")
    hyphen_before = _at("lower", 1) == "-"
    both = pl.col("is_verb").fill_null(False) & pl.col("is_noun").fill_null(False)
    base = pl.col("tense").is_in(["base", "s"])
    after_verb = _at("is_verb", 1, False) & ~(_at("is_noun", 1, False)) & base
    word1 = _at("lower", 1)
    text1 = word1.cast(pl.String)
    adjectival = word1.is_in(
        ["military", "official", "security", "joint", "own", "non-lethal", "terror", "civilian", "militant", "enemy", "rebel"]
    )
    ing_noun = (pl.col("tense") == "ing") & (
        led | (_at("lower", -1).is_in(["between", "of"])) | hyphen_before
    )
    noun = (
        pl.when(~pl.col("is_verb").fill_null(False))
        .then("is_noun")
        .when(
            both
            & (
                led
                | prep_before & (pl.col("tense") != "ing")
                | demonym_before
                | hyphen_before
                | after_verb
                | ing_noun
            )
        )
        .then(True)
        .when(both & (pl.col("tense") == "ing") & _at("plain", 1, False))
        .then(True)
        .when(
            both
            & (_at("plain", 1, False) | (_at("word_class", 1) == "notname"))
            & base
            & ~_at("np", 2).is_in(["person"])
        )
        .then(True)
        # "his gratitude and support for ..."
        .when(both & base & (_at("lower", 1) == "and") & (_at("plain", 2, False) | _at("is_noun", 2, False)))
        .then(True)
        .when(both & base & adjectival)
        .then(True)
        .when(both & pl.col("is_first") & (pl.col("tense") == "s"))
        .then(True)
        .when(both & (pl.col("lower") == "talks") & (_at("lower", -1) != "to"))
        .then(True)
        .otherwise(False)
    ).fill_null(False)
    # "UN sanctions on the North", "the UN call for", "efforts to ban strikes against"
    named_noun = (
        both
        & pl.col("tense").is_in(["s", "base"])
        & (_at("np", 1) == "state")
        & _at("name_kind", 1).is_in(["abbreviation", "demonym"])
        & ((_at("word_class", -1) == "prep") | _at("is_punct", -1, True))
    )
    after_infinitive = both & (pl.col("tense") == "s") & (_at("lower", 2) == "to") & _at("is_verb", 1, False)
    after_gerundial = both & (pl.col("tense") == "ing") & _at("is_verb", 1, False) & ~_at("is_noun", 1, False)
    # "discussed security and support for Kabul"
    support_for = both & (pl.col("tense") == "base") & word1.is_in(["and", "or", ","]) & (_at("lower", -1) == "for")
    support_for = support_for & (pl.col("lower") != "call")
    noun = noun | (named_noun | after_infinitive | after_gerundial | support_for).fill_null(False)
    # "global challenges", "sought support", "losing orders to": a plain form after an adjective, a verb or a
    # preposition is no verb of this clause
    leads_bare = word1.is_in(
        ["to", "and", "or", "but", "help", "helped", "let", "lets", "people", "police", "forces"]
    )
    base_free = (pl.col("tense") == "base") & (
        (_at("plain", 1, False) | (_at("word_class", 1) == "notname"))
        & ~text1.str.contains("(?:s|ly|men)$")
        & (_at("lower", 2) != "to")
        | adjectival
        | (_at("word_class", 1) == "be")
        | (_at("word_class", 1) == "neg") & (_at("word_class", 2) == "be")
        | _at("is_verb", 1, False) & ~_at("is_noun", 1, False) & (_at("word_class", 1) == "")
    )
    s_free = (pl.col("tense") == "s") & (
        word1.is_in(["terror", "military", "civilian", "militant", "enemy", "rebel"])
        | _at("plain", 1, False)
        & (
            text1.str.contains("(?:al|ic|ive|ous|ble|ful|less|ary|ing)$")
            # "foreign policy challenges."
            | _at("is_punct", -1, True)
            | _at("word_class", -1).is_in(["conj", "but"])
        )
        | _at("is_verb", 1, False) & ~_at("is_noun", 1, False) & (_at("word_class", 1) == "")
    )
    after_prep = prep_before & base & ~text1.str.ends_with(" to") & ~pl.col("lower").is_in(_BY_WIRE)
    bare = (base_free | s_free | after_prep | demonym_before & (pl.col("tense") == "s")) & ~leads_bare
    # "had repelled": what helps another verb is none of its own
    helps = pl.col("lower").is_in(["has", "have", "had"]) & (
        _at("tense", -1).is_in(["past", "part"])
        | _at("plain", -1, False) & _at("lower", -1).cat.ends_with("ed")
        | (_at("word_class", -1) == "adverb")
    )
    # "the anniversary of normalised ties", but "by restored", "with"
    of_what = (
        (_at("word_class", 1) == "prep")
        & ~text1.str.contains(r"\bto$")
        & pl.col("tense").is_in(["past", "part"])
        & (pl.col("lower") != "met")
        & ~_at("lower", -1).is_in(["by", "to", "in", "on"])
    )
    bare = (bare | hyphen_before & base | helps | of_what).fill_null(False)
    # "bilateral ties": an adjective unless it ends the phrase
    adjective = pl.col("lower").is_in(["bilateral", "ministerial"]) & ~(
        _at("is_punct", -1, True) | _at("word_class", -1).is_in(["prep", "be", "aux", "modal", "fut", "rel"])
    )
    noun = noun & ~adjective.fill_null(False)
    word = (pl.col("kind").is_in(["W", "A", "F"])) & ~pl.col("is_punct")
    e = e.with_columns(
        pl.when(noun & word)
        .then(pl.lit("noun"))
        .when(
            pl.col("is_verb").fill_null(False)
            & (pl.col("kind") == "W")
            & ~led
            & ~bare
            & ~((pl.col("tense") == "base") & (_at("np", 1) == "other"))
            & ~((pl.col("lower") == "back") & (_at("is_verb", 1, False) | _at("lower", -1).is_in(_BACK_WHERE)))
            & ~(pl.col("tense").is_in(["past", "part"]) & (_at("lower", 1) == "-"))  # "nuclear-armed"
        )
        .then(pl.lit("verb"))
        .cast(LEXICON)
        .alias("pos"),
    )
    be1 = (_at("word_class", 1) == "be") | (_at("word_class", 1) == "adverb") & (_at("word_class", 2) == "be")
    participle = pl.col("tense").is_in(["past", "part"])
    # An unknown "-ed" after a noun phrase or a conjunction is a verb in the past as well.
    unknown = (
        pl.col("word_class").is_null()
        & ~pl.col("is_verb").fill_null(False)
        & pl.col("lower").cast(pl.String).str.contains("^[a-z]{2,}ed$")
    )
    e = e.with_columns(unknown.alias("unknown_past"))
    past = pl.col("unknown_past") & (
        _at("np", 1).is_in(["person", "office", "state", "body", "pronoun", "other"])
        | _at("word_class", 1).is_in(["conj", "he", "they", "rel", "adverb"])
    )
    # "lift sanctions imposed on Chad": no verb of the sentence
    reduced = (
        pl.col("lower").is_in(_REDUCED)
        & ((_at("pos", 1) == "noun") | _at("plain", 1, False))
        & ((_at("word_class", -1) == "prep") | (_at("word_class", -1) == "adverb"))
    )
    finite = (
        past
        | (pl.col("pos") == "verb") & pl.col("tense").is_in(["past", "s", "base"]) & ~reduced.fill_null(False)
        | pl.col("word_class").is_in(["be", "aux", "fut", "modal"])
    )
    return e.with_columns(
        (
            (pl.col("pos") == "verb")
            & participle
            & (be1 | (_at("lower", -1) == "by") & ~_at("lower", -2).is_in(_BY_WIRE))
        )
        .fill_null(False)
        .alias("is_passive"),
        (~(be1 | (_at("word_class", 2) == "be") | (_at("word_class", 3) == "be")))
        .fill_null(True)
        .alias("is_reduced"),
        _n_breaks().alias("n_breaks"),
        (
            (pl.col("word_class") == "prep") & ~pl.col("lower").is_in(["of", "with"])
            | pl.col("lower").is_in(["including", "such as"])
        )
        .fill_null(False)
        .cast(pl.Int32)
        .cum_sum()
        .alias("n_preps"),
        finite.fill_null(False).cast(pl.Int32).cum_sum().alias("n_finite"),
        _count(pl.col("lower") == '"').alias("n_quotes"),
        (pl.col("lower") == "for").cast(pl.Int32).cum_sum().alias("n_for"),
        (
            pl.col("word_class").is_in(
                ["that", "rel", "conj", "but", "sub", "prep", "be", "aux", "modal", "fut"]
            )
            | (pl.col("pos") == "verb")
            | pl.col("lower").is_in([",", "that"])
        )
        .fill_null(False)
        .cast(pl.Int32)
        .cum_sum()
        .alias("n_solid"),
        (
            pl.col("lower").cast(pl.String).str.contains("[a-z]{3}ing$")
            & pl.col("np").is_null()
            & ~pl.col("is_noun").fill_null(False)
            & ~_at("lower", 1).is_in(["against", "of", "from"])
        )
        .fill_null(False)
        .cast(pl.Int32)
        .cum_sum()
        .alias("n_ing"),
        (pl.col("word_class") == "rel").fill_null(False).cast(pl.Int32).cum_sum().alias("n_rel"),
        # "firms, the owners of which fund ...": whose deed it is, the word before does not tell
        (
            pl.col("lower").is_in(["whose", "where"])
            | pl.col("lower").is_in(["which", "whom"]) & (_at("word_class", 1) == "prep")
            # "cooperation between Moscow and Pyongyang, which violates ..."
            | (pl.col("lower") == "which") & (_at("lower", 1) == ",") & _at("np", 2).is_in(["state", "body"]) & (_at("prep", 2) != "")
            | (pl.col("lower") == "who")
            & (
                ~_at("np", 1).is_in(["person", "office", "body", "other", "pronoun", "state"])
                # "the people and the government who resist"
                | (_at("np", 1) == "body") & (_at("codes", 1, []).list.len() == 0)
            )
            & (_at("lower", 1) != ",")
        )
        .fill_null(False)
        .cast(pl.Int32)
        .cum_sum()
        .alias("n_owned"),
    ).drop("plain", "unknown_past")


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
        .select(*keep, "is_modifier", "is_compound")
        .with_columns(pl.col("lower", "tense").cast(pl.String))
        .join(nouns.select(pl.col("form").alias("lower"), "noun_class", "format"), on="lower")
    )
    demanding = elements.filter(pl.col("lower").is_in(_MUST) | pl.col("is_harm")).select("sid").unique()
    demands = verb.filter(pl.col("verb_class") == "say").join(demanding, on="sid", how="semi")
    alone = pl.concat([verb.filter(pl.col("verb_class") != "say"), demands]).join(
        frames.filter((pl.col("noun_class") == "") & (pl.col("verb_class") != "")), on="verb_class"
    ).with_columns(
        pl.col("i").alias("anchor"),
        pl.lit("verb").alias("pos"),
        pl.lit("").alias("format"),
        pl.col("lower").alias("trigger"),
    )
    nominal = (
        noun.drop("is_modifier", "is_compound")
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
    )
    both = (
        verb.join(objects, on="sid")
        .join(frames.filter(pl.col("noun_class") != ""), on=["verb_class", "noun_class"])
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
        "lemma",
        "anchor",
        "pos",
        "format",
        "trigger",
        "n_i",
        *frames.columns,
    ]
    # "Ghana received aid from Germany": who receives it undergoes it, and "from" names who acts
    both = both.with_columns((pl.col("is_passive") | (pl.col("verb_class") == _UNDERGO)).alias("is_passive"))
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


def _sources(trig: pl.DataFrame, grp: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with a source: t, s_* of the group that acts."""
    left = trig.select(
        *("t", "i", "sid", "pos", "is_passive", "n_breaks", "n_finite", "tense", "rule_id", "event_type"),
        *("n_owned", "led_by", "verb_class", "is_reduced"),
    ).join(grp, on="sid")
    left = left.filter(~pl.col("is_private") & (pl.col("np") != "town"))
    free = (
        pl.col("strong")
        # "a call from Zelenskyy, who conveyed ..."
        & (
            (pl.col("prep") == "")
            | pl.col("then_who")
            # "decisions by Mali and Niger, which withdrew ..."
            | pl.col("then_which") & pl.col("prep").is_in(["by", "from"])
        )
        & ~pl.col("is_possessive")
        & (~pl.col("is_object") | pl.col("has_relative"))
        & ~(pl.col("is_forum") & (pl.col("event_type") == "CONSULT") & (pl.col("pos") == "verb"))
    )
    is_left = pl.col("hi") < pl.col("i")
    owner = (pl.col("pos") == "noun") & pl.col("is_possessive") & is_left & (pl.col("i") - pl.col("hi") <= 4)
    same_owner = (pl.col("n_owned") == pl.col("g_owned")) | (pl.col("pos") == "noun")
    behind = (pl.col("lo") > pl.col("i")) & (pl.col("n_breaks") == pl.col("g_breaks"))
    agent = pl.col("is_passive") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "by")
    agent = agent | (pl.col("verb_class") == _UNDERGO) & behind & (pl.col("prep") == "from")
    # "were expelled from Sudan": the state that they had to leave
    expelling = (
        pl.col("is_passive")
        & pl.col("rule_id").is_in(["B04", "E03"])
        & behind
        & (pl.col("prep") == "from")
        & (pl.col("np") == "state")
        & (pl.col("lo") - pl.col("i").cast(pl.Int64) <= _MAX_SEEN)
    )
    # "Kenyan soldiers were deployed to Haiti": troops are their state's
    posted = pl.col("rule_id") == "M11"
    deployed = posted & pl.col("is_passive") & ~pl.col("is_reduced") & free & is_left & same_owner
    deployed = deployed & (pl.col("np") == "body") & (pl.col("n_breaks") == pl.col("g_breaks"))
    nominal_agent = (pl.col("pos") == "noun") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "by")
    active = (
        ~pl.col("is_passive")
        & free
        & is_left
        & (pl.col("n_breaks") == pl.col("g_breaks"))
        & same_owner
        & (pl.col("rule_id") != "M11")
    )
    # "thanked Oslo for hosting", "accused Oslo of helping": the one thanked or accused did it
    charged = pl.col("led_by").is_in(["for", "of", "from"]) & (pl.col("tense") == "ing")
    charged = charged & (pl.col("pos") != "noun") & pl.col("is_object") & pl.col("strong") & is_left
    charged = charged & (pl.col("prep") == "") & ~pl.col("is_possessive") & (pl.col("i") - pl.col("hi") <= 3)
    # "concern over Pyongyang sending soldiers to Moscow": the gerund's own subject
    gerund = (
        (pl.col("tense") == "ing")
        & (pl.col("pos") != "noun")
        & pl.col("prep").is_in(["over", "about", "at", "of", "with", "against", "despite", "after"])
        & pl.col("strong")
        & ~pl.col("is_possessive")
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) == 1)
    )
    # "A Greek drone struck ...": the adjective of the subject, where nothing else acts
    adjective = (
        ~pl.col("is_passive")
        & (pl.col("np") == "state")
        & (pl.col("name_kind") == "demonym")
        & (pl.col("prep") == "")
        & is_left
        & (pl.col("i") - pl.col("hi") <= 4)
        & pl.col("event_type").is_in(["ASSAULT", "COERCE", "SANCTION", "MOBILIZE", "RETREAT"])
        & (
            (pl.col("pos") != "noun")
            | (pl.col("event_type") == "ASSAULT") & (pl.col("i") - pl.col("hi") <= 3)
        )
    )
    # "an update on U.S. support for Peru"
    possessor = (
        (pl.col("rule_id") == "S02")
        & (pl.col("np") == "state")
        & ~pl.col("is_passive")
        & (pl.col("tense") == "base")
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) == 1)
        & (pl.col("prep") != "")
    )
    # "Pakistanis demonstrated", "thousands of Nigerians sought refuge"
    crowd = (
        pl.col("rule_id").is_in(["P05", "Q08"])
        & (pl.col("np") == "state")
        & pl.col("name_kind").is_in(["demonym", "people"])
        & is_left
        & ~pl.col("is_passive")
    )
    # "The missiles fired by the Israeli army struck a depot"
    through = (
        ~pl.col("is_passive")
        & (pl.col("prep") == "by")
        & pl.col("strong")
        & ~pl.col("is_possessive")
        & is_left
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) <= 2)
        & (pl.col("pos") != "noun")
        & pl.col("event_type").is_in(["ASSAULT", "COERCE"])
    )
    # "The visit of the Thai king to Bhutan"
    guest = (pl.col("rule_id") == "C16") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "of")
    # A fronted clause: "After meeting the king, the envoy said ..."
    fronted = (
        ~pl.col("is_passive")
        & free
        & (pl.col("lo") > pl.col("i"))
        & ((pl.col("pos") == "noun") | (pl.col("tense") == "ing"))
        & pl.col("after_comma")
        & pl.col("then_verb")
    )
    ranked = left.with_columns(
        pl.when(owner | charged | possessor | gerund)
        .then(0)
        .when(agent)
        .then(0)
        .when(nominal_agent)
        .then(1)
        .when(active)
        .then(1)
        .when(adjective & (pl.col("pos") == "noun"))
        .then(0)
        .when(adjective | crowd | guest | through)
        .then(1)
        .when(fronted | expelling | deployed)
        .then(2)
        .alias("order"),
        (pl.col("hi").cast(pl.Int64) - pl.col("i")).abs().alias("gap"),
    ).filter(pl.col("order").is_not_null())
    return (
        ranked.sort("t", "order", "gap", "lo")
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            pl.col("g").alias("s_g"),
            pl.col("codes").alias("s_codes"),
            pl.col("keys").alias("s_keys"),
            pl.col("lo").alias("s_lo"),
            pl.col("hi").alias("s_hi"),
            pl.col("order").alias("s_order"),
            pl.col("np").alias("s_np"),
            pl.col("pronoun").alias("s_pronoun"),
        )
    )


def _targets(trig: pl.DataFrame, grp: pl.DataFrame, src: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with a target: t, t_* of the group acted upon."""
    c = (
        trig.join(src.select("t", "s_g", "s_codes"), on="t", how="left")
        .join(grp, on="sid")
        .filter(pl.col("g") != pl.col("s_g").fill_null(0))
        # "reiterated the UN's commitment to Lebanon": nobody acts upon himself
        .filter(
            (pl.col("codes").list.set_difference("s_codes").list.len() > 0).fill_null(True)
            | (pl.col("pronoun") == "each").fill_null(False)
        )
        .drop("s_codes")
    )
    after = pl.col("lo") > pl.col("anchor")
    gap = pl.col("lo").cast(pl.Int64) - pl.col("anchor")
    # "discussed a pipeline that crosses the border with Chad"
    within = (pl.col("g_rel") == pl.col("anchor_rel")) | ~pl.col("rule_id").is_in(["C11"])
    same_clause = (pl.col("g_breaks") == pl.col("n_breaks")) & within
    # "Talks were held between ..." has its verb in the middle
    # "agreed to provide Oslo with": the infinitive is what is agreed
    reach = pl.when(pl.col("rule_id") == "A06").then(1).otherwise(0)
    no_verb = (pl.col("g_finite").cast(pl.Int64) - pl.col("anchor_finite") <= reach) | (pl.col("pos") == "noun") & (
        pl.col("prep") == "between"
    )
    # "*": agreed to whatever with, for or in whomever
    anyhow = pl.col("preps").list.contains("*") & (gap <= _MAX_COMPLEMENT) & (pl.col("np") != "pronoun")
    governed = (
        pl.col("preps").list.contains(pl.col("prep")) & (pl.col("prep") != "") & (gap <= _MAX_TARGET)
    ) | anyhow
    # "thanked the leaders for their hosting of Afghans"
    thanked = pl.col("rule_id").is_in(["S01", "S10"]) & (pl.col("g_for") != pl.col("anchor_for"))
    governed = governed & ~thanked
    direct = pl.col("direct") & (pl.col("prep") == "") & (gap <= _MAX_DIRECT) & ~pl.col("is_tail")
    # "rejected the plan, and Mexico's minister said ...", "oppose the tax, but Italy ...": another clause
    anew = pl.col("after_and") & pl.col("then_verb").fill_null(False) & after
    # "to see the seafarers whom Iran holds"
    direct = direct & ((pl.col("rule_id") != "C19") | (gap <= _MAX_SEEN))
    # "discussed the crisis and the situation in Idlib with the leaders of France"
    governed = governed | (pl.col("rule_id") == "C11") & (pl.col("prep") == "with") & (gap <= 2 * _MAX_TARGET)
    talks_with = pl.col("prep").is_in(["with", "between"])
    person_like = pl.col("np").is_in(["person", "office", "pronoun", "body"])
    kind_ok = (
        pl.when(pl.col("object_kind") == "person")
        .then(pl.col("strong") & (person_like | (pl.col("np") == "state") & (pl.col("prep") != "")))
        .when(pl.col("object_kind") == "strong")
        .then(pl.col("strong") & ~pl.col("is_possessive"))
        .when(pl.col("object_kind") == "deed")
        .then(pl.col("is_possessive") | (pl.col("prep") != "") | pl.col("then_noun").fill_null(False))
        .when(pl.col("object_kind") == "place")
        .then(pl.col("np").is_in(["state", "town"]))
        .when(pl.col("object_kind") == "must")
        .then(pl.col("then_must") & pl.col("strong"))
        .when(pl.col("object_kind") == "blamed")
        .then(pl.col("then_harm") & pl.col("strong"))
        .when(pl.col("object_kind") == "phone")
        .then(pl.col("is_by_phone") & pl.col("strong") & pl.col("np").is_in(["person", "office", "pronoun"]) & (gap <= _MAX_SEEN))
        .when(pl.col("object_kind") == "leaving")
        .then(pl.col("then_leave"))
        .when(pl.col("object_kind") == "urged")
        .then(pl.col("then_to") | pl.col("then_not_to"))
        .otherwise(True)
    )
    # Between verb and noun ("summoned the Chinese ambassador"), or the owner of the noun ("rejected China's claim").
    inside = (
        (pl.col("pos") == "pair")
        & (pl.col("lo") > pl.col("i"))
        & (pl.col("hi") < pl.col("anchor"))
        & ~pl.col("is_passive")
        & (pl.col("prep") == "")
    )
    # "was received by": the one before the verb is acted upon.
    undergoer = (
        pl.col("is_passive")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("prep") == "")
        & ~pl.col("is_possessive")
        & pl.col("direct")
        & (~pl.col("is_reduced") | (pl.col("i") - pl.col("hi").cast(pl.Int64) <= 3))
    )
    # "The assets of nine Belarusian firms were frozen", "an offer by Oslo was rejected"
    owned = (
        (pl.col("pos") == "pair")
        & pl.col("is_passive")
        & (pl.col("lo") > pl.col("n_i"))
        & (pl.col("hi") < pl.col("i"))
        & pl.col("preps").list.contains(pl.col("prep"))
        & (pl.col("prep") != "")
    ).fill_null(False)
    # "Oman's proposal was rejected by Qatar", "Yemen's capital was bombed"
    owned = owned | (
        pl.col("is_passive")
        & pl.col("is_possessive")
        & (pl.col("prep") == "")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) <= _MAX_SEEN)
        & (pl.col("object_kind") == "any")
        & pl.col("direct")
    ).fill_null(False)
    # "sanctions were imposed on X"
    passive_target = pl.col("is_passive") & after & governed
    # "the Chile-Peru talks": both sides stand before the noun
    town = (pl.col("np") == "town") & ~(pl.col("event_type").is_in(["ASSAULT", "COERCE"]) & (pl.col("object_kind") == "any"))
    order = (
        pl.when(town)
        .then(None)
        .when(undergoer)
        .then(0)
        .when(owned | passive_target & same_clause)
        .then(1)
        .when(~pl.col("is_passive") & after & same_clause & no_verb & direct & kind_ok)
        .then(0)
        .when(~pl.col("is_passive") & after & same_clause & no_verb & governed & kind_ok)
        .then(0)
        .when(inside & (pl.col("object_kind") == "any"))
        .then(1)
    )
    # "called on the king" is a visit, "called on the king to resign" a demand
    urged = (
        pl.when(pl.col("rule_id") == "C18")
        .then(~pl.col("then_to") & (pl.col("tense") == "past") & pl.col("np").is_in(["person", "office"]))
        .when(pl.col("rule_id") == "Q04")
        .then(pl.col("then_to") | (pl.col("np") == "state"))
        # "called him a fool", "calling on"
        .when(pl.col("rule_id") == "C07")
        .then(((pl.col("tense") == "past") | pl.col("led_by").is_in(_FUTURE)) & ~pl.col("then_article"))
        .otherwise(True)
    )
    told = pl.col("then_said").fill_null(False) & pl.col("after_comma").fill_null(False)
    forum = pl.col("is_forum") & (pl.col("event_type") == "CONSULT") & ~talks_with
    beside = (
        (pl.col("pos") == "noun")
        & (pl.col("format") == "in_person")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("prep") == "with")
        & (gap >= -7)
    )
    # "rejected the appeal of a Greek sailor", "killed dozens of militants in Iraq": the first actor in what is acted upon
    located = pl.col("event_type").is_in(_ON_THE_SPOT) | ~pl.col("prep").is_in(_SPOT)
    further = (
        ~pl.col("is_passive")
        & (pl.col("pos") != "noun")
        & (pl.col("event_type") != "CONSULT")
        & ~pl.col("rule_id").is_in(_NOT_FURTHER)
        & ~pl.col("reciprocal")
        & (pl.col("object_kind") == "any")
        & after
        & same_clause
        & (pl.col("g_finite") <= pl.col("anchor_finite"))
        & (gap <= _MAX_FURTHER)
        & located
        & ~pl.col("prep").is_in(_AROUND)
        & ~((pl.col("event_type") == "SUPPORT") & (pl.col("prep") == "for"))
        & (pl.col("np") != "pronoun")
        # "defends itself against", "courage in strengthening ties with"
        & ~(pl.col("event_type").is_in(_ADDRESSED[:3]) & (pl.col("prep") == "against"))
        & (pl.col("g_ing") == pl.col("anchor_ing"))
        # "thanked Finland for its support of Sweden", but "a grant for victims in Malawi"
        & ((pl.col("g_for") == pl.col("anchor_for")) | (pl.col("event_type") == "AID"))
    )
    # "Tonga, with which Beijing concluded a pact": the one before the relative clause
    related = (
        (pl.col("hi") < pl.col("i"))
        & pl.col("preps").list.contains(pl.col("whom_prep"))
        & (pl.col("g_rel") < pl.col("anchor_rel"))
        & ((pl.col("i") - pl.col("hi").cast(pl.Int64)) <= _MAX_RELATED)
        & ~pl.col("is_passive")
        & pl.col("strong")
    ).fill_null(False)
    order = (
        pl.when(order.is_not_null())
        .then(order)
        .when(beside & pl.col("strong"))
        .then(2)
        .when(further | related)
        .then(3)
    )
    # "was told by": what follows the one who is told is not there to be judged
    unjudged = pl.col("is_passive") & pl.col("object_kind").is_in(["phone", "must", "blamed", "leaving"])
    order = pl.when(town | unjudged).then(None).otherwise(order)
    ranked = c.with_columns(order.alias("order"), gap.abs().alias("gap")).filter(
        pl.col("order").is_not_null() & urged & ~forum & ~told & ~(pl.col("is_private") & pl.col("event_type").is_in(_OF_STATES)) & ~anew.fill_null(False)
    )
    return (
        ranked.sort("t", "order", "gap", "lo")
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            pl.col("g").alias("t_g"),
            pl.col("codes").alias("t_codes"),
            pl.col("keys").alias("t_keys"),
            pl.col("lo").alias("t_lo"),
            pl.col("hi").alias("t_hi"),
            pl.col("prep").alias("t_prep"),
            pl.col("np").alias("t_np"),
            pl.col("strong").alias("t_strong"),
        )
    )


def _shared_targets(trig: pl.DataFrame, src: pl.DataFrame, tgt: pl.DataFrame) -> pl.DataFrame:
    """One row per speech act without a target of its own whose source has just acted upon someone in the sentence.

    "Madrid spoke to Rabat and promised two ships": the promise goes to Rabat.
    """
    full = trig.select(
        "t", "i", "sid", "event_type", "pos", "is_passive", "object_kind", "tense", "led_by"
    ).join(src.select("t", "s_g"), on="t")
    bare = full.filter(
        pl.col("event_type").is_in(_ADDRESSED)
        & (pl.col("pos") != "noun")
        & ~pl.col("is_passive")
        & ~pl.col("object_kind").is_in(["deed", "must", "blamed", "urged", "leaving", "phone"])
        # "backed Chad in resisting pressure": who is resisted, is not said
        & ~((pl.col("tense") == "ing") & pl.col("led_by").is_in(["in", "by", "of", "for", "from", "while", "when"]))
    ).join(tgt.select("t"), on="t", how="anti")
    done = full.join(tgt, on="t").select(
        "sid",
        "s_g",
        (pl.col("event_type").is_in(_HARSH)).alias("was_harsh"),
        (pl.col("event_type") == "CONSULT").alias("was_talk"),
        pl.col("i").alias("d_i"),
        "t_g",
        "t_codes",
        "t_keys",
        "t_lo",
        "t_hi",
        "t_prep",
        "t_np",
        "t_strong",
    )
    return (
        bare.join(done, on=["sid", "s_g"])
        .filter((pl.col("d_i") < pl.col("i")) & (pl.col("t_hi") < pl.col("i")))
        # "let the police question suspects", "asked Oslo to back the bid": whoever stands before the infinitive does it
        .filter(~((pl.col("tense") == "base") & ((pl.col("i") - pl.col("t_hi").cast(pl.Int64)) <= 2)))
        # "reaffirmed its support for Israel and condemned attacks from Gaza": not Israel is condemned
        .filter(
            pl.col("was_talk")
            | (pl.col("event_type") == "REQUEST")
            | (pl.col("was_harsh") == pl.col("event_type").is_in(_HARSH))
        )
        .sort("t", "d_i", "t_lo", descending=[False, True, False])
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            "t_g",
            "t_codes",
            "t_keys",
            "t_lo",
            "t_hi",
            "t_prep",
            "t_np",
            "t_strong",
            pl.lit(True).alias("is_shared"),
        )
    )


def _adjacent_pairs(trig: pl.DataFrame, grp: pl.DataFrame) -> pl.DataFrame:
    """Nominal triggers right after a group of several states: "India-Pakistan talks", "the Trump-Xi call"."""
    return (
        trig.filter((pl.col("pos") == "noun") & pl.col("reciprocal"))
        .select("t", "i", "sid", pl.col("anchor_solid").alias("n_solid"))
        .join(grp.filter((pl.col("codes").list.len() >= 2) & (pl.col("np") != "town")), on="sid")
        .filter(
            (pl.col("i") - pl.col("hi").cast(pl.Int64)).is_between(1, 3)
            # "back from Chad and Niger that the meeting ...": only adjectives may stand between
            & (pl.col("n_solid") == pl.col("hi_solid"))
        )
        .sort("t", "hi", descending=[False, True])
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            pl.col("codes").alias("p_codes"),
            pl.col("keys").alias("p_keys"),
            pl.col("lo").alias("p_lo"),
            pl.col("hi").alias("p_hi"),
        )
    )


@in_one_plan
def _controls(elements: pl.LazyFrame) -> pl.LazyFrame:
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
def _behind(elements: pl.LazyFrame) -> pl.LazyFrame:
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
        ((_at("lower", -1) == "who") | (_at("lower", -1) == ",") & (_at("lower", -2) == "who")).alias("then_who"),
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
        ((_at("pos", -1) == "verb") | _at("word_class", -1).is_in(["be", "aux", "modal", "fut", "adverb"]))
        .fill_null(False)
        .alias("then_verb"),
        _at("lower", -1).is_in(_MUST).alias("then_must"),
        # "Manila said Beijing had violated the accord": what is held against whom
        (_at("is_harm", -1, False) | _at("is_harm", -2, False) & _at("word_class", -1).is_in(["aux", "adverb", "be"])
            | (_at("word_class", -1) == "be") & _at("lower", -2).is_in(["responsible", "behind", "guilty", "accountable"])).alias("then_harm"),
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
        _at("lower", -1).is_in(_SAYING).alias("then_said"),
    )


@in_one_plan
def _before(elements: pl.LazyFrame) -> pl.LazyFrame:
    """What leads to the first element of a group, and where in the sentence it stands."""

    def doing(offset: int) -> pl.Expr:
        return (_at("pos", offset) == "verb") & ~_at("lower", offset).is_in(_SAYING)

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
        (pl.col("n_for") - (_at("lower", 1) == "for").cast(pl.Int32).fill_null(0)).alias("g_for"),
        ((_at("lower", 1) == ",") | (_at("lower", 2) == ",") & (_at("word_class", 1) == "det")).alias(
            "after_comma"
        ),
    )

@in_one_plan
def _last_modes(elements: pl.LazyFrame) -> pl.LazyFrame:
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
def _threats(elements: pl.LazyFrame) -> pl.LazyFrame:
    return elements.filter(_at("lower", -1).is_in(_OR_ELSE)).select("sid", "i")


@in_one_plan
def _wired(elements: pl.LazyFrame) -> pl.LazyFrame:
    """Where something was "told his counterpart over the telephone"."""
    bare = pl.col("lower").is_in(["phone", "telephone"])
    return elements.filter(~bare | _at("lower", 1).is_in(["by", "the"])).select("sid")


@in_one_plan
def _around(elements: pl.LazyFrame) -> pl.LazyFrame:
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
        _at("lower", -1)
        .is_in(["itself", "themselves", "himself", "herself", "its", "their"])
        .alias("then_self"),
        # "to meet their needs": something, not someone
        (
            (_at("word_class", -1) == "det")
            | (_at("np", -1) == "")
            & _at("lower", -1).cast(pl.String).str.contains("^[a-z]{3,}s$")
            & (_at("word_class", -1) == "")
        )
        .fill_null(False)
        .alias("then_object"),
    )


def bind(elements: pl.DataFrame, grp: pl.DataFrame, trig: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with at least one bound side: the trigger's columns, s_* and t_* (null when not bound)."""
    low, high = rows_at(elements["i"], grp["lo"]), rows_at(elements["i"], grp["hi"])
    grp = pl.concat([grp, _before(elements, low), _behind(elements, high)], how="horizontal")
    # "NATO's newest member" is not NATO
    akin = pl.col("is_kin") & pl.col("is_possessive") & (pl.col("np") == "state")
    grp = grp.filter(~akin.fill_null(False))
    private = pl.col("is_firm") & (pl.col("np") == "state") & (pl.col("name_kind") == "demonym")
    grp = grp.with_columns(private.fill_null(False).alias("is_private"))
    counts = ["n_solid", "n_finite", "n_for", "n_ing", "n_rel"]
    anchored = elements.select(pl.col(counts).gather(rows_at(elements["i"], trig["anchor"])).name.replace("n_", "anchor_"))
    telling = elements.join(trig.select("sid").unique(), on="sid", how="semi", maintain_order="left")
    telling = telling.with_columns(_last_modes(telling)["last_mode"])
    beside = _around(telling, rows_at(telling["i"], trig["i"]))
    trig = pl.concat([trig, anchored, beside], how="horizontal")
    conditional = elements.filter(pl.col("lower").is_in(["if", "unless"]))["sid"].unique()
    trig = trig.with_columns(pl.col("sid").is_in(conditional.implode()).alias("is_conditional"))
    wired = _wired(elements, rows_where(elements, pl.col("lower").is_in(["phone", "telephone", "by phone", "by telephone"])))
    trig = trig.with_columns(pl.col("sid").is_in(wired["sid"].unique().implode()).alias("is_by_phone"))
    # "demanded that Moscow accept a truce or face sanctions"
    otherwise = (
        _threats(elements, rows_where(elements, pl.col("lower") == "or"))
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", pl.col("i").alias("or_i"))
    )
    trig = (
        trig.join(otherwise, on="sid", how="left", maintain_order="left")
        .with_columns((pl.col("or_i") - pl.col("i").cast(pl.Int64)).is_between(1, _MAX_OR).fill_null(False).alias("is_ultimatum"))
        .drop("or_i")
    )
    src = _sources(trig, grp)
    tgt = _targets(trig, grp, src)
    tgt = pl.concat([tgt, _shared_targets(trig, src, tgt)], how="diagonal")
    pair = _adjacent_pairs(trig, grp)
    return (
        trig.join(src, on="t", how="left")
        .join(tgt, on="t", how="left")
        .join(pair, on="t", how="left")
        .join(
            _controls(elements, rows_where(elements, pl.col("lower") == "to", shift=1)), on="i", how="left"
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


def without_sport(bound: pl.DataFrame, elements: pl.DataFrame) -> pl.DataFrame:
    """The clauses but for contests: "Senegal sank Egypt in extra time" is no act of states.

    In a sentence with a word of sport, or an article with several, only officials and bodies act.
    """
    words = elements.filter(pl.col("word_class") == "sport").select("a", "sid")
    many = words.group_by("a").agg(pl.len().alias("n")).filter(pl.col("n") >= _SPORTY)
    played = pl.col("sid").is_in(words["sid"].unique().implode()) | pl.col("a").is_in(many["a"].implode())
    official = pl.col("s_np").is_in(_OFFICIAL) | pl.col("t_np").is_in(_OFFICIAL)
    return bound.filter(~played | official.fill_null(False))
