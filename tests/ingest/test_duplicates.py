"""Laws of the signatures: what copies, near-copies and strangers share; the same everywhere."""

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


def bands(*texts: str) -> list[set[tuple[int, str]]]:
    """The bands of each text, signed in one batch."""
    articles = pl.DataFrame({"article_id": [str(i) for i in range(len(texts))], "text": list(texts)})
    found = duplicates.signatures(articles)
    return [
        set(found.filter(pl.col("article_id") == str(i)).select("band", "band_hash").iter_rows())
        for i in range(len(texts))
    ]


def with_words_changed(text: str, *positions: int) -> str:
    """The text with another word at these positions."""
    words = text.split(" ")
    return " ".join("altered" if i in positions else word for i, word in enumerate(words))


def test_signature_has_the_declared_columns_and_key() -> None:
    found = duplicates.signatures(pl.DataFrame({"article_id": ["x"], "text": [story(SEED)]}))
    assert tables.FACTS_SIGNATURES.conform(found).equals(found)
    assert found["band"].to_list() == list(range(duplicates.BANDS))


def test_copies_share_every_band_whatever_their_case_marks_and_line_ends() -> None:
    text = story(SEED)
    one, two = bands(text, "«" + text.upper().replace(" ", ",\n", 9) + "»")
    assert one == two
    assert len(one) == duplicates.BANDS


@pytest.mark.parametrize("seed", range(8))
def test_two_changed_words_leave_half_of_the_bands(seed: int) -> None:
    one, two = bands(story(seed), with_words_changed(story(seed), 20, 150))
    assert len(one & two) >= duplicates.BANDS / 2


def test_unrelated_articles_share_no_band() -> None:
    signed = bands(*(story(seed) for seed in range(12)))
    assert all(not one & two for i, one in enumerate(signed) for two in signed[:i])


@pytest.mark.parametrize(("n_words", "n_bands"), [(0, 0), (19, 0), (20, duplicates.BANDS)])
def test_short_articles_have_no_signature(n_words: int, n_bands: int) -> None:
    assert [len(b) for b in bands(story(SEED, n_words))] == [n_bands]


def test_no_articles_give_no_rows() -> None:
    nothing = pl.DataFrame(schema={"article_id": pl.String, "text": pl.String})
    assert tables.FACTS_SIGNATURES.conform(duplicates.signatures(nothing)).is_empty()


def test_batches_do_not_matter() -> None:
    articles = pl.DataFrame(
        {
            "article_id": [f"{i:02}" for i in range(30)],
            "text": [story(i, 15 + i) for i in range(30)],
        }
    )
    parts = [duplicates.signatures(articles[i : i + 7]) for i in range(0, 30, 7)]
    assert pl.concat(parts).equals(duplicates.signatures(articles))


def by_hand(text: str) -> list[str]:
    """The band hashes by plain integers, as the arithmetic is meant."""

    def blake(value: str) -> int:
        return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little")

    def mix(value: int) -> int:
        for _ in range(2):
            value = ((value ^ (value >> 32)) * 0xD6E8FEB86659FD93) & MASK
        return value ^ (value >> 32)

    def chain(values: list[int]) -> int:
        return mix(reduce(lambda total, value: (total * 0x9E3779B97F4A7C15 + value) & MASK, values))

    hashes = [blake(word) for word in text.split(" ")]
    shingles = [chain(hashes[i : i + 5]) for i in range(len(hashes) - 4)]
    minima = [
        min((s * (blake(f"{row}a") | 1) + blake(f"{row}b")) & MASK for s in shingles) for row in range(16)
    ]
    return [str(chain(minima[i : i + 2])) for i in range(0, 16, 2)]


def test_arithmetic_is_exact_in_64_bits() -> None:
    found = duplicates.signatures(pl.DataFrame({"article_id": ["x"], "text": [story(SEED)]}))
    assert found["band_hash"].to_list() == by_hand(story(SEED))
