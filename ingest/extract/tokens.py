"""Sentences to tokens: words with offsets, and what the lexicon knows of each.

Belongs here: splitting, multi-word phrases, the readings of a word (place, organisation, office, verb, noun, function).
Does not belong here: deciding between readings by their neighbours (`phrases`).

A batch of 900,000 tokens has 40,000 distinct forms. What depends on the form alone (its readings, how it is
written) is found once a form; a token holds the number of its form until the readings are laid beside it.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ingest.extract.neighbours import rows_at
from ingest.extract.vocabulary import Vocabulary

_TITLES = ["mr", "mrs", "ms", "dr", "prof", "messrs"]
_TOKEN = r"\s*(?:(?:[A-Za-z]\.){2,}|[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,:]\d+)*|[^\sA-Za-z\d])"
_WRITTEN = {
    "is_capital": r"^[A-Z]",
    "is_punct": r"^[^A-Za-z0-9]",
    "is_small": r"^[a-z]+$",
    "is_acronym": r"^[A-Z][A-Z.]+$",
    "is_number": r"^\d",
    "is_initial": r"^(?:[A-Z]|[A-Z][a-z])$",
    "is_rigid": r"^[A-Z.]+$| ",
}
"""How a form is written: flags that the rules ask of their neighbours."""


def _take(table: pl.DataFrame, columns: list[str], rows: pl.Series) -> pl.DataFrame:
    """These columns of the table, one row for each of `rows`."""
    return table.select(pl.col(columns).gather(rows))


def split_tokens(sents: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tokens and their distinct forms.

    Tokens: sid, a, start, end (in the sentence), at (in the batch), form (row of the forms), is_possessive, spaced,
    is_first. Forms: word, lower.
    """
    pieces = (
        sents.lazy()
        .select("sid", "a", pl.col("fold").str.extract_all(_TOKEN).alias("piece"))
        .explode("piece", empty_as_null=True)
        .drop_nulls("piece")
        # categories of its own, so that the numbers run from 0 without a gap
        .with_columns(pl.col("piece").cast(pl.Categorical(pl.Categories.random("pieces"))))
        .collect()
    )
    distinct = pieces["piece"].unique()
    word = pl.col("word")
    forms = (
        pl.DataFrame({"form": distinct.to_physical(), "word": distinct.cast(pl.String)})
        .sort("form")
        .with_columns(word.str.len_bytes().cast(pl.Int64).alias("n"), word.str.strip_chars_start())
        .with_columns(
            word.str.len_bytes().cast(pl.Int64).alias("width"),
            word.str.contains("'[sS]$").alias("is_possessive"),
        )
        .with_columns(
            (pl.col("n") > pl.col("width")).alias("spaced"),
            pl.when("is_possessive").then(word.str.head(-2)).otherwise("word").alias("word"),
        )
        .with_columns(
            word.str.to_lowercase().alias("lower"),
            (word == "'").alias("is_apostrophe"),
            (word == ".").alias("is_stop"),
            word.str.to_lowercase().is_in(_TITLES).alias("is_title"),
            word.str.ends_with("s").alias("ends_in_s"),
            word.str.contains("^[A-Za-z]").alias("is_alpha"),
        )
    )
    number = pieces["piece"].to_physical().alias("form")
    of_form = ["n", "width", "spaced", "is_possessive", "is_apostrophe", "ends_in_s", "is_alpha"]
    of_form += ["is_stop", "is_title"]
    # "talks between Mr. Muizzu and ...": the stop belongs to the title
    title_stop = pl.col("is_stop") & ~pl.col("spaced") & pl.col("is_title").shift(1) & ~pl.col("is_first")
    stop = pl.col("n").cum_sum()
    tokens = (
        pl.concat([pieces.select("sid", "a", number), _take(forms, of_form, number)], how="horizontal")
        .lazy()
        .with_columns(
            stop.alias("stop"), (pl.col("sid") != pl.col("sid").shift(1)).fill_null(True).alias("is_first")
        )
        .with_columns(
            pl.when("is_first").then(pl.col("stop") - pl.col("n")).forward_fill().alias("base"),
            (pl.col("stop") - pl.col("width")).alias("at"),
        )
        .select(
            "sid",
            "a",
            (pl.col("at") - pl.col("base")).cast(pl.Int32).alias("start"),
            (pl.col("stop") - pl.col("base") - 2 * pl.col("is_possessive").cast(pl.Int64))
            .cast(pl.Int32)
            .alias("end"),
            "at",
            "form",
            "is_possessive",
            "spaced",
            "is_first",
            "is_apostrophe",
            "ends_in_s",
            "is_alpha",
            title_stop.fill_null(False).alias("is_title_stop"),
        )
        .filter(~pl.col("is_title_stop"))
        .drop("is_title_stop")
        .collect()
    )
    return _mark_plural_possessives(tokens), forms.select("word", "lower")


def _mark_plural_possessives(tokens: pl.DataFrame) -> pl.DataFrame:
    """`ministers' talks`: the apostrophe becomes a flag on the word before it."""
    lone = (
        pl.col("is_apostrophe")
        & ~pl.col("spaced")
        & pl.col("ends_in_s").shift(1)
        & pl.col("is_alpha").shift(-1)
        & pl.col("spaced").shift(-1)
    ).fill_null(False)
    return (
        tokens.lazy()
        .with_columns(lone.alias("lone"))
        .with_columns(
            (pl.col("is_possessive") | pl.col("lone").shift(-1).fill_null(False)).alias("is_possessive")
        )
        .filter(~pl.col("lone"))
        .drop("lone", "is_apostrophe", "ends_in_s", "is_alpha")
        .collect()
    )


