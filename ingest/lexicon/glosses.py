"""The tables of a language that is read through glosses: its words and what the grammar's own words for them are.

Belongs here: reading and validating `data/reference/<language>/`: `spellings.csv`, `phrases.csv`, `verbs.csv`,
`endings.csv`, and inflecting the verbs. A language has tables or is not read.
Does not belong here: putting the glosses into sentences (`ingest.extract.gloss`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from ingest.fold import fold_expr
from ingest.lexicon import words
from ingest.lexicon.words import read_table, refuse_rows
from ingest.settings import reference_dir

TABLES = ("spellings", "phrases", "verbs", "endings")
KINDS = {
    "word": "stands for itself",
    "name": "a name of a person, a place or an organisation",
    "demonym": "an adjective of a state: it goes before the office, body or thing it follows",
    "office": "an office that an adjective of a state may follow",
    "body": "a body or a thing that an adjective of a state may follow",
    "article": "the definite article; before a day of the month it is 'on'",
    "object": "the preposition that also marks who is acted upon",
    "where": "a relative adverb: the subject of a verb right behind it is the one of before",
    "not": "the negation before a verb",
    "modal": "a verb that another in its plain form follows",
    "aim": "what stands before an infinitive of purpose",
    "before_gerund": "a preposition whose infinitive English tells as a gerund",
    "verb": "a finite verb",
    "personal": "a finite verb whose person acted upon is marked",
    "infinitive": "the plain form of a verb",
}
"""Kinds of a phrase, in words."""
_FORMS = ("base", "past", "part", "s", "ing")


def languages() -> list[str]:
    """The ISO 639-1 codes of the languages that have tables of glosses."""
    return sorted(path.parent.name for path in Path(reference_dir()).glob("*/phrases.csv"))


def _folded(column: str) -> pl.Expr:
    """The column as it stands in a folded text in lower case, its marks as spaces."""
    return fold_expr(pl.col(column)).str.to_lowercase().str.replace_all(r"[^a-z0-9-]", " ")


@cache
def spellings(language: str) -> pl.DataFrame:
    """One row per spelling that would mislead: text, plain, both of one length ("EE.UU." is no two sentences)."""
    name = f"{language}/spellings.csv"
    table = read_table(name, ("text", "plain")).with_columns(fold_expr(pl.col("text")).alias("text"))
    table = table.with_columns(pl.col("plain").str.pad_end(pl.col("text").str.len_chars()))
    refuse_rows(table, pl.col("text").is_duplicated(), name, "spelling stands twice")
    refuse_rows(table, pl.col("text").str.len_chars() != pl.col("plain").str.len_chars(), name, "longer than what it stands for")
    return table.sort(pl.col("text").str.len_chars(), "text", descending=[True, False])


@cache
def _pivots() -> dict[str, dict[str, str]]:
    """The forms of each verb of the grammar, by lemma and tense."""
    forms: dict[str, dict[str, str]] = {}
    for form, tense, lemma in words.verbs().select("form", "tense", "lemma").unique(maintain_order=True).iter_rows():
        forms.setdefault(lemma, {}).setdefault(tense, form)
    return forms


def _inflected(lemma: str) -> dict[str, str]:
    """All forms of an English verb, a particle behind it included."""
    known = _pivots().get(lemma, {})
    head, _, rest = lemma.partition(" ")
    regular = words.inflect(lemma, "") if not rest else {t: f"{f} {rest}" for t, f in _inflected(head).items()}
    out = {tense: known.get(tense, regular[tense]) for tense in _FORMS}
    # of forms that are written alike the grammar keeps the past alone
    return out | {"part": known.get("part") or known.get("past") or regular["part"]}


@cache
def _verb_phrases(language: str) -> pl.DataFrame:
    """One row per inflected verb: form, gloss, denied (its gloss after a negation), gerund, kind, person."""
    ends_name, name = f"{language}/endings.csv", f"{language}/verbs.csv"
    ends = read_table(ends_name, ("conjugation", "ending", "auxiliary", "gloss", "denied", "person"))
    table = read_table(name, ("lemma", "stem", "conjugation", "pivot", "before", "personal", "irregular"))
    refuse_rows(table, ~pl.col("conjugation").is_in(ends["conjugation"].unique().implode()), name, "unknown conjugation")
    refuse_rows(table, pl.col("pivot") == "", name, "no pivot")
    by_conjugation = ends.partition_by("conjugation", as_dict=True)
    rows = []
    for lemma, stem, conjugation, pivot, before, personal, irregular in table.iter_rows():
        forms = _inflected(pivot)
        own: dict[str, list[str]] = {}  # ending -> the forms that stand for it
        for part in filter(None, irregular.split(";")):
            form, _, ending = part.partition("=")
            own.setdefault(ending, []).append(form)
        of_verb = by_conjugation[(conjugation,)]
        unknown = set(own) - set(of_verb["ending"])
        if unknown:
            raise ValueError(f"{name}, {lemma}: no such ending: {min(unknown)}")
        for _, ending, auxiliary, gloss, denied, person in of_verb.iter_rows():
            for form in own.get(ending, [stem + ending]):
                # a reflexive pronoun stands before a finite form and behind an infinitive
                is_finite = person not in ("infinitive", "gerund", "participle")
                surface = " ".join(filter(None, [before if is_finite else "", auxiliary, form]))
                kind = "infinitive" if person == "infinitive" else "personal" if personal == "1" else "verb"
                rows.append(
                    {
                        "form": surface + ("" if is_finite or person == "participle" else before),
                        "gloss": gloss.format(**forms),
                        "denied": denied.format(**forms),
                        "gerund": forms["ing"],
                        "kind": "word" if person in ("gerund", "participle") and personal != "1" else kind,
                        "person": person,
                    }
                )
    return pl.DataFrame(rows).with_columns(_folded("form"))


@cache
def phrases(language: str) -> pl.DataFrame:
    """One row per phrase of the language: form (folded, lower case), gloss, denied (the gloss after a negation), gerund,
    kind (of `KINDS`), person (of a verb), before_number (the gloss before a number, where it is another).

    What `phrases.csv` says goes before what the verbs' inflection gives. Raises `ValueError` with file, row and reason.
    """
    name = f"{language}/phrases.csv"
    table = read_table(name, ("phrase", "gloss", "kind", "before_number")).with_columns(_folded("phrase").alias("form"))
    refuse_rows(table, pl.col("form").is_duplicated(), name, "phrase stands twice once folded")
    refuse_rows(table, ~pl.col("kind").is_in(list(KINDS)), name, "unknown kind")
    refuse_rows(table, pl.col("form").str.strip_chars() == "", name, "no phrase")
    table = table.with_columns(fold_expr(pl.col("gloss")).alias("gloss"))
    listed = table.select(
        "form", "gloss", pl.col("gloss").alias("denied"), pl.lit("").alias("gerund"), "kind",
        pl.lit("").alias("person"), "before_number",
    )
    return (
        pl.concat([listed, _verb_phrases(language).with_columns(pl.lit("").alias("before_number"))])
        .unique("form", keep="first", maintain_order=True)
        .sort(pl.col("form").str.len_bytes(), "form", descending=[True, False])
    )
