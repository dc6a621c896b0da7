"""What a reader of the server may ask: one SELECT after another on the published tables, and nothing beside them.

Belongs here: the engine's settings, the views, and the function that the protocol asks before each query. Does not belong
here: the process (`orchestration.server`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.warehouse.extensions import load_extension
from ingest.warehouse.literals import quoted
from ingest.warehouse.publishing import SCHEMAS

EXTENSIONS = ("httpfs", "quack")
"""The protocol, and the HTTP and cryptography that it needs on both sides; each a package of the extra `serve`."""
TABLE_FUNCTIONS = (
    "duckdb_columns",
    "duckdb_schemas",
    "duckdb_tables",
    "duckdb_views",
    "generate_series",
    "range",
    "unnest",
)
"""What may stand in FROM beside tables. All others are refused: among them are those that stop the server or start another
one, and `query`, which runs a text."""
_WORDS = ("BEGIN TRANSACTION", "COMMIT", "ROLLBACK")
"""What a client sends around its queries; nothing can be changed in between."""
_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
# What DuckDB looks for beside a database that it attaches; a published file has none of it.
_BESIDE = ("", ".wal", ".wal.checkpoint", ".wal.recovery")
# The parsed query decides, not its text: json_serialize_sql knows SELECT only and reports an error for all else.
MAY_ASK = f"""
    CREATE MACRO may_ask(connection_id, query) AS (
        query::VARCHAR IN {_WORDS}
        OR (
            json_serialize_sql(query::VARCHAR) ->> '$.error' = 'false'
            AND NOT EXISTS (
                SELECT 1 FROM json_tree(json_serialize_sql(query::VARCHAR)) AS node
                WHERE node.key = 'type' AND node.atom = '"TABLE_FUNCTION"'
                AND coalesce(
                    json_extract_string(json_serialize_sql(query::VARCHAR), node.path || '.function.function_name') NOT IN {TABLE_FUNCTIONS},
                    true
                )
            )
        )
    )
"""


def load(con: duckdb.DuckDBPyConnection) -> None:
    """Load the protocol. Raises `EnvironmentProblem` where a package is absent."""
    for name in EXTENSIONS:
        load_extension(con, name, "serve")


def engine(memory: str, published: Path) -> duckdb.DuckDBPyConnection:
    """An engine in memory that can open the published file and no other."""
    con = duckdb.connect(":memory:", config=_SETTINGS | {"memory_limit": memory})
    load(con)
    con.execute(MAY_ASK)
    con.execute("SET GLOBAL quack_authorization_function = 'may_ask'")
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA {schema}")
    beside = [quoted(f"{published.resolve()}{end}") for end in _BESIDE]
    con.execute(f"SET allowed_paths = [{', '.join(beside)}]")
    con.execute("SET enable_external_access = false")
    return con


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing of the configuration can be changed from here on."""
    con.execute("SET lock_configuration = true")


def show(con: duckdb.DuckDBPyConnection, snapshot: str) -> None:
    """Make every table of an attached snapshot a view of the same name; those of `marts` also without their schema.

    Views, since the client asks for `TABLE` where it should ask for `SCHEMA.TABLE`, but for `SCHEMA.VIEW`.
    """
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name IN ?",
        [snapshot, list(SCHEMAS)],
    ).fetchall()
    views = con.execute(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'memory' AND NOT internal"
    ).fetchall()
    wanted = {
        (place, table): schema
        for schema, table in tables
        for place in ([schema, "main"] if schema == "marts" else [schema])
    }
    con.execute("BEGIN")
    try:
        for place, table in views:
            if (place, table) not in wanted:
                con.execute(f'DROP VIEW memory.{place}."{table}"')
        for (place, table), schema in wanted.items():
            con.execute(
                f'CREATE OR REPLACE VIEW memory.{place}."{table}" AS FROM {snapshot}.{schema}."{table}"'
            )
    except duckdb.Error:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")

