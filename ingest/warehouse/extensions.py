"""DuckDB's extensions from installed packages, so that nothing is downloaded; and literals of its SQL.

Belongs here: what a connection needs before it is used for more than tables. Does not belong here: what it is used for.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from ingest.errors import EnvironmentProblem


def quoted(text: Path | str) -> str:
    """A literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def extension_path(name: str, extra: str) -> Path:
    """The file of an extension. Raises `EnvironmentProblem` where the package of this DuckDB's version is absent, naming the
    extra that brings it."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (found and found.submodule_search_locations) or ():
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.exists():
            return path
    raise EnvironmentProblem(f"no extension {name} for DuckDB {duckdb.__version__}: pip install 'chancery[{extra}]'")


def load_extension(con: duckdb.DuckDBPyConnection, name: str, extra: str) -> None:
    """Load it; DuckDB verifies its signature."""
    con.execute(f"LOAD {quoted(extension_path(name, extra))}")
