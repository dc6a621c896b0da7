"""Removal of an article and all that only it supports.

Belongs here: stored bytes, working file, exports, tombstone. Does not belong here: the marts and the published file,
which the caller builds and publishes anew: a published file is always a fresh copy, so no deleted byte stays in it.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest import tables
from ingest.errors import UsageError
from ingest.settings import Home
from ingest.sources import store
from ingest.warehouse.working import Warehouse, connect, declare, delete_facts, told


@dataclass(frozen=True)
class Forgotten:
    """What was removed: the article, stored objects, facts."""

    article_id: str
    n_objects: int
    n_facts: int


def _manifests(raw: Path, sha256: str) -> list[Path]:
    return sorted((raw / sha256[:2]).glob(f"{sha256}.*.json"))


def _drop_object(raw: Path, sha256: str) -> None:
    """Remove an object, its manifests and its sidecars."""
    for manifest in _manifests(raw, sha256):
        sidecar = store.load(manifest).sidecar_sha256
        if sidecar:
            store.object_path(raw, sidecar).unlink(missing_ok=True)
        manifest.unlink()
    store.object_path(raw, sha256).unlink(missing_ok=True)


def _blank_record(raw: Path, sha256: str, positions: list[int]) -> str:
    """Store the object anew with these records as blank lines, under its new hash; gives that hash."""
    path = store.object_path(raw, sha256)
    lines = path.read_bytes().split(b"\n")
    seen = -1
    for n, line in enumerate(lines):
        seen += bool(line.strip())
        if line.strip() and seen in positions:
            lines[n] = b'{"id": "forgotten"}'
    aside = raw / ".forgetting"
    aside.write_bytes(b"\n".join(lines))
    fresh = store.keep(raw, aside)
    aside.unlink()
    for manifest in _manifests(raw, sha256):
        told_of = json.loads(manifest.read_text(encoding="utf-8")) | {"sha256": fresh}
        store.record(raw, store.Arrival(**told_of))
        manifest.unlink()
    path.unlink()
    return fresh


def _erase_bytes(con: duckdb.DuckDBPyConnection, home: Home, article_id: str) -> int:
    """Take the article's record out of the store. Only plain JSON lines hold several records that can be parted."""
    sha, position = con.execute(
        "SELECT raw_sha256, raw_position FROM raw.articles WHERE article_id = ?", [article_id]
    ).fetchone()
    others = con.execute(
        "SELECT count(*) FROM raw.articles WHERE raw_sha256 = ? AND article_id <> ?", [sha, article_id]
    ).fetchone()[0]
    kinds = {store.load(m).kind for m in _manifests(home.raw, sha)}
    packed = any(store.load(m).name.endswith(".gz") for m in _manifests(home.raw, sha))
    if others == 0:
        _drop_object(home.raw, sha)
    elif kinds == {"jsonl"} and not packed:
        fresh = _blank_record(home.raw, sha, [position])
        con.execute("UPDATE raw.articles SET raw_sha256 = ? WHERE raw_sha256 = ?", [fresh, sha])
    else:
        raise UsageError(
            f"{article_id} lies in a {'/'.join(sorted(kinds))} file with {others} other articles that cannot be parted; remove the file's articles one and all"
        )
    return 1


def _compact(home: Home) -> None:
    """Copy the working file's Python-written tables into a new file: deleted bytes stay in the old one."""
    fresh = home.staging.with_suffix(".compact")
    fresh.unlink(missing_ok=True)
    con = connect(fresh, home)
    try:
        con.execute(f"ATTACH '{home.staging}' AS old (READ_ONLY)")
        declare(con)
        for address in [*(table.address for table in tables.ALL), "raw.tombstones"]:
            con.execute(f"INSERT INTO {address} BY NAME FROM old.{address}")
    finally:
        con.close()
    os.replace(fresh, home.staging)


def forget(home: Home, article_id: str) -> Forgotten:
    """Remove an article from the store, the working file and the exports, and leave a tombstone that keeps it out.

    The caller builds and publishes afterwards. Raises `UsageError` when there is no such article.
    """
    with told("forgetting", home.root), Warehouse(home) as warehouse:
        con = warehouse.con
        if not con.execute("SELECT count(*) FROM raw.articles WHERE article_id = ?", [article_id]).fetchone()[
            0
        ]:
            raise UsageError(f"no article {article_id} in {home.root}")
        n_objects = _erase_bytes(con, home, article_id)
        n_facts = con.execute(
            "SELECT count(*) FROM facts.evidence WHERE article_id = ?", [article_id]
        ).fetchone()[0]
        con.execute("CREATE TEMP TABLE gone AS SELECT ? AS article_id", [article_id])
        delete_facts(con, "gone")
        con.execute("DELETE FROM raw.articles WHERE article_id = ?", [article_id])
        con.execute(
            "INSERT INTO raw.tombstones VALUES (?, ?)", [article_id, datetime.now(UTC).replace(tzinfo=None)]
        )
    _compact(home)
    for folder in (home.exports, home.quality_docs, home.logs):
        shutil.rmtree(folder, ignore_errors=True)
    home.ensure()
    return Forgotten(article_id, n_objects, n_facts)
