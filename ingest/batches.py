"""How articles are cut into batches that some threads read at a time.

Belongs here: the number of threads, the size of a batch and where one ends.
Does not belong here: reading the articles, and the threads themselves (`ingest.extract.in_parallel`).
"""

from __future__ import annotations

import math
import os

import polars as pl

BATCH_BYTES = 8_000_000
"""Most text in one batch: reading it takes some 500 MB, and the plans that a batch costs whatever its size (0.3 s) are
a tenth of the time. Counted in bytes, since a speech is as long as ten reports."""


def n_workers() -> int:
    """Batches read at a time: `$CHANCERY_WORKERS`, else the number of cores, at most four."""
    return int(os.environ.get("CHANCERY_WORKERS") or min(os.cpu_count() or 1, 4))


def even_slices(
    sizes: pl.Series, workers: int | None = None, most: int = BATCH_BYTES
) -> list[tuple[int, int]]:
    """Start and length of each batch of articles of these sizes: none of more than `most` but by one article.

    Where there are several they are of one size, and as many as give each worker the same number: five batches for two
    workers take as long as six.
    """
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
