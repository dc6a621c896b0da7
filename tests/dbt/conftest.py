"""One dbt build over a hand-made warehouse, shared by every test of this folder.

Belongs here: the build and the connection to its tables. Does not belong here: the rows that go in
(`dbt_scenario.py`) and what must come out (`test_*.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from dbt_scenario import CORRECTIONS, scenario
from dbt_world import write_reference

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def invoke(folder: Path, *words: str) -> None:
    """Run dbt over work.duckdb in a folder that has its reference tables."""
    environment = {
        **os.environ,
        "CHANCERY_STAGING": str(folder / "work.duckdb"),
        "CHANCERY_REFERENCE": str(folder / "reference"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, *words, "--project-dir", PROJECT, "--profiles-dir", PROJECT, "--no-use-colors"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.fixture(scope="session")
def build(once: Callable[..., Path]) -> Path:
    """The folder of one finished `dbt build` over the scenario: work.duckdb and target/."""

    def make(folder: Path) -> None:
        scenario().write(folder / "work.duckdb")
        write_reference(folder / "reference", CORRECTIONS)
        invoke(folder, "build")

    return once("dbt", make)


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of three builds, each after a third of the scenario's articles came, the latest days not last."""
    folder = tmp_path_factory.mktemp("grown")
    write_reference(folder / "reference", CORRECTIONS)
    whole = scenario()
    articles = sorted({str(row["article_id"]) for row in whole.rows["raw.articles"]})
    for third in (2, 0, 1):
        whole.part(set(articles[third::3])).write(folder / "work.duckdb")
        invoke(folder, "run")
    return folder


@pytest.fixture(scope="session")
def marts(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the built warehouse, schema marts first."""
    connection = duckdb.connect(str(build / "work.duckdb"), read_only=True)
    connection.execute("set search_path = 'marts'")
    yield connection
    connection.close()
