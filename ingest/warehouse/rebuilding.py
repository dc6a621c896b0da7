"""The working file made anew from raw, with the old one at hand until that is done.

Belongs here: setting the old file aside, bringing it back, and what only it knows. Does not belong here: reading raw again
(`orchestration.pipeline`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from ingest import faults
from ingest.settings import Home
from ingest.warehouse.declaring import create_empty
from ingest.warehouse.literals import quoted
from ingest.warehouse.opening import connect

_rebuilding: set[Path] = set()


@contextmanager
def rebuilt(home: Home) -> Iterator[None]:
    """Within: the working file starts empty, for a replay. The old one comes back when the replay breaks.

    A replay that was killed leaves the old file aside, and the next opening of the warehouse brings it back.
    """
    bring_back(home)
    aside = _aside(home)
    faults.point("replay.before_aside")
    if home.staging.exists():
        os.replace(home.staging, aside)
    else:
        aside.touch()
    _wal(home).unlink(missing_ok=True)
    _rebuilding.add(home.root)
    try:
        create_empty(home)
        faults.point("replay.empty")
        for earlier in (aside, home.published):
            _carry_over(home, earlier)
        yield
        faults.point("replay.before_done")
    except BaseException:
        bring_back(home)
        raise
    finally:
        _rebuilding.discard(home.root)
    aside.unlink(missing_ok=True)


def _aside(home: Home) -> Path:
    """Where the working file waits while a replay makes a new one; empty when there was none."""
    return home.staging.with_suffix(".before-replay")


def _wal(home: Home) -> Path:
    return home.staging.with_name(home.staging.name + ".wal")


def is_rebuilding(home: Home) -> bool:
    """Whether this process is making the home's working file anew."""
    return home.root in _rebuilding


def bring_back(home: Home) -> None:
    """Put the working file of before a broken replay back in its place; nothing happens where there is none."""
    aside = _aside(home)
    if not aside.exists():
        return
    _wal(home).unlink(missing_ok=True)
    if aside.stat().st_size:
        os.replace(aside, home.staging)
    else:
        home.staging.unlink(missing_ok=True)
        aside.unlink()


def _carry_over(home: Home, earlier: Path) -> None:
    """Keep what nothing in `raw/` tells of: which articles were forgotten, and the list of snapshots, by which checks
    know what is usual. A damaged file, or one without the lists, is passed over."""
    if not earlier.exists() or not earlier.stat().st_size:
        return
    con = connect(home.staging, home)
    try:
        with suppress(duckdb.Error):
            con.execute(f"ATTACH {quoted(earlier)} AS earlier (READ_ONLY)")
            con.execute(
                "INSERT INTO raw.tombstones SELECT article_id, forgotten_at FROM earlier.raw.tombstones "
                "ANTI JOIN raw.tombstones USING (article_id)"
            )
            con.execute(
                "INSERT INTO quality.snapshots BY NAME SELECT * FROM earlier.quality.snapshots "
                "ANTI JOIN quality.snapshots USING (snapshot_id, published_at)"
            )
    finally:
        con.close()
