"""Dagster's notes are written without waiting for the disk, other SQLite files as ever."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import create_engine, text

from orchestration import history


@pytest.mark.parametrize(("folder", "level"), [("dagster", 0), ("elsewhere", 2)])
def test_only_dagsters_own_files_are_hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, level: int) -> None:
    history.hurry(is_short_lived=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    (tmp_path / folder).mkdir()
    with create_engine(f"sqlite:///{tmp_path / folder / 'runs.db'}").connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == level


def test_events_are_as_ever_where_connections_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqliteEventLogStorage, "_connect", history._kept)

    @dg.asset
    def found() -> None:
        """Made once a run."""

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        runs = [dg.materialize([found], instance=instance).run_id for _ in range(2)]
        assert [instance.get_run_by_id(run).is_success for run in runs] == [True, True]
        told = instance.fetch_materializations(dg.AssetKey("found"), limit=5).records
        assert [record.run_id for record in told] == runs[::-1]
    # another process, which closes its connections, reads the same
    monkeypatch.undo()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert len(instance.all_logs(runs[0])) > 5
