"""How articles are cut into batches that some threads read at a time.

Belongs here: the number of threads, the size of a batch and where one ends.
Does not belong here: reading the articles, and the threads themselves (`ingest.extract.parallel`).
"""

from __future__ import annotations

import math
import os

import polars as pl

from ingest.errors import UsageError

BATCH_BYTES = 8_000_000
"""Most text in one batch: reading it takes 500 to 700 MB, and the plans that a batch costs whatever its size (0.3 s) are
a tenth of the time. Counted in bytes, since a speech is as long as ten reports."""

BYTES_AT_A_TIME = 2 * BATCH_BYTES
"""Most text that is read at a time, whatever the number of workers: a run holds to 2 GB."""

PART_SENTENCES, PART_WORDS = 60_000, 400_000
"""Most sentences, and most words of sentences that can state a fact, that are read further at a time. In reports from
everywhere a batch has fewer. Where each sentence is an encounter of four words, what a batch states takes ten times the
memory of its text."""


def setting(name: str, default: int) -> int:
    """A whole number from 1 up that the environment gives, else the default. Raises `UsageError` for anything else."""
    told = os.environ.get(name)
    if not told:
        return default
    if not (told.isascii() and told.isdigit() and int(told)):
        raise UsageError(f"{name}={told}: a whole number from 1 up is wanted")
    return int(told)


def n_workers() -> int:
    """Batches read at a time: `$CHANCERY_WORKERS`, else the number of cores, at most four."""
    return setting("CHANCERY_WORKERS", min(os.cpu_count() or 1, 4))


def batch_bytes() -> int:
    """Most text in one batch: `$CHANCERY_BATCH_BYTES`, else what suits as many workers as there are."""
    return setting("CHANCERY_BATCH_BYTES", min(BATCH_BYTES, max(BYTES_AT_A_TIME // n_workers(), 1)))


def even_slices(
    sizes: pl.Series, workers: int | None = None, most: int | None = None
) -> list[tuple[int, int]]:
    """Start and length of each batch of articles of these sizes: none of more than `most` (bytes of text, if not told
    otherwise) but by one article.

    Where there are several they are of one size, and as many as give each worker the same number: five batches for two
    workers take as long as six.
    """
    most = most or batch_bytes()
    total = int(sizes.sum() or 0)
    n = max(math.ceil(total / most), 1)
    if n > 1:
        n = math.ceil(n / (workers or n_workers())) * (workers or n_workers())
    edges = (
        sizes.cast(pl.Int64)
        .cum_sum()
        .search_sorted(pl.Series([total * k / n for k in range(1, n)], dtype=pl.Float64))
    )
    bounds = [0, *edges.to_list(), len(sizes)]
    return [(low, high - low) for low, high in zip(bounds, bounds[1:], strict=False) if high > low]
