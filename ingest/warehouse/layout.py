"""The layout of the warehouse files: which one this code writes, and what becomes of older, newer and foreign files.

Belongs here: the number, reading it off a file, adding what an older file lacks. Does not belong here: the tables
(`ingest.tables`) and the layout of `raw/` (`ingest.sources.store`).

Raise `LAYOUT` with every change of a declared table. As an older file is opened, a column that may be null is added;
facts of another shape are dropped, and read again from the articles. After any other change an older file cannot be
carried over, and `chancery replay` rebuilds it from `raw/`.

| layout | what came with it |
|---|---|
| 1 | the first; it bears no number |
| 2 | `quality.layout`, `quality.validations.severity`, `quality.snapshots` in the working file from the start |
| 3 | `raw.articles.author`, `raw.sources`, `raw.polls`; `facts.sketches` in place of `facts.signatures` |
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest import tables
from ingest.errors import DamagedData

LAYOUT = 3
SINCE = {"raw.sources": 3, "raw.polls": 3, "facts.sketches": 3}
"""The layout with which a table came, where that is not the first."""
_FIRST = {"raw.articles", "raw.ledger", "raw.quarantine"}
_NUMBER = "CREATE TABLE IF NOT EXISTS quality.layout (version INTEGER NOT NULL)"


def layout_of(con: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """The layout of an open file; None when it is empty. Raises `DamagedData` for a file of another program."""
    names = {
        name
        for (name,) in con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
    }
    if "quality.layout" in names:
        return con.execute("SELECT max(version) FROM quality.layout").fetchone()[0]
    if names >= _FIRST:
        return 1
    if names:
        raise DamagedData(
            f"{path} is no warehouse of Chancery: it has no {', '.join(sorted(_FIRST - names))}; "
            "move it away or name another --home"
        )
    return None


def refuse_newer(found: int | None, path: Path) -> None:
    """Raise `DamagedData` for a file that a later version of this program wrote."""
    if found is not None and found > LAYOUT:
        raise DamagedData(
            f"{path} was written by a newer version of Chancery (layout {found}, this version knows {LAYOUT}): "
            "use that version, or let `chancery replay` rebuild it with this one"
        )


def _shapes(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns and their types of every table, by its address."""
    shapes: dict[str, dict[str, str]] = {}
    for name, column, kind in con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database()"
    ).fetchall():
        shapes.setdefault(name, {})[column] = kind
    return shapes


def _renew_facts(con: duckdb.DuckDBPyConnection, shapes: dict[str, dict[str, str]]) -> None:
    """Facts of another shape go: without its row in `facts.extractions` every article is read again."""
    if all(shapes[table.address] == {c.name: c.sql_type for c in table.columns} for table in tables.FACTS):
        return
    for table in tables.FACTS:
        con.execute(f"DROP TABLE {table.address}")
        con.execute(table.ddl())


def _add_columns(con: duckdb.DuckDBPyConnection, table: tables.Table, shape: dict[str, str], path: Path) -> None:
    """Add the columns that may be null. Raises `DamagedData` for any other difference."""
    for column in table.columns:
        kind = shape.get(column.name)
        if kind is None and column.nullable:
            con.execute(f'ALTER TABLE {table.address} ADD COLUMN "{column.name}" {column.sql_type}')
        elif kind != column.sql_type:
            what = f"is {kind}, not {column.sql_type}" if kind else "is missing"
            raise DamagedData(
                f"{path} is of an older layout that cannot be carried over ({table.address}.{column.name} {what}); "
                "`chancery replay` rebuilds it"
            )


def carry_over(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Give the declared tables, which must be there, the shape of today, and set the number.

    Raises `DamagedData` for a difference that cannot be made up: only `chancery replay` brings such a file over.
    """
    shapes = _shapes(con)
    _renew_facts(con, shapes)
    for table in (*tables.RAW, *tables.QUALITY):
        _add_columns(con, table, shapes[table.address], path)
    con.execute(_NUMBER)
    if con.execute("SELECT max(version) FROM quality.layout").fetchone()[0] != LAYOUT:
        con.execute("DELETE FROM quality.layout")
        con.execute("INSERT INTO quality.layout VALUES (?)", [LAYOUT])
