"""Schedules. Belongs here: when jobs run by the clock."""

from __future__ import annotations

import os

import dagster as dg

CRON_VARIABLE = "CHANCERY_SCHEDULE"


@dg.definitions
def schedules() -> dg.Definitions:
    """Sources and inbox, every hour, or when `CHANCERY_SCHEDULE` (five fields of cron) says."""
    hourly = dg.ScheduleDefinition(
        name="hourly",
        job_name="feeds",
        cron_schedule=os.environ.get(CRON_VARIABLE) or "0 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Asks the active sources, then the whole pipeline over what came and the inbox.",
    )
    return dg.Definitions(schedules=[hourly])
