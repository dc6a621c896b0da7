"""Sensors. Belongs here: what makes jobs run when something arrives."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from time import time

import dagster as dg

from ingest.polling.pending import pending_files
from orchestration import alerts, reaper
from orchestration.place import Place

_SECONDS_TO_SETTLE = 2
"""A file written to more recently may still be growing; the next tick takes it."""


_SECONDS_TO_BE_READ = 60
"""What was fetched is read by the run that fetched it; a note that is left after so long waits for another."""


def _marks(paths: Iterable[Path], below: Path, seconds: float) -> set[str]:
    """A short mark for each settled file: it changes with name, size and time of writing."""
    marks = set()
    for path in paths:
        if not path.is_file() or path.name.startswith("."):
            continue
        facts = path.stat()
        if time() - facts.st_mtime >= seconds:
            name = f"{path.relative_to(below)}|{facts.st_size}|{facts.st_mtime_ns}"
            marks.add(sha256(name.encode(errors="surrogateescape")).hexdigest()[:12])
    return marks


@dg.sensor(
    job_name="pipeline",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="One run when files arrive in the inbox or fetched articles wait, none for what was seen before.",
)
def inbox(context: dg.SensorEvaluationContext, place: Place) -> dg.SensorResult | dg.SkipReason:
    """Compares the inbox with the marks of the last tick, kept in the cursor."""
    home = place.home
    marks = _marks(home.inbox.rglob("*"), home.inbox, _SECONDS_TO_SETTLE)
    marks |= _marks(pending_files(home), home.root, _SECONDS_TO_BE_READ)
    new = marks - set((context.cursor or "").split())
    cursor = " ".join(sorted(marks))
    if not new:
        context.update_cursor(cursor)
        return dg.SkipReason("no new file in the inbox")
    run_key = sha256(" ".join(sorted(new)).encode()).hexdigest()[:20]
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=run_key)], cursor=cursor)


@dg.run_failure_sensor(
    name="alerts",
    monitor_all_code_locations=False,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Tells each failed run in logs/alerts.log and, where CHANCERY_ALERT_WEBHOOK is set, to that address.",
)
def alerts_of_failed_runs(context: dg.RunFailureSensorContext, place: Place) -> None:
    """One alert for each run that failed, whatever it failed of."""
    run = context.dagster_run
    what = f"Chancery: run {run.run_id} of {run.job_name} failed: {context.failure_event.message or 'no message'}"
    context.log.info(alerts.alert(place.home, what[:2_000]))


@dg.sensor(
    name="reaper",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs whose process is gone as failed, and gives back the places they held.",
)
def reaper_of_dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Looks at every run under way; asks for none."""
    told = reaper.reap(context.instance)
    for line in told:
        context.log.warning(line)
    return dg.SkipReason("; ".join(told) or "no dead run")
