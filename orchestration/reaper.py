"""Runs whose process is gone: marked as failed, and their places in pools given back.

Belongs here: finding such runs and burying them. Does not belong here: when that is done (`defs/sensors.py`).

A run that is killed cannot say so, and Dagster's own monitoring sees to those that its daemon launched, not to those from a
command line. Such a run would stay "started" for ever, and hold the writer's place against all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import time

import dagster as dg
import psutil

_UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_LAUNCHERS_HERE = frozenset(["DefaultRunLauncher", "SyncInMemoryRunLauncher"])
_SECONDS_OF_GRACE = 30.0
_SECONDS_TO_SAY_WHERE = 150.0
"""A run says in which process it works once that has loaded the code, which takes some ten seconds: one that has not
said so after this long was killed before it could. A process that comes later than this finds its run failed, and ends."""
_CLOCK_SLACK = 2.0


def _process_of(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """The process that a run said it works in, and when it said so; None when it has not yet."""
    found = None
    for record in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = record.dagster_event
        metadata = getattr(event.event_specific_data, "metadata", None) or {} if event else {}
        pid = metadata.get("pid")
        if pid is not None and str(pid.value).isdigit():
            found = int(pid.value), record.timestamp
    return found


def _is_alive(pid: int, since: float) -> bool:
    """Whether the process still runs, and is not another that got its number later."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= since + _CLOCK_SLACK
    except psutil.Error:
        return False


def _is_dead(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Whether its process is gone, or never came to say that it is there."""
    told = _process_of(instance, record.dagster_run.run_id)
    if told is None:
        return time() - record.update_timestamp.timestamp() > _SECONDS_TO_SAY_WHERE
    return time() - told[1] > _SECONDS_OF_GRACE and not _is_alive(*told)


def dead_runs(instance: dg.DagsterInstance) -> Iterator[dg.DagsterRun]:
    """Runs under way whose process is gone for longer than a run takes to say that it ended, or was never heard of.

    None where runs are launched on other machines: their processes cannot be seen from here.
    """
    if type(instance.run_launcher).__name__ not in _LAUNCHERS_HERE:
        return
    for record in instance.get_run_records(filters=dg.RunsFilter(statuses=_UNDER_WAY)):
        if _is_dead(instance, record):
            yield record.dagster_run


def _left_slots(instance: dg.DagsterInstance) -> Iterator[str]:
    """Runs that have ended, or are gone, and still hold a place in a pool."""
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            yield run_id


def reap(instance: dg.DagsterInstance) -> list[str]:
    """Bury dead runs and free what they held; gives a line for each."""
    told = []
    for run in dead_runs(instance):
        instance.report_run_failed(run, "The process of this run is gone; it was marked as failed.")
        told.append(f"run {run.run_id} ({run.job_name}): its process is gone; marked as failed")
    for run_id in _left_slots(instance):
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)
        told.append(f"run {run_id} has ended; its places in pools are free")
    return told
