"""The published file: copied fresh, checkpointed, swapped in by rename.

Belongs here: the file that readers open. Does not belong here: deciding whether it may be published (the checks).
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

import duckdb

from ingest import faults
from ingest.errors import DamagedData, EnvironmentProblem
from ingest.settings import Home, memory_limit
from ingest.warehouse.declaring import SNAPSHOTS
from ingest.warehouse.layout import layout_of
from ingest.warehouse.literals import quoted
from ingest.warehouse.opening import STORAGE_VERSION, told

SCHEMAS = ("raw", "facts", "marts", "quality")
# Results of checks, the list of snapshots and the log of polls tell of runs, not of the world.
_APART = ("quality.validations", "quality.snapshots", "raw.polls", "raw.sources", "marts.sources")
# The texts are what ids are hashes of; the snapshot's own name says nothing about the world.
_UNREAD = {"raw.articles": "text", "marts.articles": "text, snapshot_id"}


@dataclass(frozen=True)
class Published:
    """What publishing did: the file (of a lake, where its rows lie), its snapshot, whether it changed, rows by table."""

    path: Path | str
    snapshot_id: str
    changed: bool
    counts: dict[str, int] = field(default_factory=dict)


def tables_of(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """`schema.table` of every table of the published schemas, sorted."""
    rows = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name IN ? ORDER BY 1",
        [database, list(SCHEMAS)],
    ).fetchall()
    return [name for (name,) in rows]


def content_hash(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """SHA-256 over hashes of the rows of every table, whatever their order; results of checks left out.

    DuckDB's version stands before it, as another may hash otherwise.
    """
    digest = sha256()
    for name in tables_of(con, database):
        if name not in _APART:
            columns = f"* EXCLUDE ({_UNREAD[name]})" if name in _UNREAD else "*"
            n, total = con.execute(
                f"SELECT count(*), sum(hash(t)::HUGEINT) FROM (SELECT {columns} FROM {database}.{name}) AS t"
            ).fetchone()
            digest.update(f"{name}:{n}:{total}\n".encode())
    return f"{duckdb.__version__}:{digest.hexdigest()}"


def stored_hash(path: Path) -> str | None:
    """The content hash that a published file says it has; None without file or snapshot."""
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            row = con.execute(
                "SELECT content_hash FROM quality.snapshots ORDER BY published_at DESC, snapshot_id DESC LIMIT 1"
            ).fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None


def _comment(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Carry the comments of a table and its columns over."""
    schema, table = name.split(".")
    rows = con.execute(
        "SELECT NULL, comment FROM duckdb_tables() WHERE database_name = 'work' AND schema_name = ? AND table_name = ? AND comment IS NOT NULL "
        "UNION ALL SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'work' AND schema_name = ? AND table_name = ? "
        "AND comment IS NOT NULL",
        [schema, table, schema, table],
    ).fetchall()
    for column, comment in rows:
        target = f'COLUMN fresh.{name}."{column}"' if column else f"TABLE fresh.{name}"
        con.execute(f"COMMENT ON {target} IS {quoted(comment)}")


def _snapshot_of(con: duckdb.DuckDBPyConnection) -> str | None:
    """The snapshot that the built articles name; None where nothing is built or nothing is in it."""
    try:
        row = con.execute("SELECT any_value(snapshot_id) FROM work.marts.articles").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None


