"""How articles are cut into batches."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.batches import BYTES_AT_A_TIME, batch_bytes, even_slices


@pytest.mark.parametrize(
    ("sizes", "workers", "most", "n"),
    [
        ([], 2, 10, 0),
        ([5, 5], 2, 10, 1),
        ([5] * 10, 2, 25, 2),
        ([5] * 10, 2, 20, 4),
        ([5] * 10, 3, 20, 3),
        ([1] * 3, 2, 1, 3),
    ],
)
def test_each_worker_gets_as_many_batches(sizes: list[int], workers: int, most: int, n: int) -> None:
    parts = even_slices(pl.Series(sizes, dtype=pl.Int64), workers, most)
    assert len(parts) == n


def test_batches_follow_each_other_and_leave_nothing_out() -> None:
    sizes = pl.Series([800, 9_000, 20, 100, 7_000, 300, 300, 5_000])
    parts = even_slices(sizes, 2, 6_000)
    assert [start for start, _ in parts] == [0, *(start + length for start, length in parts[:-1])]
    assert sum(length for _, length in parts) == len(sizes)


def test_a_batch_is_too_large_by_one_article_at_most() -> None:
    sizes = pl.Series([30, 10, 20, 50, 10, 10, 40, 20])
    for start, length in even_slices(sizes, 2, 60):
        assert sizes.slice(start, length - 1).sum() <= 60


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 16])
def test_no_more_is_read_at_a_time_by_more_workers(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setenv("CHANCERY_WORKERS", str(workers))
    assert workers * batch_bytes() <= BYTES_AT_A_TIME
