"""Parquet: known columns read in slices of bounded size.

Belongs here: columns to records. Does not belong here: contents.
The position of a record is the number of its row, from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.articles import FIELDS, Refusal
from ingest.sources.records import Record, Unreadable, complete, fields, has_body, refusal
from ingest.sources.store import Arrival

_KNOWN = {"id", "text", "html", *FIELDS}
_SLICE = 1_000


def _value(value: object) -> object:
    """Dates as ISO text, text columns from their bytes."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def _bytes_of_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text columns as bytes: the library hands over text that is no UTF-8 without a look."""
    text_types = (pa.string(), pa.large_string(), pa.string_view())
    columns = [f.with_type(pa.large_binary()) if f.type in text_types else f for f in batch.schema]
    return batch.cast(pa.schema(columns))


def _record(values: dict[str, object]) -> Record:
    """The fields of one row. Raises `Unreadable` with the reason."""
    try:
        found = fields({name: _value(value) for name, value in values.items()})
    except UnicodeDecodeError as error:
        raise Unreadable("invalid_utf8", f"byte {error.start} of a cell: {error.reason}") from error
    if not has_body(found):
        raise Unreadable("no_text", "neither text nor html")
    return found


def _slices(path: Path) -> Iterator[list[dict[str, object]]]:
    """Rows of the known columns, slice by slice. Raises `Unreadable` where the file is damaged."""
    try:
        with pq.ParquetFile(path) as table:
            columns = [name for name in table.schema_arrow.names if name in _KNOWN]
            if not {"text", "html"} & set(columns):
                raise Unreadable("missing_column", "no column text or html")
            for batch in table.iter_batches(batch_size=_SLICE, columns=columns):
                yield _bytes_of_text(batch).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable("invalid_parquet", str(error)) from error


def read(arrival: Arrival, path: Path) -> Iterator[Record | Refusal]:
    """Every row as a record or a refusal."""
    position = 0
    for rows in _slices(path):
        for values in rows:
            try:
                yield complete(arrival, position, _record(values))
            except Unreadable as problem:
                yield refusal(arrival, position, problem.reason, f"row {position + 1}: {problem.detail}")
            position += 1