def _spans(sents: pl.DataFrame, phrases: pl.Series, ignore_case: bool) -> pl.DataFrame:
    """One row per occurrence of a phrase: sid, start, span_end, form (as the text has it)."""
    patterns = pl.lit(phrases).implode()
    # Texts in lower case rather than a scan that ignores case: building that one takes 15 ms, and it scans half as fast.
    fold = pl.col("fold").str.to_lowercase() if ignore_case else pl.col("fold")
    # One sentence in eight holds a phrase: the others are scanned once, not for both questions.
    return (
        sents.select("sid", "fold", fold.alias("text"))
        .with_columns(pl.col("text").str.find_many(patterns, leftmost=True).alias("start"))
        .filter(pl.col("start").list.len() > 0)
        .with_columns(pl.col("text").str.extract_many(patterns, leftmost=True).list.eval(pl.element().str.len_bytes()).alias("n"))
        .explode("start", "n", empty_as_null=True)
        .select(
            "sid",
            pl.col("start").cast(pl.Int32),
            (pl.col("start") + pl.col("n")).cast(pl.Int32).alias("span_end"),
            pl.col("fold").str.slice("start", "n").alias("form"),
        )
    )


def join_phrases(
    tokens: pl.DataFrame, forms: pl.DataFrame, sents: pl.DataFrame, vocabulary: Vocabulary
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tokens and forms with each known phrase as one token; where phrases overlap the first and longest stays."""
    found = pl.concat(
        [
            _spans(sents, vocabulary.name_phrases, ignore_case=False),
            _spans(sents, vocabulary.term_phrases, ignore_case=True),
        ]
    )
    if found.is_empty() or tokens.is_empty():
        return tokens, forms
    stops = tokens.select(pl.col("at") + (pl.col("end") - pl.col("start"))).to_series()
    found = found.join(_bases(tokens), on="sid").with_columns(
        (pl.col("base") + pl.col("span_end")).alias("stop")
    )
    spans = (
        found.with_columns(
            rows_at(tokens["at"], found["base"] + found["start"]).alias("low"),
            rows_at(stops, found["stop"]).alias("high"),
        )
        .drop_nulls(["low", "high"])
        .sort("low", "stop", descending=[False, True])
        .unique("low", keep="first", maintain_order=True)
    )
    phrases = spans.select(pl.col("form").unique(maintain_order=True)).with_row_index("row", len(forms))
    spans = spans.join(phrases, on="form", maintain_order="left")
    held = pl.zeros(tokens.height, dtype=pl.Int64, eager=True).scatter(spans["low"], spans["stop"])
    merged = tokens.with_columns(
        tokens["form"].clone().scatter(spans["low"], spans["row"]),
        tokens["end"].clone().scatter(spans["low"], spans["span_end"]),
        tokens["is_possessive"].clone().scatter(spans["low"], tokens["is_possessive"].gather(spans["high"])),
        held.cum_max().shift(1, fill_value=0).alias("held"),
    )
    word = phrases.select(pl.col("form").alias("word"), pl.col("form").str.to_lowercase().alias("lower"))
    return merged.filter(pl.col("at") >= pl.col("held")).drop("held"), pl.concat([forms, word])


def _bases(tokens: pl.DataFrame) -> pl.DataFrame:
    """Where each sentence begins in the batch: sid, base."""
    return tokens.filter((pl.col("sid") != pl.col("sid").shift(1)).fill_null(True)).select(
        "sid", (pl.col("at") - pl.col("start")).alias("base")
    )


def _blocked(tokens: pl.DataFrame, sents: pl.DataFrame, blocked: pl.DataFrame) -> pl.Series:
    """`is_blocked`: whether a token is a place name inside a phrase in which it is none ("Michael Jordan")."""
    phrases = blocked["form"].unique(maintain_order=True)
    hits = (
        _spans(sents, phrases, ignore_case=False)
        .join(blocked.select("form", "shift"), on="form")
        .join(_bases(tokens), on="sid")
        .select(pl.col("base") + pl.col("start") + pl.col("shift"))
        .to_series()
    )
    flags = pl.repeat(False, tokens.height, eager=True).alias("is_blocked")
    rows = rows_at(tokens["at"], hits).drop_nulls() if tokens.height else hits.clear()
    return flags.scatter(rows, True) if len(rows) else flags


def look_up(forms: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The forms with the readings that the vocabulary has for them, and how they are written."""
    word = pl.col("word")
    words = pl.Categorical(pl.Categories.random("words"))
    return (
        forms.join(vocabulary.names, left_on="word", right_on="form", how="left", maintain_order="left")
        .join(vocabulary.terms, left_on="lower", right_on="form", how="left", maintain_order="left")
        .with_columns(word.str.contains(pattern).alias(name) for name, pattern in _WRITTEN.items())
        .with_columns(pl.col("word", "lower").cast(words))
    )


def tokenise(
    sents: pl.DataFrame,
    vocabulary: Vocabulary,
    readable: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """All steps of this module, for the tokens that `readable` keeps (of tokens and forms with readings).

    `word`, `lower` and the readings are categorical: rules compare them with words many times over, and a comparison
    of numbers costs a third of one of texts.
    """
    tokens, forms = split_tokens(sents)
    tokens, forms = join_phrases(tokens, forms, sents, vocabulary)
    forms = look_up(forms, vocabulary)
    tokens = readable(tokens, forms)
    left = sents.join(tokens.select("sid").unique(), on="sid", how="semi", maintain_order="left")
    return pl.concat(
        [
            tokens.drop("form", "at"),
            _take(forms, forms.columns, tokens["form"]),
            _blocked(tokens, left, vocabulary.blocked).to_frame(),
        ],
        how="horizontal",
    )
