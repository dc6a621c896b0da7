"""Laws of the sketches: what copies, near-copies, updates and strangers share; the same everywhere."""

from __future__ import annotations

import random
from functools import reduce
from hashlib import blake2b

import polars as pl
import pytest

from ingest import tables
from ingest.extract import duplicates

SEED = 11
MASK = (1 << 64) - 1


def story(seed: int, n_words: int = 240) -> str:
    """A text of made-up words drawn from a vocabulary that all stories share."""
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(3000)}" for _ in range(n_words))


def sketches(*texts: str) -> list[set[int]]:
    """The sketch of each text, made in one batch."""
    articles = pl.DataFrame({"article_id": [str(i) for i in range(len(texts))], "text": list(texts)})
    found = duplicates.sketches(articles)
    return [set(found.filter(pl.col("article_id") == str(i))["shingle"]) for i in range(len(texts))]


def held(one: set[int], two: set[int]) -> float:
    """How much of the shorter text the longer holds, by their sketches, as the models estimate it."""
    bound = min(max(one), max(two))
    one, two = ({shingle for shingle in kept if shingle <= bound} for kept in (one, two))
    return len(one & two) / min(len(one), len(two))


def with_words_changed(text: str, *positions: int) -> str:
    """The text with another word at these positions."""
    words = text.split(" ")
    return " ".join("altered" if i in positions else word for i, word in enumerate(words))


def test_sketch_has_the_declared_columns_and_key() -> None:
    found = duplicates.sketches(pl.DataFrame({"article_id": ["x"], "text": [story(SEED)]}))
    assert tables.FACTS_SKETCHES.conform(found).equals(found)
    assert found.select(tables.FACTS_SKETCHES.key).is_unique().all()


@pytest.mark.parametrize("n_words", [20, 36, 200, 2000])
def test_an_eighth_is_kept_and_32_at_least(n_words: int) -> None:
    (kept,) = sketches(story(SEED, n_words))
    n_shingles = n_words - 4
    assert len(kept) >= min(n_shingles, duplicates.KEPT_AT_LEAST)
    assert len(kept) <= max(duplicates.KEPT_AT_LEAST, n_shingles // duplicates.KEPT_SHARE * 1.5)


def test_copies_share_everything_whatever_their_case_marks_and_line_ends() -> None:
    text = story(SEED)
    one, two = sketches(text, "«" + text.upper().replace(" ", ",\n", 9) + "»")
    assert one == two


@pytest.mark.parametrize("seed", range(8))
def test_two_changed_words_leave_four_fifths(seed: int) -> None:
    one, two = sketches(story(seed), with_words_changed(story(seed), 20, 150))
    assert held(one, two) >= 0.8


@pytest.mark.parametrize("seed", range(8))
def test_an_update_holds_the_report_that_it_continues(seed: int) -> None:
    one, two = sketches(story(seed, 120), story(seed, 120) + " " + story(seed + 100, 200))
    assert held(one, two) >= 0.9


def test_unrelated_articles_share_nothing() -> None:
    kept = sketches(*(story(seed) for seed in range(12)))
    assert all(not one & two for i, one in enumerate(kept) for two in kept[:i])


@pytest.mark.parametrize(("n_words", "n_kept"), [(0, 0), (19, 0), (20, 16)])
def test_short_articles_have_no_sketch(n_words: int, n_kept: int) -> None:
    assert [len(kept) for kept in sketches(story(SEED, n_words))] == [n_kept]


def test_no_articles_give_no_rows() -> None:
    nothing = pl.DataFrame(schema={"article_id": pl.String, "text": pl.String})
    assert tables.FACTS_SKETCHES.conform(duplicates.sketches(nothing)).is_empty()


def test_batches_do_not_matter() -> None:
    articles = pl.DataFrame(
        {
            "article_id": [f"{i:02}" for i in range(30)],
            "text": [story(i, 15 + i) for i in range(30)],
        }
    )
    parts = [duplicates.sketches(articles[i : i + 7]) for i in range(0, 30, 7)]
    assert pl.concat(parts).equals(duplicates.sketches(articles))


def by_hand(text: str) -> list[int]:
    """The sketch by plain integers, as the arithmetic is meant."""

    def blake(value: str) -> int:
        return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little")

    def mix(value: int) -> int:
        for _ in range(2):
            value = ((value ^ (value >> 32)) * 0xD6E8FEB86659FD93) & MASK
        return value ^ (value >> 32)

    def chain(values: list[int]) -> int:
        return mix(reduce(lambda total, value: (total * 0x9E3779B97F4A7C15 + value) & MASK, values))

    hashes = [blake(word) for word in text.split(" ")]
    shingles = sorted({chain(hashes[i : i + 5]) >> 33 for i in range(len(hashes) - 4)})
    return [s for i, s in enumerate(shingles) if i < 32 or s < (1 << 31) // 8]


def test_arithmetic_is_exact_in_64_bits() -> None:
    found = duplicates.sketches(pl.DataFrame({"article_id": ["x"], "text": [story(SEED)]}))
    assert found["shingle"].to_list() == by_hand(story(SEED))
