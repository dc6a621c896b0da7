"""DuckDB's extensions from installed packages, so that nothing is downloaded.

Belongs here: finding and loading them. Does not belong here: what they are used for.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from ingest.errors import EnvironmentProblem
from ingest.warehouse.literals import quoted


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
