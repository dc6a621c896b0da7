"""A Dagster run whose process was killed does not hold the next one up for more than five minutes.

Belongs here: what the reaper does to dead and to living runs. Does not belong here: what a kill leaves in the
warehouse (`test_faults.py`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import dagster as dg
import pytest

from orchestration import reaper
from orchestration.defs.sensors import reaper_of_dead_runs

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 300
_SLEEPING = """
import sys, time
import dagster as dg

@dg.op(pool="duckdb")
def write():
    open(sys.argv[1], "w").close()
    time.sleep(600)

@dg.job(executor_def=dg.in_process_executor)
def pipeline():
    write()

pipeline.execute_in_process(instance=dg.DagsterInstance.get())
"""


@dg.op(pool="duckdb")
def write() -> None:
    """What the next run does: it needs the place of the writer."""


@dg.job(executor_def=dg.in_process_executor)
def next_pipeline() -> None:
    """The run after the one that was killed."""
    write()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance with the settings that are shipped."""
    place = tmp_path / "dagster"
    place.mkdir()
    shutil.copy(ROOT / "orchestration" / "dagster.yaml", place / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(place))
    with dg.DagsterInstance.get() as made:
        yield made


@pytest.fixture
def writing(instance: dg.DagsterInstance, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process of its own that holds the writer's place."""
    mark = tmp_path / "writing"
    process = subprocess.Popen([sys.executable, "-c", _SLEEPING, str(mark)], stderr=subprocess.DEVNULL)
    until = monotonic() + 120
    while not mark.exists() and process.poll() is None and monotonic() < until:
        sleep(0.1)
    assert mark.exists()
    yield process
    process.kill()
    process.wait()


@pytest.mark.torture
def test_a_killed_run_gives_its_place_to_the_next(
    instance: dg.DagsterInstance, writing: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaper, "_SECONDS_OF_GRACE", 0.0)
    assert reaper.reap(instance) == []  # it lives
    os.kill(writing.pid, signal.SIGKILL)
    writing.wait()
    (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.STARTED
    assert instance.event_log_storage.get_concurrency_run_ids() == {run.run_id}
    assert any("marked as failed" in line for line in reaper.reap(instance))
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_run_ids() == set()
    assert next_pipeline.execute_in_process(instance=instance).success


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_a_run_that_died_before_it_said_where_it_works_is_buried(
    monkeypatch: pytest.MonkeyPatch, status: dg.DagsterRunStatus
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(next_pipeline, status=status)
        assert reaper.reap(instance) == []  # its process may still be loading the code
        later = reaper.time() + reaper._SECONDS_TO_SAY_WHERE + 1
        monkeypatch.setattr(reaper, "time", lambda: later)
        assert [line for line in reaper.reap(instance) if run.run_id in line]
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE


def test_a_run_that_waits_for_its_turn_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.create_run_for_job(next_pipeline, status=dg.DagsterRunStatus.NOT_STARTED)
        monkeypatch.setattr(reaper, "time", lambda: 1e12)
        assert reaper.reap(instance) == []


def test_as_shipped_a_dead_run_is_buried_within_five_minutes() -> None:
    """A run that said where it works just before it died is seen at the second look after its time of grace; so is one
    that died before it said so."""
    assert reaper_of_dead_runs.default_status == dg.DefaultSensorStatus.RUNNING
    for seconds in (reaper._SECONDS_OF_GRACE, reaper._SECONDS_TO_SAY_WHERE):
        assert seconds + 2 * reaper_of_dead_runs.minimum_interval_seconds < LIMIT_SECONDS
