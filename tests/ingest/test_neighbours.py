"""Neighbours of a word within its sentence, however they are looked up."""

from __future__ import annotations

import polars as pl

from ingest.extract.neighbours import _at, _count, _latest, in_one_plan, replace_rows, rows_at, rows_where

WORDS = pl.DataFrame(
    {
        "sid": pl.Series([0, 0, 0, 1, 2, 2], dtype=pl.UInt32),
        "lower": ["he", "met", "her", "yes", "she", "left"],
        "is_verb": [False, True, None, None, False, True],
    }
)


def looks(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.select(
        "lower",
        _at("lower", 1).alias("before"),
        _at("lower", -1).alias("after"),
        _at("lower", -2).alias("second"),
        _at("is_verb", 1, False).alias("after_verb"),
    )


def test_a_neighbour_is_of_the_same_sentence() -> None:
    found = in_one_plan(looks)(WORDS)
    assert found["before"].to_list() == ["", "he", "met", "", "", "she"]
    assert found["after"].to_list() == ["met", "her", "", "", "left", ""]
    assert found["second"].to_list() == ["her", "", "", "", "", ""]
    assert found["after_verb"].to_list() == [False, False, True, False, False, False]


def test_neighbours_laid_beside_are_those_that_a_shift_finds() -> None:
    assert in_one_plan(looks)(WORDS).equals(looks(WORDS.lazy()).collect())


def test_a_step_for_some_rows_finds_what_it_finds_for_all() -> None:
    rows = pl.Series([5, 0, 3])
    assert in_one_plan(looks)(WORDS, rows).equals(in_one_plan(looks)(WORDS)[[5, 0, 3]])


def test_a_step_for_no_rows_or_no_words_is_empty() -> None:
    assert in_one_plan(looks)(WORDS, pl.Series([], dtype=pl.Int64)).is_empty()
    assert in_one_plan(looks)(WORDS.clear()).is_empty()


def test_counts_and_last_values_begin_anew_with_a_sentence() -> None:
    told = WORDS.with_columns(
        _count(pl.col("is_verb")).alias("n"),
        _latest(pl.when(pl.col("is_verb")).then("lower")).alias("last"),
    )
    assert told["n"].to_list() == [0, 1, 1, 0, 0, 1]
    assert told["last"].to_list() == [None, "met", "met", None, None, "left"]


def test_replaced_rows_take_nulls_too_and_the_others_stay() -> None:
    values = pl.DataFrame({"lower": [None, "hers"]}, schema={"lower": pl.String})
    assert replace_rows(WORDS, pl.Series([0, 2]), values)["lower"].to_list() == [
        None,
        "met",
        "hers",
        "yes",
        "she",
        "left",
    ]
    assert replace_rows(WORDS, pl.Series([], dtype=pl.UInt32), values.clear()).equals(WORDS)


def test_rows_are_found_by_value_and_by_condition() -> None:
    numbers = pl.Series([2, 5, 9], dtype=pl.UInt32)
    assert rows_at(numbers, pl.Series([9, 3, None, 2], dtype=pl.UInt32)).to_list() == [2, None, None, 0]
    assert rows_where(WORDS, pl.col("is_verb")).to_list() == [1, 5]
    assert rows_where(WORDS, pl.col("is_verb"), shift=1).to_list() == [2]
