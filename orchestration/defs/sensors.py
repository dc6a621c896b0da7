"""Sensors. Belongs here: what makes jobs run when something arrives."""

from hashlib import sha256
from pathlib import Path
from time import time

import dagster as dg

from orchestration.place import Place

_SECONDS_TO_SETTLE = 2
"""A file written to more recently may still be growing; the next tick takes it."""


def _marks(inbox: Path) -> set[str]:
    """A short mark for each settled file: it changes with name, size and time of writing."""
    marks = set()
    for path in inbox.rglob("*"):
        if not path.is_file() or path.name.startswith("."):
            continue
        facts = path.stat()
        if time() - facts.st_mtime >= _SECONDS_TO_SETTLE:
            name = f"{path.relative_to(inbox)}|{facts.st_size}|{facts.st_mtime_ns}"
            marks.add(sha256(name.encode(errors="surrogateescape")).hexdigest()[:12])
    return marks


@dg.sensor(
    job_name="pipeline",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="One run when files arrive in the inbox, none for files seen before.",
)
def inbox(context: dg.SensorEvaluationContext, place: Place) -> dg.SensorResult | dg.SkipReason:
    """Compares the inbox with the marks of the last tick, kept in the cursor."""
    marks = _marks(place.home.inbox)
    new = marks - set((context.cursor or "").split())
    cursor = " ".join(sorted(marks))
    if not new:
        context.update_cursor(cursor)
        return dg.SkipReason("no new file in the inbox")
    run_key = sha256(" ".join(sorted(new)).encode()).hexdigest()[:20]
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=run_key)], cursor=cursor)
