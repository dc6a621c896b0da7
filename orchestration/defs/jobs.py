"""Jobs. Belongs here: what runs together, in one process, and how it is retried."""

from typing import Any

import dagster as dg

from orchestration import catalogue, pipeline
from orchestration.place import Place

WRITER = {"chancery/writer": "true"}
"""Runs that bear this tag write to the home; the instance lets one of them run at a time."""
_RETRY = dg.RetryPolicy(max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


@dg.op(pool=catalogue.POOL)
def rebuild_from_raw(context: dg.OpExecutionContext, place: Place) -> None:
    """Rebuild, check and publish from the bytes in raw/ alone."""
    with catalogue.failures():
        result = pipeline.replay(place.home, catalogue.logged(context))
    context.log.info(f"replayed {result.ingested.n_in} inputs, extracted {result.n_extracted} articles")


@dg.job(name="replay", executor_def=dg.in_process_executor, tags=WRITER, op_retry_policy=_RETRY)
def replay() -> None:
    """Rebuild from raw/ with today's code and reference data; what is published stays until then."""
    rebuild_from_raw()


_FETCHED = dg.AssetSelection.assets(["sources", "polls"])
_ARCHIVE = dg.AssetSelection.assets(["sources", "archive"])


def _whole(name: str, selection: dg.AssetSelection, description: str) -> Any:
    """A job from sources to the published warehouse, in one process."""
    return dg.define_asset_job(
        name,
        selection=selection,
        executor_def=dg.in_process_executor,
        tags=WRITER,
        op_retry_policy=_RETRY,
        description=description,
    )


@dg.definitions
def jobs() -> dg.Definitions:
    """The whole pipeline, with and without asking sources first; the backfill of days; the replay of what was received."""
    of_files = dg.AssetSelection.all() - _FETCHED - _ARCHIVE
    pipeline_job = _whole(
        "pipeline", of_files, "What arrived (inbox, given paths, what was fetched) to published warehouse: ingest, extract, build, check, publish."
    )
    feeds = _whole("feeds", dg.AssetSelection.all() - _ARCHIVE, "Asks the active sources for what is new, then the whole pipeline.")
    backfill = dg.define_asset_job(
        "backfill",
        selection=_ARCHIVE,
        executor_def=dg.in_process_executor,
        description="Fetches what was published on a day, one partition a day; the sensor starts the pipeline on what came.",
    )
    return dg.Definitions(jobs=[pipeline_job, feeds, backfill, replay])
