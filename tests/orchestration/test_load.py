"""Loads made from articles, and that parts that come late and out of order give what a whole rebuild gives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.settings import Home
from orchestration import load, pipeline, stamp
from orchestration.variants import Variants, read_rows, write


@pytest.fixture(scope="module")
def variants() -> Variants:
    """Variants of the sample articles."""
    return Variants(read_rows())


def shingles(row: dict[str, str]) -> set[tuple[str, ...]]:
    """The runs of five words of an article."""
    words = row["text"].split()
    return set(zip(*(words[i:] for i in range(5)), strict=False))


def test_a_variant_has_other_words_states_and_years_and_the_same_shape(variants: Variants) -> None:
    base, made = list(variants.of(0)), list(variants.of(3))
    assert [row["id"] + "-v3" for row in base] == [row["id"] for row in made]
    assert all(row["text"] != other["text"] for row, other in zip(base, made, strict=True))
    years = {int(row["published_date"][:4]) for row in made}
    assert years <= {year - 3 for year in range(2020, 2031)}
    shared = [
        len(shingles(row) & shingles(other)) / len(shingles(row))
        for row, other in zip(base, made, strict=True)
    ]
    assert max(shared) < 0.6 and sum(shared) / len(shared) < 0.4


def test_variants_are_the_same_every_time(variants: Variants) -> None:
    again = Variants(read_rows())
    assert list(variants.of(2)) == list(again.of(2))


def test_a_stream_goes_on_where_it_is_told(variants: Variants) -> None:
    n = len(read_rows())
    first = next(variants.stream(n + 1))
    assert first["id"].endswith("-v1")
    assert first == list(variants.of(1))[1]


@pytest.mark.slow
def test_parts_out_of_order_give_the_marts_of_a_whole_rebuild(tmp_path: Path, variants: Variants) -> None:
    """Five variants of every sample article, shuffled, in three runs; then everything built anew."""
    rows = [row for step in range(5) for row in variants.of(step)]
    random.Random(7).shuffle(rows)
    home = Home.resolve(tmp_path / "home")
    third = len(rows) // 3
    for part, start in enumerate((2 * third, 0, third)):
        path = write(tmp_path / f"part-{part}.jsonl", iter(rows[start : start + third]), third)
        pipeline.run(home, [path])
    assert stamp.is_kept(home)
    before = load.dump(home)
    pipeline.build(home, is_tested=False, is_whole=True)
    pipeline.publish(home, is_checked=False)
    after = load.dump(home)
    assert before.keys() == after.keys()
    for name, mart in before.items():
        assert mart == after[name], name
