"""Layer published: what readers open. Belongs here: swapping in the checked build, and exports of it."""

import dagster as dg

from orchestration import catalogue, glance, models, pipeline
from orchestration.place import Place


@dg.asset(
    key=["published", "warehouse"],
    deps=models.keys_of("marts"),
    group_name="published",
    kinds={"duckdb"},
    owners=catalogue.OWNERS,
    pool=catalogue.POOL,
)
def warehouse(context: dg.AssetExecutionContext, place: Place) -> dg.MaterializeResult:
    """One DuckDB file, swapped in by rename once every check has passed; open it read-only."""
    with catalogue.failures():
        published = pipeline.publish(place.home, context.run.run_id, catalogue.logged(context))
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(published.path),
            "snapshot": published.snapshot_id,
            "changed": published.changed,
            **glance.of_warehouse(place.home, published.counts),
        },
    )


@dg.asset(
    key=["published", "parquet"],
    deps=[["published", "warehouse"]],
    group_name="published",
    kinds={"parquet"},
    owners=catalogue.OWNERS,
    pool=catalogue.POOL,
)
def parquet(place: Place) -> dg.MaterializeResult:
    """The published tables as Parquet, one folder a table, for engines that read files."""
    with catalogue.failures():
        files = pipeline.export(place.home)
    return dg.MaterializeResult(
        metadata={"folder": dg.MetadataValue.path(place.home.exports), "files": len(files)}
    )
