"""Who may write to a home, and how its files are opened.

Belongs here: the writer's lock, writing connections, and what DuckDB and the system say of both, in our words.
Does not belong here: what is in the files (`declaring`, `working`).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import duckdb

from ingest.errors import EnvironmentProblem
from ingest.settings import Home, memory_limit
from ingest.warehouse.lake import lake_lock, lake_of

STORAGE_VERSION = "v1.4.0"
_held: set[Path] = set()


def _holder(lock_file: Path) -> str:
    """Who holds the lock, as that process wrote it."""
    try:
        note = json.loads(lock_file.read_text(encoding="utf-8"))
        return f"process {note['pid']} ({note['command']}) since {note['since']} UTC"
    except (OSError, ValueError, KeyError):
        return "another process"


@contextmanager
def writer_lock(home: Home, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the writer's lock of a home, and of its lake; within one process it may be taken again.

    The lock dies with its process, so it is never stale. Raises `EnvironmentProblem` naming the holder.
    """
    if home.root in _held:
        yield
        return
    home.ensure()
    deadline = monotonic() + wait_seconds
    with home.lock_file.open("a+", encoding="utf-8") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if monotonic() >= deadline:
                    raise EnvironmentProblem(
                        f"{home.warehouse} is being written by {_holder(home.lock_file)}; try again later"
                    ) from error
                sleep(0.2)
        handle.seek(0)
        handle.truncate()
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        handle.write(json.dumps({"pid": os.getpid(), "command": " ".join(sys.argv)[:200], "since": since}))
        handle.flush()
        _held.add(home.root)
        try:
            with lake_lock(lake_of(home)):
                yield
        finally:
            _held.discard(home.root)


@contextmanager
def told(what: str, where: Path) -> Iterator[None]:
    """DuckDB's and the system's errors as `EnvironmentProblem` that says what was tried and where."""
    try:
        yield
    except OSError as error:
        raise EnvironmentProblem(f"{what} failed at {where}: {error.strerror or error}") from error
    except (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.OutOfMemoryException,
        duckdb.InternalException,
        duckdb.TransactionException,  # a commit for which the disk has no room
    ) as error:
        raise EnvironmentProblem(f"{what} failed at {where}: {str(error).splitlines()[0]}") from error


def is_passing(error: EnvironmentProblem) -> bool:
    """Whether a file could not be opened for what is around it: another process, a disk without room or rights."""
    passing = ["lock", *(os.strerror(number).lower() for number in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT))]
    return any(words in str(error).lower() for words in passing)


def connect(path: Path, home: Home) -> duckdb.DuckDBPyConnection:
    """A writing connection: UTC, bounded memory, files that every client since 1.4 can open."""
    config = {
        "storage_compatibility_version": STORAGE_VERSION,
        "memory_limit": memory_limit(),
        "temp_directory": str(home.warehouse / "tmp"),
    }
    if threads := os.environ.get("CHANCERY_THREADS"):
        config["threads"] = threads
    return duckdb.connect(str(path), config=config)
