"""Why a fact was read: the clause behind a sentence, its frame in words, its sides and how each was resolved.

Belongs here: reading one article again and telling what the grammar saw in one of its sentences.
Does not belong here: printing (`orchestration.report`) and any rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from ingest.extract.engine import Reading, read
from ingest.lexicon import glosses, words

_HOW = {
    "name": "a name of the state or organisation",
    "demonym": "an adjective or people's name of the state",
    "people": "an adjective or people's name of the state",
    "abbreviation": "an abbreviation",
    "seat": "a seat of government that stands for its state",
    "organ": "an organ of the state",
    "capital": "a capital that stands for its government",
}


@dataclass(frozen=True)
class Side:
    """One side of a clause: `role` source, target or sides; `words` as the text has them; `codes`; `how` resolved."""

    role: str
    words: str
    codes: tuple[str, ...]
    people: tuple[str, ...]
    how: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """What the grammar saw at one place: trigger words, rule, its frame in words with an example, status, sides."""

    trigger: str
    rule_id: str
    frame: str
    example: str
    status: str
    start: int
    end: int
    sides: tuple[Side, ...]


def frame_in_words(row: dict[str, Any]) -> str:
    """A row of `frames.csv` as a sentence: what must stand where, and what it then means."""
    parts = []
    if row["verb_class"]:
        parts.append(f"a verb of the class “{row['verb_class']}”")
    if row["noun_class"]:
        parts.append(f"a noun of the class “{row['noun_class']}”")
    preps = [p for p in row["preps"] if p and p != "*"]
    means = (["directly"] if row["direct"] else []) + ([f"after {', '.join(preps)}"] if preps else [])
    if "*" in row["preps"]:
        means.append("anywhere in the infinitive that follows")
    bound = f"; the target follows {' or '.join(means)}" if means else ""
    if row["verb_class"] == "undergo":
        bound = "; the subject is the target, and who follows “from” the source"
    what = words.OBJECT_KINDS[row["object_kind"]]
    bound += f" and is {what}" if what else ""
    alone = "; several subjects alone suffice" if row["reciprocal"] else ""
    status = f", {row['status']} unless the sentence says otherwise" if row["status"] else ""
    return f"{' with '.join(parts)} makes {row['event_type']}{status}{bound}{alone}"


def _how(element: dict[str, Any]) -> str:
    """How one phrase got its state and person."""
    codes, keys = ", ".join(element["codes"]), element["keys"]
    if element["np"] == "pronoun":
        return f"stands for those told before: {', '.join([*keys, *element['codes']])}"
    if element["np"] == "person":
        known = "in the roster" if keys and keys[0].startswith("p:") else "learned from this text"
        state = (
            "named with the person"
            if "G" in element["shape"]
            else "from the office held on the day or the place"
        )
        return f"person {', '.join(keys)} ({known}); {codes}: {state}"
    if element["np"] == "office":
        return f"office ({element['role_class']}); {codes}" + (
            f", the last such person told: {', '.join(keys)}" if keys else ", named with the office"
        )
    if element["np"] == "body":
        return f"an acting body of {codes}"
    if element["np"] == "town":
        return f"a town of {codes}"
    return f"{codes}: {_HOW.get(element['name_kind'] or '', 'a known name')}"


def _side(reading: Reading, row: dict[str, Any], prefix: str, role: str, text: str) -> Side | None:
    """One bound side of a clause; None when the clause has none."""
    low, high = row[f"{prefix}_lo"], row[f"{prefix}_hi"]
    if low is None:
        return None
    span = reading.elements.filter(pl.col("i").is_between(low, high) & (pl.col("sid") == row["sid"]))
    actors = span.filter((pl.col("codes").list.len() > 0) & pl.col("np").is_not_null())
    start, end = span["start"].min(), span["end"].max()
    return Side(
        role,
        text[start:end],
        tuple(row[f"{prefix}_codes"] or ()),
        tuple(row[f"{prefix}_keys"] or ()),
        tuple(_how(element) for element in actors.iter_rows(named=True)),
    )


def clauses_at(article: dict[str, Any], char_start: int) -> list[Clause]:
    """The clauses that today's rules read in the sentence of an article that begins at `char_start`.

    `article`: article_id, title, text, published_date, language, source. Sentence offsets are of the plain text;
    the words shown are the folded ones (accents and quotes made simple), of the same length.
    """
    day = article.get("published_date")
    frame = pl.DataFrame(
        {
            "article_id": [article["article_id"]],
            "title": [article.get("title")],
            "text": [article["text"]],
            "published_date": [day if isinstance(day, date) else None],
            "language": [article.get("language")],
            "source": [article.get("source")],
        },
        schema_overrides={"title": pl.String, "source": pl.String, "published_date": pl.Date, "language": pl.String},
    )
    reading = read(frame, language if (language := article.get("language")) in glosses.languages() else "en")
    here = reading.sents.filter(pl.col("start") == char_start)
    if here.is_empty():
        return []
    sid, fold = here["sid"][0], here["plain"][0]
    frames = {row["rule_id"]: row for row in words.frames().iter_rows(named=True)}
    out = []
    for row in reading.bound.filter(pl.col("sid") == sid).sort("i", "rule_id").iter_rows(named=True):
        found = (
            _side(reading, row, "s", "source", fold),
            _side(reading, row, "t", "target", fold),
            _side(reading, row, "p", "sides", fold),
        )
        rule = frames[row["rule_id"]]
        out.append(
            Clause(
                row["trigger"],
                row["rule_id"],
                frame_in_words(rule),
                rule["example"],
                row["status"],
                char_start + row["h_start"],
                char_start + row["h_end"],
                tuple(side for side in found if side),
            )
        )
    return out
