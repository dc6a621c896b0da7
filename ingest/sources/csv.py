"""CSV (`.csv`, also gzipped): a header, one article a row; bad rows are refused one by one.

Belongs here: rows to records. Does not belong here: decompression and line limits (`lines`), contents.
The position of a record is the number of its row after the header, from 0.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ingest.articles import Refusal
from ingest.sources.lines import MAX_LINE_BYTES, lines
from ingest.sources.records import Record, Unreadable, complete, fields, has_body, refusal
from ingest.sources.store import Arrival

_DELIMITERS = ",;\t|"
_BODY_COLUMNS = {"text", "html"}
_TOO_LONG = "\x00line above the limit\x00"
MAX_RECOVERIES = 1_000
"""So many quotation marks that never close: the rest of the file is refused as one."""


class _Lines:
    """The lines of a file as text, those of the current row at hand, so that reading can resume inside it.

    Bytes that are no UTF-8 pass as surrogates and are told by them in the finished row.
    """

    def __init__(self, source: Iterator[bytes | None]) -> None:
        """`row` holds the lines of the current row, `returned` those to be read again."""
        self.source = source
        self.returned: deque[str] = deque()
        self.row: list[str] = []
        self.size = 0
        self.at_end = False

    def __iter__(self) -> _Lines:
        """Itself."""
        return self

    def __next__(self) -> str:
        """The next line; a row beyond the limit is cut off as if the file ended there."""
        if self.size > MAX_LINE_BYTES:
            raise StopIteration
        line = self.returned.popleft() if self.returned else self._fresh()
        self.row.append(line)
        self.size += len(line)
        return line

    def _fresh(self) -> str:
        """The next line of the file."""
        try:
            raw = next(self.source)
        except StopIteration:
            self.at_end = True
            raise
        return (_TOO_LONG if raw is None else raw.decode("utf-8", "surrogateescape").rstrip("\r")) + "\n"

    def start_row(self) -> None:
        """Forget the row before."""
        self.row, self.size = [], 0

    def is_open(self) -> bool:
        """Whether the row ended within a quotation: at the file's end or at the limit."""
        cut = self.at_end and not self.returned or self.size > MAX_LINE_BYTES
        return cut and len(self.row) > 1 and sum(line.count('"') for line in self.row) % 2 == 1

    def resume_after_first(self) -> None:
        """Give back all lines of the row but the first."""
        self.returned.extendleft(reversed(self.row[1:]))
        self.row = self.row[:1]


def _header(source: _Lines) -> tuple[list[str], str]:
    """The column names and the delimiter that yields a known one. Raises `Unreadable` when none does."""
    first = next((line for line in source if line.strip()), None)
    if first is None:
        raise Unreadable("empty_file", "no header")
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter))]
        except csv.Error as error:
            raise Unreadable("invalid_csv", f"header: {error}") from error
        if _BODY_COLUMNS & set(names):
            return names, delimiter
    raise Unreadable("missing_column", f"no column text or html in the header: {first.strip()[:200]}")


def _record(names: list[str], cells: list[str]) -> Record:
    """The fields of one row. Raises `Unreadable` with the reason."""
    if any(_TOO_LONG in cell for cell in cells):
        raise Unreadable("too_large", f"line of more than {MAX_LINE_BYTES:,} bytes")
    if any(not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell) for cell in cells):
        raise Unreadable("invalid_utf8", "a cell is not UTF-8")
    if len(cells) != len(names):
        raise Unreadable("ragged_row", f"{len(cells)} cells under {len(names)} columns")
    found = fields({name: cell or None for name, cell in zip(names, cells, strict=True)})
    if not has_body(found):
        raise Unreadable("no_text", "neither text nor html")
    return found


def _rows(source: _Lines, delimiter: str) -> Iterator[list[str] | Unreadable]:
    """The cells of each row, or why there are none; after an unclosed quotation, on with the next line."""
    recoveries = 0
    while True:
        source.start_row()
        try:
            cells = next(csv.reader(source, delimiter=delimiter), None)
        except csv.Error as error:
            yield Unreadable("invalid_csv", str(error))
            continue
        if source.is_open():
            source.resume_after_first()
            recoveries += 1
            if recoveries > MAX_RECOVERIES:
                raise Unreadable("invalid_csv", f"more than {MAX_RECOVERIES:,} quotation marks never close")
            yield Unreadable("invalid_csv", "a quotation mark in this row never closes")
        elif cells is None:
            return
        elif cells:
            yield cells


def read(arrival: Arrival, path: Path) -> Iterator[Record | Refusal]:
    """Every row as a record or a refusal."""
    csv.field_size_limit(2 * MAX_LINE_BYTES)
    source = _Lines(lines(path))
    names, delimiter = _header(source)
    for position, row in enumerate(_rows(source, delimiter)):
        try:
            if isinstance(row, Unreadable):
                raise row
            yield complete(arrival, position, _record(names, row))
        except Unreadable as problem:
            yield refusal(arrival, position, problem.reason, f"row {position + 1}: {problem.detail}")


def rows_as_lines(path: Path) -> tuple[str, list[list[str]], str, int]:
    """The header line, the lines of each row at its position, the delimiter and the number of columns.

    Bytes that are no UTF-8 stand as surrogates. Raises `Unreadable`.
    """
    csv.field_size_limit(2 * MAX_LINE_BYTES)
    source = _Lines(lines(path))
    names, delimiter = _header(source)
    header = source.row[-1]
    return header, [list(source.row) for _ in _rows(source, delimiter)], delimiter, len(names)
