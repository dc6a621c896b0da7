"""What reads the facts out of batches: threads of this process, or Ray Data past one machine.

Belongs here: the choice between them (`CHANCERY_ENGINE`), one module for each engine that is not ours, and what every
engine runs (`isolated`). Does not belong here: the extraction (`ingest/extract`) and any writing of what it found.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

import polars as pl

from ingest.batches import BATCH_BYTES, batch_bytes, setting
from ingest.errors import UsageError
from ingest.extract import in_parallel

ENGINE_VARIABLE = "CHANCERY_ENGINE"
ENGINES = ("local", "ray")

Facts = dict[str, pl.DataFrame]


def engine() -> str:
    """The engine that `$CHANCERY_ENGINE` names; without it threads. Raises `UsageError` for one that there is not."""
    named = os.environ.get(ENGINE_VARIABLE) or "local"
    if named not in ENGINES:
        raise UsageError(f"{ENGINE_VARIABLE}={named}: the engines are {', '.join(ENGINES)}")
    return named


def most_bytes() -> int:
    """Most text in one batch: of threads all share one machine's memory, of Ray's workers each has its own."""
    return batch_bytes() if engine() == "local" else setting("CHANCERY_BATCH_BYTES", BATCH_BYTES)


def facts_of(batches: Iterable[pl.DataFrame], read: Callable[[pl.DataFrame], Iterable[Facts]]) -> Iterator[Facts]:
    """What `read` gives for the batches, in their order, by the engine chosen; few batches are held at a time."""
    if engine() == "local":
        return in_parallel(batches, read)
    from orchestration.engines import on_ray

    return on_ray.facts_of(batches, read)
