"""Sketches of texts: which shingles an article keeps, so that near copies can be told by what they share.

Belongs here: the sketch of a text. The hashes are written in 64-bit integer arithmetic over BLAKE2 word
hashes, so that they are equal on every machine, in every batch and under every version of the libraries.
Does not belong here: pairing articles and choosing originals (the dbt models of stories).

A sketch keeps the shingles with the smallest hashes: an eighth of them, and 32 at least. Of two articles the one
that keeps fewer sets the bound below which both have kept everything; what they share there, against what each has
there, estimates how much of the shorter the longer contains (an update of a report) and how alike they are (a copy
with small edits).
"""

from __future__ import annotations

from functools import lru_cache, reduce
from hashlib import blake2b

import polars as pl

from ingest.fold import fold_expr

MIN_WORDS = 20
SHINGLE = 5
KEPT_AT_LEAST = 32
KEPT_SHARE = 8  # one in so many
# Kept in 31 bits, in the order of the full hashes: half of the space, and chance hits are rare among near dates.
_BITS = 31

# the fold is ASCII, and in lower case here
_BETWEEN_WORDS = [char for char in map(chr, range(128)) if not (char.isdigit() or char.islower())]

_MULTIPLIER = 0x9E3779B97F4A7C15
_MIX = 0xD6E8FEB86659FD93
_MASK = (1 << 64) - 1


def _u64(value: int) -> pl.Expr:
    return pl.lit(value & _MASK, dtype=pl.UInt64)


def _mix(value: pl.Expr) -> pl.Expr:
    """The bits of a 64-bit number spread over all of it (multiplications wrap)."""
    for _ in range(2):
        value = (value ^ (value // _u64(1 << 32))) * _u64(_MIX)
    return value ^ (value // _u64(1 << 32))


@lru_cache(maxsize=2**18)
def _blake(value: str) -> int:
    """The first 64 bits of a text's BLAKE2 hash."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little")


def _words(articles: pl.DataFrame) -> pl.DataFrame:
    """One row per word: i (row of the article), word as a category of its own kind, numbered from 0 without a gap."""
    lower = fold_expr(pl.col("text")).str.to_lowercase()
    plain = lower.str.replace_many(_BETWEEN_WORDS, [" "] * len(_BETWEEN_WORDS))
    return (
        articles.select(plain.str.split(" ").alias("word"))
        .with_row_index("i")
        .explode("word", empty_as_null=True)
        .filter(pl.col("word") != "")
        .with_columns(pl.col("word").cast(pl.Categorical(pl.Categories.random("shingled"))))
    )


def _hashes(words: pl.Series) -> pl.Series:
    """The hash of each word: found once a form, since an article's words are mostly those of the others."""
    distinct = words.unique()
    ordered = pl.DataFrame({"at": distinct.to_physical(), "word": distinct.cast(pl.String)}).sort("at")["word"]
    return pl.Series([_blake(word) for word in ordered], dtype=pl.UInt64).gather(words.to_physical())


def _shingles(words: pl.DataFrame) -> pl.DataFrame:
    """One row per run of five words in an article: i, shingle."""
    word = pl.col("hash")
    steps = range(1, SHINGLE)
    run = reduce(lambda total, step: total * _u64(_MULTIPLIER) + word.shift(-step), steps, word)
    return (
        words.lazy()
        .select("i", _hashes(words["word"]).alias("hash"))
        .select(
            "i",
            _mix(run).alias("shingle"),
            (pl.col("i").shift(1 - SHINGLE) == pl.col("i")).alias("is_whole"),
        )
        .filter("is_whole")
        .select("i", "shingle")
        .collect()
    )


def sketches(articles: pl.DataFrame) -> pl.DataFrame:
    """One row per article (article_id, text) and kept shingle: article_id, shingle, in their order.

    None for articles of under twenty words.
    """
    ordered = articles.select("article_id", "text").sort("article_id")
    words = _words(ordered)
    long_enough = words["i"].value_counts().filter(pl.col("count") >= MIN_WORDS)["i"].implode()
    # one number of both, article before shingle, as one column sorts faster than two
    key = pl.col("i").cast(pl.UInt64) * _u64(1 << _BITS) + pl.col("shingle") // _u64(1 << (64 - _BITS))
    row, is_next = pl.int_range(pl.len()), pl.col("i") != pl.col("i").shift(1, fill_value=-1)
    return (
        _shingles(words)
        .lazy()
        .filter(pl.col("i").is_in(long_enough))
        .select(key.sort().alias("key"))
        .filter(pl.col("key") != pl.col("key").shift(1, fill_value=_MASK))
        .select((pl.col("key") // _u64(1 << _BITS)).cast(pl.Int64).alias("i"), (pl.col("key") % _u64(1 << _BITS)).cast(pl.Int32).alias("shingle"))
        .with_columns((row - pl.when(is_next).then(row).forward_fill()).alias("place"))
        .filter((pl.col("place") < KEPT_AT_LEAST) | (pl.col("shingle") < (1 << _BITS) // KEPT_SHARE))
        .select(pl.lit(ordered["article_id"]).gather("i").alias("article_id"), "shingle")
        .collect()
    )
