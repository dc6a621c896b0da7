"""Dagster for many machines: its notes in Postgres, a queue, a worker a partition; the launcher of containers as configured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
import yaml
from servers import installed, postgres

ROOT = Path(__file__).resolve().parents[2]
ONE_MACHINE, POSTGRES, DOCKER = (ROOT / "orchestration" / f"dagster{part}.yaml" for part in ("", ".postgres", ".docker"))
LIMIT_SECONDS = 300
LOCATION = '''
import os
from pathlib import Path

import dagster as dg

DAYS = dg.StaticPartitionsDefinition(["2025-07-26", "2025-07-27"])


@dg.asset(partitions_def=DAYS)
def fetched(context):
    (Path(__file__).parent / context.partition_key).write_text(str(os.getpid()))


defs = dg.Definitions(assets=[fetched], jobs=[dg.define_asset_job("fetch", [fetched], partitions_def=DAYS)])
'''


@pytest.fixture
def instance_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A `$DAGSTER_HOME` with the configuration of many machines, its Postgres running."""
    installed("dagster_postgres")
    with postgres() as words:
        host = words.split()[0].removeprefix("host=")
        monkeypatch.setenv("CHANCERY_DAGSTER_POSTGRES", f"postgresql://postgres@/postgres?host={host}")
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
        (tmp_path / "dagster.yaml").write_text(POSTGRES.read_text(encoding="utf-8"), encoding="utf-8")
        yield tmp_path


@pytest.mark.slow
@pytest.mark.timeout(2 * LIMIT_SECONDS)
def test_two_partitions_go_through_the_queue_to_two_workers(instance_folder: Path) -> None:
    import dagster as dg

    location = instance_folder / "location.py"
    location.write_text(LOCATION, encoding="utf-8")
    program = Path(sys.executable)
    ask = ["job", "backfill", "-f", str(location), "-j", "fetch", "--all", "--noprompt"]
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance, (instance_folder / "log").open("ab") as log:
        assert type(instance.run_storage).__name__ == "PostgresRunStorage"
        assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
        said = {"cwd": instance_folder, "env": os.environ.copy(), "stdout": log, "stderr": subprocess.STDOUT}
        subprocess.run([str(program.with_name("dagster")), *ask], check=True, **said)
        assert instance.get_runs_count() == 2
        daemon = subprocess.Popen([str(program.with_name("dagster-daemon")), "run", "-f", str(location)], start_new_session=True, **said)
        try:
            until = monotonic() + LIMIT_SECONDS
            while not all(run.is_finished for run in instance.get_runs()) and monotonic() < until:
                sleep(0.5)
            runs = instance.get_runs()
        finally:
            # its code server too
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(timeout=60)
    assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2, (instance_folder / "log").read_text()[-3000:]
    assert len({(instance_folder / day).read_text() for day in ("2025-07-26", "2025-07-27")}) == 2


@pytest.mark.parametrize("path", [POSTGRES, DOCKER])
def test_dagster_takes_the_configuration(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key by Dagster's own schema, every class by its own; no database is asked."""
    installed("dagster_postgres")
    installed("dagster_docker")
    from dagster._core.instance.config import dagster_instance_config
    from dagster._core.instance.ref import InstanceRef

    monkeypatch.setenv("CHANCERY_DAGSTER_POSTGRES", "postgresql://nobody@127.0.0.1/nothing")
    (tmp_path / "dagster.yaml").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    said, _ = dagster_instance_config(str(tmp_path))
    assert said["telemetry"] == {"enabled": False}
    reference = InstanceRef.from_dir(str(tmp_path))
    assert type(reference.run_launcher).__name__ == yaml.safe_load(path.read_text())["run_launcher"]["class"]


def test_limits_are_those_of_one_machine_but_for_the_number_of_runs() -> None:
    one, *many = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ONE_MACHINE, POSTGRES, DOCKER))
    for said in many:
        assert said["concurrency"]["pools"] == one["concurrency"]["pools"]
        limits = [settings["concurrency"]["runs"]["tag_concurrency_limits"] for settings in (one, said)]
        assert limits[0] == limits[1]
        assert said["run_monitoring"] == one["run_monitoring"]


def test_workers_in_containers_share_the_state_that_compose_keeps() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    launcher = yaml.safe_load(DOCKER.read_text(encoding="utf-8"))["run_launcher"]["config"]
    assert launcher["image"] == compose["services"]["web"]["image"]
    assert launcher["network"] == f"{compose['name']}_default"
    assert launcher["container_kwargs"]["volumes"] == [f"{compose['name']}_{compose['services']['web']['volumes'][0]}"]
