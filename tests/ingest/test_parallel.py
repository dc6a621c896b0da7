"""Some batches at a time: in their order, no further ahead than memory allows, and an end for every thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import sleep

import polars as pl
import pytest

from ingest.extract import in_parallel


def _batches(n: int) -> Iterator[pl.DataFrame]:
    return (pl.DataFrame({"n": [k]}) for k in range(n))


def _three(batch: pl.DataFrame) -> Iterator[tuple[int, int]]:
    for part in range(3):
        sleep(0.01 * (3 - batch["n"].item() % 3))
        yield batch["n"].item(), part


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_parts_come_in_the_order_of_the_batches(workers: int) -> None:
    assert list(in_parallel(_batches(7), _three, workers)) == [(n, part) for n in range(7) for part in range(3)]


def test_nobody_reads_far_ahead_of_who_takes() -> None:
    made = []

    def read(batch: pl.DataFrame) -> Iterator[int]:
        for part in range(20):
            made.append(part)
            yield part

    parts = in_parallel(_batches(6), read, 2)
    next(parts)
    sleep(0.3)
    # of each of two batches one part waits and one is in the hand; one was taken
    assert len(made) <= 2 * 2 + 1
    assert sum(1 for _ in parts) == 6 * 20 - 1


def test_what_a_batch_raises_is_raised_after_its_parts() -> None:
    def read(batch: pl.DataFrame) -> Iterator[int]:
        yield batch["n"].item()
        if batch["n"].item() == 1:
            raise ValueError("no appetite")

    taken = []
    with pytest.raises(ValueError, match="no appetite"):
        for part in in_parallel(_batches(9), read, 2):
            taken.append(part)
    assert taken == [0, 1]


def test_threads_end_when_nobody_takes_the_rest() -> None:
    before = threading.active_count()
    parts = in_parallel(_batches(9), _three, 3)
    next(parts)
    parts.close()
    assert threading.active_count() == before