def _copy(home: Home, fresh: Path) -> tuple[str, dict[str, int], bool]:
    """Write the fresh file: snapshot id, rows by table, whether it differs from what is published."""
    con = duckdb.connect(":memory:", config={"memory_limit": memory_limit()})
    try:
        con.execute(f"ATTACH {quoted(home.staging)} AS work (READ_ONLY)")
        found = content_hash(con, "work")
        snapshot_id = _snapshot_of(con) or "s" + found[:20]
        counts = {
            name: con.execute(f"SELECT count(*) FROM work.{name}").fetchone()[0]
            for name in tables_of(con, "work")
        }
        # a damaged file may still tell the right hash
        if stored_hash(home.published) == found and is_sealed(home):
            return snapshot_id, counts, False
        con.execute(f"ATTACH {quoted(fresh)} AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA fresh.{schema}")
        for name in tables_of(con, "work"):
            con.execute(f"CREATE TABLE fresh.{name} AS FROM work.{name}")
            _comment(con, name)
            faults.point("publish.half_copied")
        con.execute(SNAPSHOTS.format(name="fresh"))
        con.execute(
            "INSERT INTO fresh.quality.snapshots VALUES (?, ?, ?, ?, ?, ?)",
            [
                snapshot_id,
                datetime.now(UTC).replace(tzinfo=None),
                *(counts.get(f"marts.{t}", 0) for t in ("articles", "meetings", "events")),
                found,
            ],
        )
        faults.point("publish.before_checkpoint")
        con.execute("CHECKPOINT fresh")
        con.execute("DETACH fresh")
        return snapshot_id, counts, True
    finally:
        con.close()


def _sync(path: Path) -> None:
    """Force a file or folder onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def _seal_of(home: Home) -> Path:
    return home.warehouse / "published.sha256"


def _seal(home: Home, fresh: Path) -> None:
    """Note the fresh file's bytes beside those of the one before: whichever a kill leaves is known."""
    kept = seals(home)[:1]
    aside = _seal_of(home).with_suffix(".new")
    aside.write_text("".join(f"{line}\n" for line in [_digest(fresh), *kept]), encoding="ascii")
    os.replace(aside, _seal_of(home))


def seals(home: Home) -> list[str]:
    """SHA-256 of the bytes of the file published last, and of the one before; empty for those of earlier versions."""
    try:
        return _seal_of(home).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return []


def is_sealed(home: Home) -> bool:
    """Whether the published file's bytes are those that were published, as far as that was noted."""
    noted = seals(home)
    return not noted or _digest(home.published) in noted


def sweep(home: Home) -> None:
    """Remove what killed publishes left."""
    for left in home.warehouse.glob(".publish-*"):
        left.unlink(missing_ok=True)


def _refuse_foreign(path: Path) -> None:
    """Raise `DamagedData` for a file that is not ours to replace; one that cannot be read is damaged, and may be."""
    if path.exists():
        with suppress(duckdb.Error), duckdb.connect(str(path), read_only=True) as con:
            layout_of(con, path)


def publish(home: Home) -> Published:
    """Copy the working file's tables into a fresh file and swap it in; the same content changes nothing.

    Raises `EnvironmentProblem`, or `DamagedData` where a file of another program lies; what lies there is then as it was.
    """
    _refuse_foreign(home.published)
    sweep(home)
    fresh = home.warehouse / f".publish-{os.getpid()}.duckdb"
    wal = fresh.with_name(fresh.name + ".wal")
    try:
        with told("publishing", home.published):
            faults.point("publish.before_copy")
            snapshot_id, counts, changed = _copy(home, fresh)
            if changed:
                if wal.exists():
                    raise DamagedData(f"{fresh} still has a write-ahead log; nothing was published")
                faults.point("publish.before_sync")
                _sync(fresh)
                _seal(home, fresh)
                faults.point("publish.before_rename")
                os.replace(fresh, home.published)
                _sync(home.warehouse)
                faults.point("publish.after_rename")
            # also where a publish that was killed had swapped it in
            _keep_snapshot(home)
    except duckdb.Error as error:
        raise EnvironmentProblem(
            f"publishing failed at {home.published}: {str(error).splitlines()[0]}"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
        wal.unlink(missing_ok=True)
    return Published(home.published, snapshot_id, changed, counts)


def _keep_snapshot(home: Home) -> None:
    """Carry the new snapshot's row back into the working file, so that the list grows."""
    con = duckdb.connect(str(home.staging))
    try:
        con.execute(f"ATTACH {quoted(home.published)} AS fresh (READ_ONLY)")
        con.execute(
            "INSERT INTO quality.snapshots SELECT * FROM fresh.quality.snapshots ANTI JOIN quality.snapshots USING (snapshot_id, published_at)"
        )
    finally:
        con.close()
