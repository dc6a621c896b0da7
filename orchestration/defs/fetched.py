"""What is fetched: assets that ask sources on the network and store what comes. Belongs here: no reading of it (`raw`)."""

import dagster as dg
from pydantic import Field

from orchestration import catalogue, early, pipeline
from orchestration.place import Place

_DAYS = dg.DailyPartitionsDefinition(start_date="2020-01-01", timezone="UTC")
_POOL = "fetch"
_RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


class Asked(dg.Config):
    """Whom to ask."""

    names: list[str] = Field(default=[], description="Sources in sources.yaml; empty means the active ones.")


@dg.asset(
    key=["sources", "polls"], group_name="sources", kinds={"http"}, owners=catalogue.OWNERS, pool=_POOL, retry_policy=_RETRY
)
def polls(context: dg.AssetExecutionContext, config: Asked, place: Place) -> dg.MaterializeResult:
    """What is new at the active sources: lists asked, pages fetched, bytes stored; read by `raw`."""
    with catalogue.failures():
        made = pipeline.fetch(place.home, config.names, None, catalogue.logged(context))
    return dg.MaterializeResult(metadata=catalogue.of_polls(made))


@dg.asset(
    key=["sources", "archive"],
    group_name="sources",
    kinds={"http"},
    owners=catalogue.OWNERS,
    pool=_POOL,
    retry_policy=_RETRY,
    partitions_def=_DAYS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
)
def archive(context: dg.AssetExecutionContext, config: Asked, place: Place) -> dg.MaterializeResult:
    """What sources published on one day, for those that reach back: sitemaps, GDELT, web archives; read by `raw`."""
    early.dismiss()
    day = context.partition_time_window.start.date()
    with catalogue.failures():
        made = pipeline.fetch(place.home, config.names, day, catalogue.logged(context))
    return dg.MaterializeResult(metadata=catalogue.of_polls(made))
