"""Words marked for what they do in their sentence: noun or verb, voice, tense, where a clause breaks.

Belongs here: telling noun from verb, voice, the counts of breaks, verbs and prepositions that later steps compare.
Does not belong here: which words state an event (`triggers`) and whom they bind (`sides`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _NO_PERSON, _at, in_one_plan
from ingest.extract.neighbours import _count
from ingest.extract.phrases import ING_ADJECTIVES
from ingest.extract.vocabulary import LEXICON

_REDUCED = [
    *("imposed", "slapped", "levied", "signed", "brokered", "mediated", "sponsored", "drafted", "proposed", "adopted", "issued"),
    *("posed", "filed", "made", "given", "sent", "provided", "committed", "caused", "owned", "operated", "carried out", "used"),
    *("seized", "stationed", "deployed", "captured", "detained", "backed", "hosted", "supplied", "built", "funded", "financed"),
]
_SUBJUNCTIVE = ["that", "let", "lets", "make", "makes", "made", "help", "helped", "see", "saw", "did", "do", "does", "and", "or", ","]
_BACK_WHERE = ["in", "to", "from", "home", "into", "on", "at", "up", "out", "off", "across", "over", "then"]
_HARM = ["violate", "violateverb", "attack", "kill", "seize", "hack", "blockade", "threaten", "boycott", "harm"]
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
            & (_at("plain", 1, False) | _at("word_class", 1).is_in(_NO_PERSON))
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
    # "the United Nations force in Haiti": a plain form is no verb of one state, but "let Iran strike", "that Mali release"
    led_state = _at("lower", 2).is_in(_SUBJUNCTIVE) | _at("word_class", 2).is_in(["modal", "fut", "aux", "conj", "that"])
    led_state = led_state | _at("lower", 3).is_in(_SUBJUNCTIVE) & (_at("word_class", 2) == "det")
    named_noun = named_noun | (
        both
        & (pl.col("tense") == "base")
        & (_at("np", 1) == "state")
        & (_at("code_kind", 1) == "organization")
        & (_at("word_class", -1) == "prep")
        & ~led_state
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
        (_at("plain", 1, False) | _at("word_class", 1).is_in(_NO_PERSON))
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
    # "spurned repeated offers", "made renewed calls": a participle between a verb and its noun
    between = pl.col("tense").is_in(["past", "part"]) & _at("is_verb", 1, False) & ~_at("is_noun", 1, False)
    between = between & (_at("word_class", 1) == "") & _at("is_noun", -1, False)
    bare = (bare | hyphen_before & base | helps | of_what | between).fill_null(False)
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
            & ~pl.col("lower").is_in(ING_ADJECTIVES)
            & pl.col("np").is_null()
            & ~pl.col("is_noun").fill_null(False)
            & ~_at("lower", 1).is_in(["against", "of", "from"])
        )
        .fill_null(False)
        .cast(pl.Int32)
        .cum_sum()
        .alias("n_ing"),
        (pl.col("word_class") == "rel").fill_null(False).cast(pl.Int32).cum_sum().alias("n_rel"),
        (pl.col("word_class") == "militia").fill_null(False).cast(pl.Int32).cum_sum().alias("n_militia"),
        # "firms, the owners of which fund ...": whose deed it is, the word before does not tell
        (
            pl.col("lower").is_in(["whose", "where"])
            | pl.col("lower").is_in(["which", "whom"]) & (_at("word_class", 1) == "prep")
            # "cooperation between Moscow and Pyongyang, which violates ..."
            | (pl.col("lower") == "which") & (_at("lower", 1) == ",") & _at("np", 2).is_in(["state", "body"]) & (_at("prep", 2) != "")
            | (pl.col("lower") == "who")
            # the WHO is none
            & pl.col("np").is_null()
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
