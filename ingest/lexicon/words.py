"""The grammar's vocabulary: verbs, nouns, function words, status cues and frames, inflected and validated.

Belongs here: reading `verbs.csv`, `nouns.csv`, `function_words.csv`, `status_cues.csv`, `frames.csv`, `event_types.csv`.
Does not belong here: names of places and people (see `places`, `people`) and any reading of articles.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polars as pl

from ingest.settings import reference_dir

VERB_FORMS = ("base", "past", "part", "s", "ing")
EVENT_STATUSES = ("occurred", "planned", "denied", "hypothetical")
_VOWELS = "aeiou"
# one short syllable, or a last one that bears the stress
_SHORT = re.compile(r"^(?:[^aeiou]|qu)*[aeiouy][bdgkmnprt]$|(?:[^f]fer|[^io]mit|pel|cur|lot|tap|drop)$")


def read_table(name: str, required: tuple[str, ...]) -> pl.DataFrame:
    """One reference table as strings, nulls as ''. Raises `ValueError` with the file and what is wrong."""
    path = Path(reference_dir()) / name
    frame = pl.read_csv(path, infer_schema=False, empty_string_is_null=False)
    missing = [c for c in required if c not in frame.columns]
    if missing:
        raise ValueError(f"{name}: columns {missing} are missing")
    return frame


def refuse_rows(frame: pl.DataFrame, bad: pl.Expr, name: str, why: str) -> None:
    """Raise `ValueError` with file, first row number (header = 1) and reason when any row is `bad`."""
    rows = frame.with_row_index("row", offset=2).filter(bad)
    if rows.height:
        raise ValueError(f"{name}, row {rows['row'][0]}: {why}: {rows.drop('row').row(0)}")


def _doubled(lemma: str) -> str:
    """The stem before -ed and -ing: "step" doubles its last letter, "visit" does not."""
    return lemma + lemma[-1] if _SHORT.search(lemma) else lemma


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ied"
    return _doubled(lemma) + "ed"


def _third(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _gerund(lemma: str) -> str:
    is_mute = lemma.endswith("e") and not lemma.endswith(("ee", "ye"))
    return (lemma[:-1] if is_mute else _doubled(lemma)) + "ing"


def inflect(lemma: str, irregular: str) -> dict[str, str]:
    """The five forms of a verb; `irregular` is 'past;participle;third person;gerund' or ''."""
    head, _, particle = lemma.partition(" ")  # "turn down" is inflected in its first word
    if particle:
        return {tense: f"{form} {particle}" for tense, form in inflect(head, irregular).items()}
    if irregular:
        past, part, third, gerund = irregular.split(";")
    else:
        past = part = _past(lemma)
        third, gerund = _third(lemma), _gerund(lemma)
    return {"base": lemma, "past": past, "part": part, "s": third, "ing": gerund}


def plural(noun: str) -> str:
    """Regular English plural of a noun phrase."""
    return _third(noun)


@cache
def verbs() -> pl.DataFrame:
    """One row per inflected verb form and class: form, tense (base, past, part, s, ing), lemma, verb_class."""
    table = read_table("verbs.csv", ("lemma", "forms", "classes"))
    refuse_rows(table, pl.col("lemma").is_duplicated(), "verbs.csv", "lemma stands twice")
    refuse_rows(table, pl.col("classes") == "", "verbs.csv", "no class")
    rows = []
    irregulars = {lemma: forms for lemma, forms, _ in table.iter_rows() if forms and " " not in lemma}
    for lemma, own, classes in table.iter_rows():
        # "take up" is inflected as "take" is
        irregular = own or irregulars.get(lemma.partition(" ")[0], "")
        forms: dict[str, set[str]] = {}
        if (
            not irregular and lemma[-1] == "l" and lemma[-2] in _VOWELS and lemma[-3] not in _VOWELS
        ):  # British spelling
            forms |= {f"{lemma}led": {"past", "part"}, f"{lemma}ling": {"ing"}}
        for tense, form in inflect(lemma, irregular).items():
            forms.setdefault(form, set()).add(tense)
        for form, tenses in forms.items():
            rows += [
                {
                    "form": form,
                    "tense": "past" if "past" in tenses else min(tenses),
                    "lemma": lemma,
                    "verb_class": c,
                }
                for c in classes.split(";")
            ]
    return pl.DataFrame(rows).unique(["form", "verb_class"], keep="first", maintain_order=True)


@cache
def nouns() -> pl.DataFrame:
    """One row per noun form and class: form, is_plural, lemma, noun_class, format (of an encounter, else '')."""
    table = read_table("nouns.csv", ("lemma", "plural", "classes", "format"))
    rows = []
    for lemma, many, classes, fmt in table.iter_rows():
        for form, is_plural in ((lemma, lemma == many), (many or plural(lemma), True)):
            rows += [
                {"form": form, "is_plural": is_plural, "lemma": lemma, "noun_class": c, "format": fmt}
                for c in classes.split(";")
            ]
    return pl.DataFrame(rows).unique(["form", "noun_class"], keep="first", maintain_order=True)


@cache
def function_words() -> pl.DataFrame:
    """One row per function word or fixed phrase: form, word_class. Raises `ValueError` on a phrase that stands twice."""
    table = read_table("function_words.csv", ("phrase", "class")).rename(
        {"phrase": "form", "class": "word_class"}
    )
    refuse_rows(table, pl.col("form").is_duplicated(), "function_words.csv", "phrase stands twice")
    return table


@cache
def status_cues() -> pl.DataFrame:
    """One row per cue: form, status, side and is_refusal.

    `side` is where the cue stands as seen from the trigger (before, after, any; noun = before, and behind nouns too).
    `is_refusal`: the one who acts will not do it ("will not", "refused to"), which is an act of its own.
    """
    table = read_table("status_cues.csv", ("phrase", "status", "side", "is_refusal")).rename({"phrase": "form"})
    refuse_rows(table, ~pl.col("status").is_in(EVENT_STATUSES), "status_cues.csv", "unknown status")
    refuse_rows(
        table, ~pl.col("side").is_in(["before", "after", "any", "noun"]), "status_cues.csv", "unknown side"
    )
    refuse_rows(table, pl.col("form").is_duplicated(), "status_cues.csv", "phrase stands twice")
    return table.with_columns(pl.col("is_refusal") == "1")


@cache
def event_types() -> pl.DataFrame:
    """One row per PLOVER type: event_type, quad_class, goldstein, cameo_root, description, example."""
    table = read_table("event_types.csv", ("event_type", "quad_class", "goldstein", "cameo_root"))
    refuse_rows(table, pl.col("event_type").is_duplicated(), "event_types.csv", "type stands twice")
    return table.with_columns(pl.col("goldstein").cast(pl.Float64))


# What the target of a frame must be, in words.
OBJECT_KINDS = {
    "any": "",
    "strong": "a state, its government or an official, not what merely belongs to one",
    "person": "a person or an office, or a state after a preposition",
    "place": "a state or a town",
    "deed": "a deed or a word of somebody",
    "must": "somebody of whom it is said that he must act",
    "blamed": "somebody of whom it is said that he did harm",
    "urged": "somebody who is told to act or not to",
    "leaving": "a state that somebody is told to leave",
    "phone": "a person or an office, by telephone",
}


@cache
def frames() -> pl.DataFrame:
    """One row per frame: which verb class (with which noun class) makes which event, and how its sides are bound.

    `direct` 1 = the target may follow without a preposition; `preps` = prepositions that may govern the target;
    `reciprocal` 1 = a plural subject alone suffices; `object_kind`, one of `OBJECT_KINDS`, is what the target must be;
    `status` overrides occurred; `confidence` of the frame.
    """
    table = read_table(
        "frames.csv",
        (
            "rule_id",
            "verb_class",
            "noun_class",
            "event_type",
            "mode",
            "direct",
            "preps",
            "reciprocal",
            "example",
        ),
    )
    types = event_types()["event_type"].implode()
    refuse_rows(table, pl.col("rule_id").is_duplicated(), "frames.csv", "rule stands twice")
    kinds = list(OBJECT_KINDS)
    refuse_rows(table, ~pl.col("object_kind").is_in(kinds), "frames.csv", f"object_kind is none of {', '.join(kinds)}")
    refuse_rows(table, ~pl.col("event_type").is_in(types), "frames.csv", "unknown event type")
    refuse_rows(table, pl.col("example") == "", "frames.csv", "no example sentence")
    known_verbs = pl.Series([*verbs()["verb_class"].unique(), "callon", ""]).implode()
    known_nouns = pl.Series([*nouns()["noun_class"].unique(), ""]).implode()
    refuse_rows(table, ~pl.col("verb_class").is_in(known_verbs), "frames.csv", "verb class without a verb")
    refuse_rows(table, ~pl.col("noun_class").is_in(known_nouns), "frames.csv", "noun class without a noun")
    return table.with_columns(
        pl.col("direct", "reciprocal").cast(pl.Int32).cast(pl.Boolean),
        pl.col("confidence").cast(pl.Float64),
        pl.col("preps").str.split(";"),
    )
