"""Removal of an article and all that only it supports.

Belongs here: stored bytes, working file, exports, tombstone. Does not belong here: the marts and the published file,
which the caller builds and publishes anew: a published file is always a fresh copy, so no deleted byte stays in it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest import faults, sources, tables
from ingest.articles import admit
from ingest.errors import UsageError
from ingest.settings import Home
from ingest.sources import parting, store
from ingest.sources.records import Unreadable
from ingest.warehouse.declaring import declare
from ingest.warehouse.literals import quoted
from ingest.warehouse.opening import connect, told
from ingest.warehouse.working import Warehouse, delete_facts

_KNOWN = """
    SELECT article_id FROM raw.articles WHERE article_id = $id UNION ALL SELECT article_id FROM raw.tombstones WHERE article_id = $id
"""


@dataclass(frozen=True)
class Forgotten:
    """What was removed: the article, stored objects, facts."""

    article_id: str
    n_objects: int
    n_facts: int


def _manifests(raw: Path, sha256: str) -> list[Path]:
    return sorted((raw / sha256[:2]).glob(f"{sha256}.*.json"))


def _drop_object(raw: Path, sha256: str) -> None:
    """Remove an object, its manifests, and its sidecars unless another input is described by the same bytes."""
    described = set()
    for manifest in _manifests(raw, sha256):
        described.add(store.load(manifest).sidecar_sha256)
        manifest.unlink()
    store.object_path(raw, sha256).unlink(missing_ok=True)
    needed = {arrival.sidecar_sha256 for arrival in store.arrivals(raw)}
    for sidecar in described - needed - {None}:
        store.object_path(raw, sidecar).unlink(missing_ok=True)


def _held(home: Home, article_id: str) -> list[tuple[str, list[int], bool]]:
    """Every stored object that holds the article: hash, record numbers, whether it holds others too.

    The warehouse names the first only; the same article may have come in other files, or twice in one. So all that is
    stored is read once more: forgetting is rare, and must be whole.
    """
    columns = ("article_id", "raw_sha256", "raw_position")
    found = [admit(batch).articles.select(columns) for batch in sources.replay_batches(home)]
    if not found:
        return []
    is_it = pl.col("article_id") == article_id
    return (
        pl.concat(found)
        .group_by("raw_sha256", maintain_order=True)
        .agg(pl.col("raw_position").filter(is_it).unique().sort(), (~is_it).any().alias("has_others"))
        .filter(pl.col("raw_position").list.len() > 0)
        .rows()
    )


def _ids(home: Home, arrival: store.Arrival) -> dict[int, str]:
    """The articles of one stored arrival: their ids by position."""
    found: dict[int, str] = {}
    for batch in sources.arrival_batches([arrival], home):
        found |= dict(admit(batch).articles.select("raw_position", "article_id").iter_rows())
    return found


def _blank_records(home: Home, sha256: str, positions: list[int]) -> str:
    """Store the object anew without these records; gives its new hash. Every other article must read as before.

    Raises `Unreadable` when it cannot be parted so; then all is as it was.
    """
    raw, manifests = home.raw, _manifests(home.raw, sha256)
    path = store.object_path(raw, sha256)
    arrivals = [store.load(manifest) for manifest in manifests]
    fresh = store.keep_bytes(raw, parting.without(path, arrivals[0].kind, positions))
    renewed = [replace(arrival, sha256=fresh) for arrival in arrivals]
    for arrival, after in zip(arrivals, renewed, strict=True):
        wanted = {place: name for place, name in _ids(home, arrival).items() if place not in positions}
        if _ids(home, after) != wanted:
            store.object_path(raw, fresh).unlink(missing_ok=True)
            raise Unreadable("unreadable", "its other articles would not read as before")
    for after in renewed:
        store.record(raw, after)
    return fresh


def _refuse_inseparable(home: Home, article_id: str, held: list[tuple[str, list[int], bool]]) -> None:
    """Raise `UsageError` before the first object is touched when one holds other articles and is of a kind that cannot
    be parted, or came as several kinds."""
    for sha, _, has_others in held:
        kinds = {store.load(manifest).kind for manifest in _manifests(home.raw, sha)}
        if has_others and (len(kinds) > 1 or not kinds <= parting.KINDS):
            raise UsageError(
                f"{article_id} lies in a {'/'.join(sorted(kinds))} file with other articles that cannot be parted "
                f"({store.object_path(home.raw, sha)})"
            )


def _erase_bytes(con: duckdb.DuckDBPyConnection, home: Home, article_id: str) -> int:
    """Take the article's records out of the store; the number of objects."""
    held = _held(home, article_id)
    _refuse_inseparable(home, article_id, held)
    for sha, positions, has_others in held:
        if not has_others:
            _drop_object(home.raw, sha)
            continue
        try:
            fresh = _blank_records(home, sha, positions)
        except Unreadable as problem:
            raise UsageError(f"{store.object_path(home.raw, sha)} cannot be parted: {problem.detail}") from problem
        # the rows first: whoever is killed here finds both objects, and forgets once more
        con.execute("UPDATE raw.articles SET raw_sha256 = ? WHERE raw_sha256 = ?", [fresh, sha])
        for table in ("raw.ledger", "raw.quarantine"):
            con.execute(f"UPDATE {table} SET sha256 = ? WHERE sha256 = ?", [fresh, sha])
        faults.point("forget.half_bytes")
        for manifest in _manifests(home.raw, sha):
            manifest.unlink()
        store.object_path(home.raw, sha).unlink()
    return len(held)


