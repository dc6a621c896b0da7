"""Jobs. Belongs here: what runs together, in one process, and how it is retried."""

import dagster as dg

from orchestration import catalogue, pipeline
from orchestration.place import Place

WRITER = {"chancery/writer": "true"}
"""Runs that bear this tag write to the home; the instance lets one of them run at a time."""
_RETRY = dg.RetryPolicy(max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL)


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


@dg.definitions
def jobs() -> dg.Definitions:
    """The whole pipeline over the inbox or given paths (backfill), and the replay of what was received."""
    full = dg.define_asset_job(
        "pipeline",
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        tags=WRITER,
        op_retry_policy=_RETRY,
        description="Sources to published warehouse: ingest, extract, build, check, publish.",
    )
    return dg.Definitions(jobs=[full, replay])
