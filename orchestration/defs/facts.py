"""Layer facts: what each article says, on its own. Belongs here: the assets of schema `facts`."""

from collections.abc import Iterator

import dagster as dg

from ingest import tables
from orchestration import catalogue, pipeline
from orchestration.place import Place


@dg.multi_asset(
    specs=[catalogue.spec_of(table, deps=["raw.articles"]) for table in tables.FACTS],
    name="facts",
    pool=catalogue.POOL,
)
def facts(context: dg.AssetExecutionContext, place: Place) -> Iterator[dg.MaterializeResult]:
    """Mentions, topics, meetings, events, visits, statements and the sentences that state them."""
    with catalogue.failures():
        pipeline.extract(place.home, catalogue.logged(context))
    yield from catalogue.materialized(place.home, tables.FACTS)
