"""Layers staging, intermediate and marts: the dbt project, built and tested by one invocation a run."""

from collections.abc import Iterator

import dagster as dg

from ingest.errors import CheckFailed
from orchestration import catalogue, dbt, models, pipeline
from orchestration.place import Place


@dg.multi_asset(name="models", specs=models.specs(), check_specs=models.check_specs(), can_subset=False, pool=catalogue.POOL)
def marts(
    context: dg.AssetExecutionContext, place: Place
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """The warehouse that readers get, from the facts of all articles together."""
    with catalogue.failures():
        try:
            yield from models.events(place.home, pipeline.build_once(place.home, catalogue.logged(context)))
        except CheckFailed:
            yield from models.events(place.home, dbt.results(place.home))
            raise
