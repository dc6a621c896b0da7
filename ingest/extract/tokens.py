"""Sentences to tokens: words with offsets, and what the lexicon knows of each.

Belongs here: splitting, multi-word phrases, the readings of a word (place, organisation, office, verb, noun, function).
Does not belong here: deciding between readings by their neighbours (`phrases`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.vocabulary import Vocabulary

_TITLES = ["mr", "mrs", "ms", "dr", "prof", "messrs"]
_CUT = "\x01"
_TOKEN = r"\s*(?:(?:[A-Za-z]\.){2,}|[A-Za-z]+(?:'[A-Za-z]+)*|\d+(?:[.,:]\d+)*|[^\sA-Za-z\d])"


def split_tokens(sents: pl.DataFrame) -> pl.DataFrame:
    """One row per token: sid, a, start, end (in the sentence), word, lower, is_possessive, spaced, is_first."""
    pieces = (
        sents.lazy()
        .select(
            "sid",
            "a",
            pl.col("fold")
            .str.replace_all(_TOKEN, "$0" + _CUT)
            .str.strip_chars_end(_CUT + " ")
            .str.split(_CUT)
            .alias("piece"),
        )
        .explode("piece", empty_as_null=True)
        .with_columns(pl.col("piece").str.len_bytes().cast(pl.Int32).alias("n"))
        .with_columns(pl.col("piece").str.strip_chars_start().alias("word"))
        .with_columns(
            pl.col("n").cum_sum().over("sid").alias("end"),
            (pl.col("n") > pl.col("word").str.len_bytes()).alias("spaced"),
        )
        .with_columns((pl.col("end") - pl.col("word").str.len_bytes().cast(pl.Int32)).alias("start"))
        .filter(pl.col("word").str.len_bytes() > 0)
        .with_columns(pl.col("word").str.contains("'[sS]$").alias("is_possessive"))
        .with_columns(
            pl.when("is_possessive").then(pl.col("word").str.head(-2)).otherwise("word").alias("word"),
            pl.when("is_possessive").then(pl.col("end") - 2).otherwise("end").alias("end"),
        )
        .with_columns(pl.col("word").str.to_lowercase().alias("lower"))
        .with_columns((pl.col("sid") != pl.col("sid").shift(1)).fill_null(True).alias("is_first"))
        .drop("piece", "n")
        .collect()
    )
    # "talks between Mr. Muizzu and ...": the stop belongs to the title
    title_stop = (
        (pl.col("word") == ".") & ~pl.col("spaced") & pl.col("lower").shift(1).is_in(_TITLES) & ~pl.col("is_first")
    )
    return _mark_plural_possessives(pieces.filter(~title_stop.fill_null(False)))


def _mark_plural_possessives(tokens: pl.DataFrame) -> pl.DataFrame:
    """`ministers' talks`: the apostrophe becomes a flag on the word before it."""
    lone = (
        (pl.col("word") == "'")
        & ~pl.col("spaced")
        & pl.col("word").shift(1).str.ends_with("s")
        & pl.col("word").shift(-1).str.contains("^[A-Za-z]")
        & pl.col("spaced").shift(-1)
    ).fill_null(False)
    return (
        tokens.with_columns(lone.alias("lone"))
        .with_columns(
            (pl.col("is_possessive") | pl.col("lone").shift(-1).fill_null(False)).alias("is_possessive")
        )
        .filter(~pl.col("lone"))
        .drop("lone")
    )


def _spans(sents: pl.DataFrame, phrases: list[str], ignore_case: bool) -> pl.DataFrame:
    """One row per occurrence of a phrase: sid, start, span_end, form."""
    if not phrases:
        return pl.DataFrame(
            schema={"sid": pl.UInt32, "start": pl.Int32, "span_end": pl.Int32, "form": pl.String}
        )
    options = {"ascii_case_insensitive": ignore_case, "leftmost": True}
    patterns = pl.lit(pl.Series(phrases)).implode()
    return (
        sents.select(
            "sid",
            pl.col("fold").str.find_many(patterns, **options).alias("start"),
            pl.col("fold").str.extract_many(patterns, **options).alias("form"),
        )
        .filter(pl.col("start").list.len() > 0)
        .explode("start", "form", empty_as_null=True)
        .with_columns(pl.col("start").cast(pl.Int32))
        .with_columns((pl.col("start") + pl.col("form").str.len_bytes().cast(pl.Int32)).alias("span_end"))
    )


def join_phrases(tokens: pl.DataFrame, sents: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The tokens with each known phrase as one token; where phrases overlap the first and longest stays."""
    ends = tokens.select(
        "sid", pl.col("end").alias("span_end"), pl.col("is_possessive").alias("end_possessive")
    )
    spans = (
        pl.concat(
            [
                _spans(sents, vocabulary.name_phrases, ignore_case=False),
                _spans(sents, vocabulary.term_phrases, ignore_case=True),
            ]
        )
        .join(tokens.select("sid", "start"), on=["sid", "start"], how="semi")
        .join(ends, on=["sid", "span_end"], how="inner")
        .sort("sid", "start", "span_end", descending=[False, False, True])
        .unique(["sid", "start"], keep="first", maintain_order=True)
    )
    merged = (
        tokens.join(spans, on=["sid", "start"], how="left", maintain_order="left")
        .with_columns(
            pl.col("span_end")
            .fill_null(0)
            .cum_max()
            .over("sid")
            .shift(1)
            .over("sid")
            .fill_null(0)
            .alias("held")
        )
        .filter(pl.col("start") >= pl.col("held"))
    )
    is_phrase = pl.col("form").is_not_null()
    return (
        merged.with_columns(
            pl.when(is_phrase).then("form").otherwise("word").alias("word"),
            pl.when(is_phrase).then("span_end").otherwise("end").alias("end"),
            pl.when(is_phrase).then("end_possessive").otherwise("is_possessive").alias("is_possessive"),
        )
        .with_columns(pl.col("word").str.to_lowercase().alias("lower"))
        .drop("form", "span_end", "end_possessive", "held")
    )


