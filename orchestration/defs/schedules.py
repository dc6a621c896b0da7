"""Schedules. Belongs here: when jobs run by the clock."""

from __future__ import annotations

import dagster as dg


@dg.definitions
def schedules() -> dg.Definitions:
    """The whole pipeline over the inbox, every hour."""
    hourly = dg.ScheduleDefinition(
        name="hourly",
        job_name="pipeline",
        cron_schedule="0 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The whole pipeline over the inbox.",
    )
    return dg.Definitions(schedules=[hourly])