def _compact(home: Home) -> None:
    """Copy the working file's Python-written tables into a new file: deleted bytes stay in the old one."""
    fresh = home.staging.with_suffix(".compact")
    fresh.unlink(missing_ok=True)
    con = connect(fresh, home)
    try:
        con.execute(f"ATTACH {quoted(home.staging)} AS old (READ_ONLY)")
        declare(con)
        for address in [*(table.address for table in tables.ALL), "raw.tombstones"]:
            con.execute(f"INSERT INTO {address} BY NAME FROM old.{address}")
    finally:
        con.close()
    os.replace(fresh, home.staging)


def _clear_copies(home: Home) -> None:
    """Remove what was made from the articles and can be made again: exports in every form, quality pages, logs, what
    steps printed under Dagster, older files beside the working and the published one, and what was spilled."""
    for folder in (home.exports.parent, home.quality_docs, home.logs, home.warehouse / "tmp", home.root / "dbt"):
        shutil.rmtree(folder, ignore_errors=True)
    kept = {home.staging, home.published, home.lock_file}
    for path in home.warehouse.iterdir():
        if path not in kept and (".duckdb" in path.name or path.name.startswith("staging-work.")):
            path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    for path in (home.root / "dagster" / "storage").rglob("*"):
        if path.is_file() and ".db" not in path.suffix:
            path.unlink(missing_ok=True)


def forget(home: Home, article_id: str) -> Forgotten:
    """Remove an article from the store, the working file and the exports, and leave a tombstone that keeps it out.

    The caller builds and publishes afterwards. One that has its tombstone is removed once more, since whoever was killed
    after that has left its text in the files. Raises `UsageError` when there is no such article.
    """
    with told("forgetting", home.root), Warehouse(home) as warehouse:
        con = warehouse.con
        if not con.execute(_KNOWN, {"id": article_id}).fetchone():
            raise UsageError(f"no article {article_id} in {home.root}")
        faults.point("forget.before_bytes")
        n_objects = _erase_bytes(con, home, article_id)
        faults.point("forget.after_bytes")
        n_facts = con.execute(
            "SELECT count(*) FROM facts.evidence WHERE article_id = ?", [article_id]
        ).fetchone()[0]
        con.execute("CREATE TEMP TABLE gone AS SELECT ? AS article_id, ? AS forgotten_at", [article_id, datetime.now(UTC).replace(tzinfo=None)])
        con.execute("BEGIN")
        delete_facts(con, "gone")
        con.execute("DELETE FROM raw.articles WHERE article_id = ?", [article_id])
        con.execute("INSERT INTO raw.tombstones FROM gone ANTI JOIN raw.tombstones USING (article_id)")
        con.execute("COMMIT")
    faults.point("forget.before_compact")
    _compact(home)
    _clear_copies(home)
    home.ensure()
    return Forgotten(article_id, n_objects, n_facts)
