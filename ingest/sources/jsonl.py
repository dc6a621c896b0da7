"""JSON lines (`.jsonl`, `.ndjson`, also gzipped): one article a line, one bad line never fails the file.

Belongs here: lines to records. Does not belong here: decompression and line limits (`lines`), contents.
The position of a record is the number of its line, from 0; blank lines count, but are no input.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.articles import Refusal
from ingest.sources.lines import MAX_LINE_BYTES, lines
from ingest.sources.records import Record, Unreadable, complete, fields, has_body, refusal, without_surrogates
from ingest.sources.store import Arrival

GIVE_UP_AFTER = 1_000
"""So many unreadable lines without one record: the file is no JSONL, the rest is not listed line by line."""

# Raw control characters within strings are common and harmless: normalising removes them.
_DECODER = json.JSONDecoder(strict=False)


def _clean(values: dict[str, object]) -> dict[str, object]:
    """Text values of a line that escapes surrogates, made storable."""
    return {
        name: without_surrogates(value) if isinstance(value, str) else value for name, value in values.items()
    }


def parse_line(line: bytes | None) -> Record:
    """The fields of one line. Raises `Unreadable` with the reason."""
    if line is None:
        raise Unreadable("too_large", f"line of more than {MAX_LINE_BYTES:,} bytes")
    try:
        values = _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise Unreadable("invalid_utf8", f"byte {error.start} of the line: {error.reason}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("invalid_json", str(error)) from error
    if not isinstance(values, dict):
        raise Unreadable("not_an_object", f"the line is a JSON {type(values).__name__}")
    found = fields(_clean(values) if b"\\ud" in line or b"\\uD" in line else values)
    if not has_body(found):
        raise Unreadable("no_text", "neither text nor html")
    return found


def read(arrival: Arrival, path: Path) -> Iterator[Record | Refusal]:
    """Every line as a record or a refusal."""
    misses = 0
    for position, line in enumerate(lines(path)):
        if line is not None and not line.strip():
            continue
        try:
            yield complete(arrival, position, parse_line(line))
            misses = -1
        except Unreadable as problem:
            yield refusal(arrival, position, problem.reason, f"line {position + 1}: {problem.detail}")
            misses += misses >= 0
        if misses >= GIVE_UP_AFTER:
            raise Unreadable("no_readable_line", f"the first {misses:,} lines hold no record")
