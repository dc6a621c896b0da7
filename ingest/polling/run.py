"""Many sources, a few at a time, one such run at a time.

Belongs here: the lock, the shared door and readers, the threads. Does not belong here: one poll (`poll`).
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import date

from ingest.errors import EnvironmentProblem
from ingest.fetching import Door, Manners
from ingest.polling.log import Poll
from ingest.polling.poll import poll
from ingest.polling.roll import Source
from ingest.settings import Home
from ingest.sources.html import Readers

_SOURCES_AT_ONCE = 4


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Held by the one run that fetches for a home; it dies with its process."""
    home.ensure()
    home.fetch.mkdir(parents=True, exist_ok=True)
    with (home.fetch / "lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EnvironmentProblem(f"another process fetches for {home.root}; try again later") from error
        yield


def poll_all(
    home: Home, sources: Sequence[Source], day: date | None = None, advance: Callable[[], None] = lambda: None
) -> Iterator[Poll]:
    """A poll of each source, as they are done. Raises `EnvironmentProblem` when another run is at it."""
    if not sources:
        return
    with _alone(home), Door(Manners(home.fetch / "hosts")) as door, Readers() as readers, ThreadPoolExecutor(_SOURCES_AT_ONCE) as threads:
        tasks = [threads.submit(poll, home, source, door, readers, day) for source in sources]
        for task in as_completed(tasks):
            yield task.result()
            advance()
