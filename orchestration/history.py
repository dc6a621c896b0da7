"""Dagster's own notes (runs, events, schedule ticks) written without waiting for the disk, and without starting over each time.

Belongs here: how SQLite is used for them. Does not belong here: the warehouse, which is DuckDB and always waits for the disk.

Dagster opens, commits and closes its SQLite files for each event: over a thousand times in a run, of which each waits for
the disk twice. On two busy cores a run over no news took 110 s so, and 36 s without the waiting. A killed process loses
nothing; after a power cut the list of past runs may be damaged and can be deleted: articles and facts do not depend on it.

In a process that carries out a run, the connection to each file of events is also kept: opening it, and compiling the same few
statements for it, took a quarter of that process's time. The others, which live long, close them as Dagster does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool


def _is_ours(connection: Any) -> bool:
    """Whether a connection is to an SQLite file below `$DAGSTER_HOME`."""
    if not type(connection).__module__.startswith("sqlite3"):
        return False
    home = os.environ.get("DAGSTER_HOME")
    path = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    return bool(home and path) and Path(path).resolve().is_relative_to(Path(home).resolve())


def _without_waiting(connection: Any, _record: Any) -> None:
    """Set it on a new connection."""
    if _is_ours(connection):
        connection.execute("PRAGMA synchronous = OFF")


_engines: dict[str, Engine] = {}


@contextmanager
def _kept(storage: SqliteEventLogStorage, shard: str) -> Iterator[Connection]:
    """A transaction on the one connection to a file of events, in place of the method that opens and closes it."""
    with storage._db_lock:
        url = storage.conn_string_for_shard(shard)
        if url not in _engines:
            settings = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
            _engines[url] = create_engine(url, poolclass=StaticPool, connect_args=settings)
        if shard not in storage._initialized_dbs:
            storage._initdb(_engines[url])
            storage._initialized_dbs.add(shard)
        with _engines[url].begin() as connection:
            yield connection


def hurry(*, is_short_lived: bool) -> None:
    """From now on in this process; once is as good as twice. `is_short_lived` keeps connections too."""
    if is_short_lived:
        SqliteEventLogStorage._connect = _kept
    if not event.contains(Engine, "connect", _without_waiting):
        event.listen(Engine, "connect", _without_waiting)
