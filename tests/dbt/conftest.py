"""One dbt build over a hand-made warehouse, shared by every test of this folder.

Belongs here: the build and the connection to its tables. Does not belong here: the rows that go in
(`dbt_scenario.py`) and what must come out (`test_*.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dbt_scenario import CORRECTIONS, scenario
from dbt_world import write_reference

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one finished `dbt build` over the scenario: work.duckdb and target/."""
    folder = tmp_path_factory.mktemp("dbt")
    scenario().write(folder / "work.duckdb")
    write_reference(folder / "reference", CORRECTIONS)
    environment = {
        **os.environ,
        "CHANCERY_STAGING": str(folder / "work.duckdb"),
        "CHANCERY_REFERENCE": str(folder / "reference"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "build", "--project-dir", PROJECT, "--profiles-dir", PROJECT, "--no-use-colors"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return folder


@pytest.fixture(scope="session")
def marts(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the built warehouse, schema marts first."""
    connection = duckdb.connect(str(build / "work.duckdb"), read_only=True)
    connection.execute("set search_path = 'marts'")
    yield connection
    connection.close()
