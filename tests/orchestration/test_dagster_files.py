"""Dagster's notes are written without waiting for the disk, other SQLite files as ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from orchestration import history


@pytest.mark.parametrize(("folder", "level"), [("dagster", 0), ("elsewhere", 2)])
def test_only_dagsters_own_files_are_hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, level: int) -> None:
    history.hurry(is_short_lived=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    (tmp_path / folder).mkdir()
    with create_engine(f"sqlite:///{tmp_path / folder / 'runs.db'}").connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == level
