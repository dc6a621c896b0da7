"""The topics and their weighted terms, inflected and validated.

Belongs here: reading `topic_names.csv` and `topics.csv`. A term that ends in `*` stands for its last
word in all its forms (s, ed, ing); a row without a topic is a mask: a phrase that hides the terms inside it
("trade barbs").
Does not belong here: finding terms in articles and scoring them (`ingest.extract.topics`).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ingest.lexicon.words import inflect, read_table, refuse_rows

MIN_WEIGHT, MAX_WEIGHT = 0.5, 3.0
_TERM = r"^[a-z0-9]+(?: [a-z0-9]+)*\*?$"
_APOSTROPHE_OR_HYPHEN = r"['-]"


@cache
def topic_names() -> pl.DataFrame:
    """One row per topic: topic, name, description, salience. Raises `ValueError` on a repeated code, empty cells or no number.

    `salience` weighs a topic against the others: words of trade or of prisoners tell what an article is about more often
    than words of elections or of the forum where something was said, which mostly stand by the way. Fitted on the
    annotated articles of `tests/gold`, in steps of a twentieth.
    """
    columns = ("topic", "name", "description", "salience")
    table = read_table("topic_names.csv", columns).with_columns(pl.col("salience").cast(pl.Float64, strict=False))
    refuse_rows(table, pl.col("topic").is_duplicated(), "topic_names.csv", "topic stands twice")
    empty = pl.any_horizontal(pl.col("topic", "name", "description") == "")
    refuse_rows(table, empty, "topic_names.csv", "empty cell")
    refuse_rows(table, ~pl.col("salience").is_between(0.5, 2).fill_null(False), "topic_names.csv", "salience is no number from 0.5 to 2")
    return table


def expand(term: str) -> list[str]:
    """All forms that a term stands for: itself, or every inflection of its last word where it ends in `*`."""
    if not term.endswith("*"):
        return [term]
    head, space, last = term[:-1].rpartition(" ")
    return sorted({head + space + form for form in inflect(last, "").values()})


def _validated(table: pl.DataFrame) -> pl.DataFrame:
    """The table of terms with numeric weights. Raises `ValueError` with file, row and reason."""
    name = "topics.csv"
    known = pl.Series([*topic_names()["topic"], ""]).implode()
    table = table.with_columns(
        pl.col("term").str.replace_all(_APOSTROPHE_OR_HYPHEN, " "),
        pl.col("weight").cast(pl.Float64, strict=False),
    )
    masks = pl.col("topic") == ""
    in_range = pl.col("weight").is_between(MIN_WEIGHT, MAX_WEIGHT)
    refuse_rows(table, ~pl.col("topic").is_in(known), name, "unknown topic")
    malformed = ~pl.col("term").str.contains(_TERM)
    refuse_rows(table, malformed, name, "a term is lower-case ASCII words, perhaps with '*'")
    refuse_rows(table, pl.struct("topic", "term").is_duplicated(), name, "term stands twice under its topic")
    refuse_rows(table, pl.col("weight").is_null(), name, "weight is no number")
    refuse_rows(table, ~masks & ~in_range, name, "weight outside 0.5-3")
    refuse_rows(table, masks & (pl.col("weight") != 0), name, "a mask has weight 0")
    return table


@cache
def terms() -> pl.DataFrame:
    """One row per topic and form: topic ('' for a mask), form, term, weight; of two terms the heavier wins.

    Raises `ValueError` when a mask is also a term.
    """
    table = _validated(read_table("topics.csv", ("topic", "term", "weight")))
    rows = [
        {"topic": topic, "form": form, "term": term, "weight": weight}
        for topic, term, weight in table.select("topic", "term", "weight").iter_rows()
        for form in expand(term)
    ]
    forms = (
        pl.DataFrame(rows)
        .sort("topic", "form", "weight", "term", descending=[False, False, True, False])
        .unique(["topic", "form"], keep="first", maintain_order=True)
    )
    is_mask = (pl.col("topic") == "").any().over("form")
    refuse_rows(forms, is_mask & (pl.col("topic") != ""), "topics.csv", "a mask is also a term")
    return forms
