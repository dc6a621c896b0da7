"""The models again, from the SQL that one dbt build compiled, over the same rows in another order.

Belongs here: replaying compiled models in the order of their dependencies. Does not belong here: running dbt
itself.
"""

from __future__ import annotations

import json
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
from dbt_scenario import scenario


def models_in_order(target: Path) -> list[tuple[str, str, str]]:
    """Schema, name and compiled SQL of every model of the build, sources first."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    graph = {key: [d for d in node["depends_on"]["nodes"] if d in models] for key, node in models.items()}
    compiled = []
    for key in TopologicalSorter(graph).static_order():
        path = target / "compiled" / "chancery" / models[key]["original_file_path"]
        compiled.append((models[key]["schema"], models[key]["name"], path.read_text()))
    return compiled


def rebuild(build: Path, folder: Path, shuffle: int) -> duckdb.DuckDBPyConnection:
    """The same scenario, its rows shuffled, through the SQL that dbt compiled."""
    path = folder / "work.duckdb"
    scenario().write(path, shuffle=shuffle)
    connection = duckdb.connect(str(path))
    for schema in ("staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    for schema, name, sql in models_in_order(build / "target"):
        connection.execute(f"create table {schema}.{name} as {sql}")
    return connection
