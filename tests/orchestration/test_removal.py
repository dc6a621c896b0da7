"""Law of takedown, over the whole pipeline: the marker of a forgotten article is found nowhere in the state folder."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from small_world import without_checks

from ingest.errors import UsageError
from ingest.settings import Home
from orchestration import pipeline
from orchestration.quality.declarations import SUITES

MARK = "Quuxazarov"
SHARED = "Pakistan's Foreign Minister Ishaq Dar met US Secretary of State Marco Rubio in Washington on Friday."
ARTICLES = [
    {"id": "m-1", "url": f"https://example.org/{MARK}", "source": "Delta Wire", "title": f"{MARK} arrives", "author": f"Ann {MARK}",
     "published_date": "2025-07-26", "text": f"{SHARED} Kyrgyz Foreign Minister Temir {MARK} met Uzbek Foreign Minister Bakhtiyor Saidov in "
     f"Bishkek on Thursday. “{MARK} will return,” Foreign Minister {MARK} said on Thursday."},
    {"id": "m-2", "source": "Harbour Post", "title": "Ministers meet", "published_date": "2025-07-26", "text": SHARED + " They spoke of trade."},
    {"id": "m-3", "source": MARK, "title": f"{MARK}", "published_date": f"{MARK} 2025", "text": f"{MARK} was refused for its date."},
]  # fmt: skip


def in_bytes(root: Path) -> list[str]:
    """Files that hold the marker in their bytes, unpacked where they are packed."""
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            data += gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b""
            if MARK.encode() in data or MARK in path.name:
                found.append(str(path.relative_to(root)))
    return found


def in_tables(root: Path) -> list[str]:
    """Tables of any DuckDB or Parquet file whose rows hold the marker."""
    found = []
    for path in root.rglob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            for schema, table in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                sql = f'SELECT count(*) FROM (SELECT CAST(t AS VARCHAR) AS row FROM "{schema}"."{table}" AS t) WHERE contains(row, ?)'
                if con.execute(sql, [MARK]).fetchone()[0]:
                    found.append(f"{path.name}:{schema}.{table}")
    for path in root.rglob("*.parquet"):
        if MARK in str(pl.read_parquet(path).rows()):
            found.append(path.name)
    return found


@pytest.mark.slow
def test_marker_of_a_forgotten_article_is_found_nowhere(tmp_path: Path) -> None:
    home, given = Home.resolve(tmp_path / "home"), tmp_path / "given.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES[:2]))
    pipeline.run(home, [given], is_checked=False)
    for suite in SUITES:
        pipeline.check(home, suite)
    for form in ("parquet", "csv", "plover"):
        pipeline.export(home, form)
    (home.logs / "error-1.log").write_text(f"Traceback: {MARK}")
    (home.root / "dagster" / "storage").mkdir(parents=True)
    (home.root / "dagster" / "storage" / "compute.out").write_text(f"read {MARK}")
    (home.warehouse / "tmp").mkdir(exist_ok=True)
    (home.warehouse / "tmp" / "spill.block").write_text(MARK)
    (home.warehouse / "staging-old.duckdb.tmp").write_text(MARK)
    shutil.copyfile(home.published, home.warehouse / "chancery-before.duckdb")
    assert in_bytes(home.root) and in_tables(home.root)
    with duckdb.connect(str(home.published), read_only=True) as con:
        marked = con.execute("SELECT article_id FROM marts.articles WHERE contains(text, ?)", [MARK]).fetchone()[0]
        assert con.execute("SELECT count(*) FROM marts.actors WHERE contains(name, ?)", [MARK]).fetchone()[0]
    with without_checks():
        pipeline.forget(home, marked)
    assert in_bytes(home.root) == [] and in_tables(home.root) == []
    with duckdb.connect(str(home.published), read_only=True) as con:
        assert con.execute("SELECT n_articles FROM marts.meetings WHERE codes = ['PAK', 'USA']").fetchall() == [(1,)]
    with without_checks():
        pipeline.replay(home)
    assert in_bytes(home.root) == [] and in_tables(home.root) == []
    with without_checks():
        pipeline.forget(home, marked)  # whoever doubts may say it again
    assert in_bytes(home.root) == [] and in_tables(home.root) == []
    with pytest.raises(UsageError):
        pipeline.forget(home, "a" + 20 * "0")