def _unblock(tokens: pl.DataFrame, sents: pl.DataFrame, blocked: pl.DataFrame) -> pl.DataFrame:
    """The tokens with `is_blocked`: a place name inside a phrase in which it is none ("Michael Jordan")."""
    inside = blocked.with_columns(
        pl.struct("form", "alias_form")
        .map_elements(lambda r: r["form"].find(r["alias_form"]), return_dtype=pl.Int32)
        .alias("shift")
    ).select("form", "shift")
    hits = (
        _spans(
            sents, sorted(blocked["form"].unique().to_list(), key=lambda f: (-len(f), f)), ignore_case=False
        )
        .join(inside, on="form")
        .select("sid", (pl.col("start") + pl.col("shift")).alias("start"), pl.lit(True).alias("is_blocked"))
        .unique()
    )
    return tokens.join(hits, on=["sid", "start"], how="left", maintain_order="left").with_columns(
        pl.col("is_blocked").fill_null(False)
    )


def look_up(tokens: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The tokens with the readings that the vocabulary has for their forms."""
    return (
        tokens.join(vocabulary.names, left_on="word", right_on="form", how="left", maintain_order="left")
        .join(vocabulary.terms, left_on="lower", right_on="form", how="left", maintain_order="left")
        .with_columns(
            pl.col("word").str.contains(r"^[A-Z]").alias("is_capital"),
            pl.col("word").str.contains(r"^[^A-Za-z0-9]").alias("is_punct"),
        )
    )


def tokenise(sents: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """All steps of this module."""
    found = look_up(join_phrases(split_tokens(sents), sents, vocabulary), vocabulary)
    return _unblock(found, sents, vocabulary.blocked)
