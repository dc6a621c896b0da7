"""Publishing into a lake: one transaction after every check, and the clearing away of what nobody reads any more.

Belongs here: what readers of the lake see. Does not belong here: connections (`lake`), the published file of a home
without a lake (`publishing`).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import duckdb

from ingest import faults
from ingest.settings import Home
from ingest.warehouse.declaring import SNAPSHOTS
from ingest.warehouse.lake import BUILDING, Lake, opened, require_lock, told_of
from ingest.warehouse.literals import quoted
from ingest.warehouse.publishing import SCHEMAS, Published, content_hash, tables_of

_LAST = "SELECT content_hash FROM lake.quality.snapshots ORDER BY published_at DESC, snapshot_id DESC LIMIT 1"
_AUTHOR = "chancery"
# of the snapshots that nobody named (dbt makes one a model) and of old ones nothing need be kept; not even the newest
_EXPIRED = """
    SELECT snapshot_id FROM ducklake_snapshots('lake')
    WHERE snapshot_id < (SELECT max(snapshot_id) FROM ducklake_snapshots('lake') WHERE author = ?)
    AND (commit_message IS NULL OR snapshot_time < now() - to_days(?::INTEGER))
"""


def _columns(con: duckdb.DuckDBPyConnection, database: str, name: str) -> list[tuple[str, str]]:
    schema, table = name.split(".")
    return con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [database, schema, table],
    ).fetchall()


def _sources(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Published table → database and table that it is a copy of: the marts as dbt built them, all else as Python wrote it."""
    kept = {name: ("work", name) for name in tables_of(con, "work") if not name.startswith("marts.")}
    built = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name = ?", [BUILDING]
    ).fetchall()
    return kept | {f"marts.{table}": ("lake", f"{BUILDING}.{table}") for (table,) in built}


def _sums(con: duckdb.DuckDBPyConnection, relation: str, row: str) -> tuple[int, int | None]:
    return con.execute(f"SELECT count(*), sum({row}::HUGEINT) FROM {relation}").fetchone()


def _bring_up(con: duckdb.DuckDBPyConnection, name: str, database: str, source: str) -> None:
    """Make a published table equal its source by the rows that differ; one that is equal is not touched."""
    target, wanted = f"lake.{name}", f"{database}.{source}"
    columns = _columns(con, database, source)
    if _columns(con, "lake", name) != columns:
        con.execute(f"DROP TABLE IF EXISTS {target}")
        con.execute(f"CREATE TABLE {target} AS FROM {wanted}")
        return
    row = f"hash({', '.join(f'{chr(34)}{column}{chr(34)}' for column, _ in columns)})"
    if _sums(con, target, row) == _sums(con, wanted, row):
        return
    con.execute(f"DELETE FROM {target} WHERE {row} NOT IN (SELECT {row} FROM {wanted})")
    con.execute(f"INSERT INTO {target} BY NAME FROM {wanted} WHERE {row} NOT IN (SELECT {row} FROM {target})")
    # rows that stand twice cannot be told apart
    if _sums(con, target, row) != _sums(con, wanted, row):
        con.execute(f"DELETE FROM {target}")
        con.execute(f"INSERT INTO {target} BY NAME FROM {wanted}")


def _snapshot_of(con: duckdb.DuckDBPyConnection) -> str | None:
    row = con.execute(f"SELECT any_value(snapshot_id) FROM lake.{BUILDING}.articles").fetchone()
    return row[0] if row else None


def _list_snapshots(con: duckdb.DuckDBPyConnection) -> None:
    """The list of snapshots grows, in the lake as in the working file."""
    con.execute(
        "INSERT INTO lake.quality.snapshots BY NAME FROM work.quality.snapshots "
        "ANTI JOIN lake.quality.snapshots USING (snapshot_id, published_at)"
    )


def _write(con: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, int], bool]:
    """Inside the transaction: snapshot id, rows by table, whether anything of the content differs."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{schema}")
    con.execute(SNAPSHOTS.format(name="lake"))
    # before the working file's list joins it, in which the same content may stand as published into a file
    last = con.execute(_LAST).fetchone()
    sources = _sources(con)
    for name, (database, source) in sources.items():
        if name != "quality.snapshots":
            _bring_up(con, name, database, source)
            faults.point("lake.half_written")
    for name in set(tables_of(con, "lake")) - sources.keys():
        con.execute(f"DROP TABLE lake.{name}")
    _list_snapshots(con)
    found = content_hash(con, "lake")
    snapshot_id = _snapshot_of(con) or "s" + found[:20]
    counts = {name: con.execute(f"SELECT count(*) FROM lake.{name}").fetchone()[0] for name in tables_of(con, "lake")}
    if last == (found,):
        return snapshot_id, counts, False
    con.execute(
        "INSERT INTO lake.quality.snapshots VALUES (?, ?, ?, ?, ?, ?)",
        [
            snapshot_id,
            datetime.now(UTC).replace(tzinfo=None),
            *(counts.get(f"marts.{t}", 0) for t in ("articles", "meetings", "events")),
            found,
        ],
    )
    con.execute(f"CALL lake.set_commit_message({quoted(_AUTHOR)}, {quoted(f'published {snapshot_id}')})")
    return snapshot_id, counts, True


def publish_into(home: Home, lake: Lake) -> Published:
    """Commit what was built and checked, in one transaction; the same content changes nothing.

    Readers see all of it or nothing, and the snapshot before stays to travel to. Raises `EnvironmentProblem`; the lake
    is then as it was.
    """
    require_lock(lake)
    with opened(lake, read_only=False) as con, told_of(lake, "publishing"):
        con.execute(f"ATTACH {quoted(home.staging)} AS work (READ_ONLY)")
        con.execute("BEGIN")
        try:
            snapshot_id, counts, changed = _write(con)
            faults.point("lake.before_commit")
            require_lock(lake)
            con.execute("COMMIT" if changed else "ROLLBACK")
        except BaseException:
            _roll_back(con)
            raise
        faults.point("lake.after_commit")
        _keep_snapshots(con, home)
        _expire(con, lake)
    return Published(lake.data, snapshot_id, changed, counts)


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    """Give up, and let go of the working file: a failed commit to a lake would hold it open in this process."""
    for statement in ("ROLLBACK", "DETACH work"):
        with suppress(duckdb.Error):
            con.execute(statement)


def _keep_snapshots(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Carry the list of snapshots back into the working file."""
    con.execute("DETACH work")
    con.execute(f"ATTACH {quoted(home.staging)} AS work")
    con.execute(
        "INSERT INTO work.quality.snapshots BY NAME FROM lake.quality.snapshots "
        "ANTI JOIN work.quality.snapshots USING (snapshot_id, published_at)"
    )
    con.execute("DETACH work")


def _expire(con: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Let go of what a build went through and of history past its days; files go a day later, as a reader may be at them."""
    gone = [number for (number,) in con.execute(_EXPIRED, [_AUTHOR, lake.keep_days]).fetchall()]
    if gone:
        con.execute(f"CALL ducklake_expire_snapshots('lake', versions => {gone})")
    con.execute("CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL 1 DAY)")


def purge(lake: Lake) -> None:
    """Leave nothing in the lake but what is published now: history, deleted rows and loose files go, at once.

    What is left of a removed article would else lie in the files of earlier snapshots.
    """
    require_lock(lake)
    with opened(lake, read_only=False) as con, told_of(lake, "purging"):
        con.execute("CALL ducklake_rewrite_data_files('lake', delete_threshold => 0)")
        con.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")
        con.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
        con.execute("CALL ducklake_delete_orphaned_files('lake', cleanup_all => true)")
