"""Dagster's own notes (runs, events, schedule ticks) written without waiting for the disk.

Belongs here: one setting of SQLite. Does not belong here: the warehouse, which is DuckDB and always waits for the disk.

Dagster opens, commits and closes its SQLite files for each event: over a thousand times in a run, of which each waits for
the disk twice. On two busy cores a run over no news took 110 s so, and 36 s without the waiting. A killed process loses
nothing; after a power cut the list of past runs may be damaged and can be deleted: articles and facts do not depend on it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


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


def hurry() -> None:
    """From now on in this process; once is as good as twice."""
    if not event.contains(Engine, "connect", _without_waiting):
        event.listen(Engine, "connect", _without_waiting)
