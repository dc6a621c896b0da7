"""The tables of the working file that no model makes.

Belongs here: declaring them in an empty file or in one of an earlier version. Does not belong here: their columns
(`ingest.tables`), and what older layouts need beside new columns (`layout`).
"""

from __future__ import annotations

import duckdb

from ingest import tables
from ingest.settings import Home
from ingest.warehouse import layout
from ingest.warehouse.opening import connect, told

_TOMBSTONES = (
    "CREATE TABLE IF NOT EXISTS raw.tombstones (article_id VARCHAR NOT NULL, forgotten_at TIMESTAMP NOT NULL)"
)
SNAPSHOTS = (
    "CREATE TABLE IF NOT EXISTS {name}.quality.snapshots (snapshot_id VARCHAR, published_at TIMESTAMP, n_articles BIGINT, "
    "n_meetings BIGINT, n_events BIGINT, content_hash VARCHAR)"
)
# Written by earlier versions; what they held is read anew into other tables.
_FORMER = ("facts.signatures",)


def create_empty(home: Home) -> None:
    """Make the working file with the declared tables and nothing in them."""
    with told("making the working file", home.staging):
        con = connect(home.staging, home)
        try:
            declare(con)
            layout.carry_over(con, home.staging)
        finally:
            con.close()


def declare(con: duckdb.DuckDBPyConnection) -> None:
    """Schemas and tables, where they are not there yet."""
    for schema in ("raw", "facts", "quality"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in tables.ALL:
        con.execute(table.ddl())
        _widen(con, table)
    for address in _FORMER:
        con.execute(f"DROP TABLE IF EXISTS {address}")
    con.execute(_TOMBSTONES)
    con.execute(SNAPSHOTS.format(name=_here(con)))


def _here(con: duckdb.DuckDBPyConnection) -> str:
    """The open database's own name, quoted."""
    return f'"{con.execute("SELECT current_database()").fetchone()[0]}"'


def _widen(con: duckdb.DuckDBPyConnection, table: tables.Table) -> None:
    """Add declared columns that a file made by an earlier version lacks; only such as may be null were ever added."""
    have = {name for (name,) in con.execute(f"SELECT column_name FROM (DESCRIBE {table.address})").fetchall()}
    for column in table.columns:
        if column.name not in have and column.nullable:
            con.execute(f'ALTER TABLE {table.address} ADD COLUMN "{column.name}" {column.sql_type}')
