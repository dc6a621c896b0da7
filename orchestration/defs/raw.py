"""Layer raw: inputs as received, admitted or refused. Belongs here: the assets of schema `raw`."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import Field

from ingest import tables
from orchestration import catalogue, pipeline
from orchestration.place import Place

_SOURCES = ["sources.inbox", "sources.polls", "sources.archive"]


class Inputs(dg.Config):
    """What to read."""

    paths: list[str] = Field(default=[], description="Files or folders; empty means the home's inbox/.")


@dg.multi_asset(
    specs=[catalogue.spec_of(table, deps=_SOURCES) for table in tables.RAW],
    name="raw",
    pool=catalogue.POOL,
)
def raw(context: dg.AssetExecutionContext, config: Inputs, place: Place) -> Iterator[dg.MaterializeResult]:
    """Articles, refused inputs, the ledger that accounts for both, and the log of polls that brought them."""
    with catalogue.failures():
        done = pipeline.ingest(place.home, [Path(path) for path in config.paths], catalogue.logged(context))
    yield from catalogue.materialized(place.home, tables.RAW, catalogue.of_ingested(done))
