"""Some batches read at a time, their parts taken in the order of the batches.

Belongs here: the threads, and what holds them back. Does not belong here: what is read, and how large a batch is
(`ingest.batches`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from queue import Full, Queue
from threading import Event
from typing import Generic, TypeVar

import polars as pl

from ingest.batches import n_workers

_Part = TypeVar("_Part")
_SECONDS_BETWEEN_LOOKS = 0.2
_END = object()


class _Parts(Generic[_Part]):
    """The parts of one batch, made by a thread that is at most two ahead of whoever takes them."""

    def __init__(self, pool: Executor, read: Callable[[pl.DataFrame], Iterable[_Part]], batch: pl.DataFrame) -> None:
        self._ready: Queue[_Part | object] = Queue(1)
        self._is_dropped = Event()
        self._work = pool.submit(self._fill, read, batch)

    def _fill(self, read: Callable[[pl.DataFrame], Iterable[_Part]], batch: pl.DataFrame) -> None:
        try:
            for part in read(batch):
                if not self._put(part):
                    return
        finally:
            self._put(_END)

    def _put(self, part: _Part | object) -> bool:
        """Wait until the part before is taken; false when nobody will take it."""
        while not self._is_dropped.is_set():
            try:
                self._ready.put(part, timeout=_SECONDS_BETWEEN_LOOKS)
                return True
            except Full:
                continue
        return False

    def __iter__(self) -> Iterator[_Part]:
        """Every part as it comes; raises what reading raised."""
        while (part := self._ready.get()) is not _END:
            yield part
        self._work.result()

    def drop(self) -> None:
        """Nobody takes what is left."""
        self._is_dropped.set()
        self._work.cancel()


def in_parallel(
    batches: Iterable[pl.DataFrame], read: Callable[[pl.DataFrame], Iterable[_Part]], workers: int | None = None
) -> Iterator[_Part]:
    """What `read` gives for the batches, some at a time, in the order of the batches and of the parts of each.

    Threads suffice: Polars works outside the interpreter's lock. No more batches are held than there are workers and
    one, and of each at most two parts. `workers` defaults to what `ingest.batches` says.
    """
    n = workers or n_workers()
    waiting: deque[_Parts[_Part]] = deque()
    with ThreadPoolExecutor(n) as pool:
        try:
            for batch in batches:
                waiting.append(_Parts(pool, read, batch))
                if len(waiting) > n:
                    yield from waiting[0]
                    waiting.popleft()
            while waiting:
                yield from waiting[0]
                waiting.popleft()
        finally:
            for parts in waiting:
                parts.drop()
