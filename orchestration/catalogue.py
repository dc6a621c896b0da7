"""Tables and errors as Dagster shows them.

Belongs here: asset specs from declared tables, row counts and previews as metadata, the pipeline's errors
as Dagster failures. Does not belong here: assets (`defs/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg
import polars as pl

from ingest.errors import ChanceryError, EnvironmentProblem
from ingest.polling.log import Poll
from ingest.settings import Home
from ingest.tables import Table
from ingest.warehouse import Warehouse
from orchestration import glance
from orchestration.pipeline import Ingested
from orchestration.progress import Lines

OWNERS = ["team:chancery"]
POOL = "duckdb"
"""One at a time: assets that open the same DuckDB file would fail each other."""
_PREVIEW_ROWS = 5
_MAX_CELL = 80


def asset_key(address: str) -> dg.AssetKey:
    """`schema.table` is the asset `schema/table`."""
    return dg.AssetKey(address.split("."))


def columns_of(table: Table) -> dg.TableSchema:
    """The declared columns."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.sql_type,
                column.doc,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=table.key == (column.name,)
                ),
            )
            for column in table.columns
        ]
    )


def spec_of(table: Table, deps: Sequence[str] = ()) -> dg.AssetSpec:
    """The asset of a table that Python writes."""
    return dg.AssetSpec(
        asset_key(table.address),
        deps=[asset_key(dep) for dep in deps],
        description=table.doc,
        group_name=table.schema,
        kinds={"python", "polars", "duckdb"},
        owners=OWNERS,
        metadata={"dagster/column_schema": columns_of(table), "key": ", ".join(table.key)},
    )


def _shown(value: object) -> str:
    """A cell of a preview: short, and without meaning for Markdown."""
    text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"


def _preview(frame: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """The first rows as a Markdown table."""
    head = [f"| {' | '.join(frame.columns)} |", "|" + "---|" * frame.width]
    rows = [f"| {' | '.join(map(_shown, row))} |" for row in frame.iter_rows()]
    return dg.MetadataValue.md("\n".join(head + rows))


def seen(store: Warehouse, address: str) -> dict[str, object]:
    """Row count, counts by status, a small chart and first rows of a table, as metadata of its materialization."""
    n_rows = store.read(f"select count(*) as n from {address}").item()
    return {
        "dagster/row_count": n_rows,
        **glance.of_table(store, address),
        "preview": _preview(store.read(f"select * from {address} limit {_PREVIEW_ROWS}")),
    }


def materialized(
    home: Home, tables: Sequence[Table], more: Mapping[str, object] | None = None
) -> Iterator[dg.MaterializeResult]:
    """A result for each table that a verb wrote, with `more` on the first."""
    with Warehouse(home) as store:
        for number, table in enumerate(tables):
            metadata = seen(store, table.address) | (dict(more or {}) if number == 0 else {})
            metadata |= {"data docs": glance.data_docs(home, table.schema)}
            yield dg.MaterializeResult(asset_key(table.address), metadata=metadata)


_OF_A_POLL = ("source", "outcome", "reason", "n_listed", "n_fetched", "n_known", "n_refused", "n_deferred", "seconds")


def of_polls(polls: Sequence[Poll]) -> dict[str, object]:
    """What polls did, as metadata: sums, and a row for each source."""
    rows = [tuple(getattr(item, name) for name in _OF_A_POLL) for item in sorted(polls, key=lambda item: item.source)]
    frame = pl.DataFrame(rows, schema=list(_OF_A_POLL), orient="row", infer_schema_length=None)
    return {
        "sources": len(polls),
        "sources_refused": sum(item.outcome == "refused" for item in polls),
        "articles_fetched": sum(item.n_fetched for item in polls),
        "articles_known": sum(item.n_known for item in polls),
        "inputs_refused": sum(item.n_refused for item in polls),
        "articles_deferred": sum(item.n_deferred for item in polls),
        "by_source": _preview(frame),
    }


def of_ingested(ingested: Ingested) -> dict[str, object]:
    """What a reading brought, as metadata: sums, and a row for each source that was polled."""
    names = ("n_in", "n_ok", "n_duplicate", "n_quarantined")
    shown = ("inputs", "new", "duplicate", "quarantined")
    rows = [(name, *(getattr(part, key) for key in names)) for name, part in sorted(ingested.by_source.items())]
    frame = pl.DataFrame(rows, schema=["source", *shown], orient="row")
    return {label: getattr(ingested, key) for label, key in zip(shown, names, strict=True)} | {"by_source": _preview(frame)}


def logged(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> Lines:
    """Progress as lines in the run's log."""
    return Lines(context.log.info)


@contextmanager
def failures() -> Iterator[None]:
    """Errors as failures that say what and where: only trouble with the surroundings is worth a retry."""
    try:
        yield
    except ChanceryError as error:
        raise dg.Failure(str(error), allow_retries=isinstance(error, EnvironmentProblem)) from error
    except Exception as error:
        raise dg.Failure(f"unexpected {type(error).__name__}: {error}", allow_retries=False) from error
