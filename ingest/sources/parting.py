"""A stored object written anew without some of its records, each of the others at its place.

Belongs here: what stands in a record's place in each kind, so that the reader of the kind counts on and refuses it.
Does not belong here: finding the records, the store, and the check that the others are as they were (`ingest/warehouse`).
What cannot be carried over whole raises `Unreadable`: then nothing is written. Packed objects come out unpacked.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import polars as pl
from lxml import etree

from ingest.pages.lists import unzipped
from ingest.sources import csv
from ingest.sources.lines import lines
from ingest.sources.records import Unreadable

_BLANK_LINE = b'{"id": "forgotten"}'
_ENTRIES = ("item", "entry", "newsitem")
_BLANK_ANSWER = (
    b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-%012d>\r\n"
    b"WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nforgotten\r\n\r\n"
)


def _jsonl(path: Path, positions: Collection[int]) -> bytes:
    """Lines are counted as their reader counts them."""
    kept = list(lines(path))
    if None in kept:
        raise Unreadable("too_large", "a line that is above the limit")
    return b"\n".join(_BLANK_LINE if place in positions else line for place, line in enumerate(kept))


def _csv(path: Path, positions: Collection[int]) -> bytes:
    """A row of one cell too many stands in the place of each: its reader refuses it, whatever the columns."""
    if None in list(lines(path)):
        raise Unreadable("too_large", "a line that is above the limit")
    header, rows, delimiter, n_columns = csv.rows_as_lines(path)
    blank = delimiter * n_columns + "\n"
    kept = [blank if place in positions else "".join(row) for place, row in enumerate(rows)]
    return "".join([header, *kept]).encode("utf-8", "surrogateescape")


def _parquet(path: Path, positions: Collection[int]) -> bytes:
    """A row of nulls stands in the place of each."""
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable("invalid_parquet", str(error)) from error
    is_gone = pl.int_range(pl.len()).is_in(list(positions))
    out = io.BytesIO()
    frame.with_columns(pl.when(~is_gone).then(pl.col(name)).alias(name) for name in frame.columns).write_parquet(out)
    return out.getvalue()


def _xml(path: Path, positions: Collection[int]) -> bytes:
    """An entry without content stands in the place of each."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(unzipped(path.read_bytes()), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("invalid_xml", str(error)) from error
    entries = [item for item in root.iter() if isinstance(item.tag, str) and etree.QName(item).localname.lower() in _ENTRIES]
    for position in positions:
        entry = entries[position]
        tail = entry.tail
        entry.clear()
        entry.tail = tail
        namespace = etree.QName(entry).namespace
        etree.SubElement(entry, f"{{{namespace}}}id" if namespace else "guid").text = "forgotten"
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="utf-8")


def _warc(path: Path, positions: Collection[int]) -> bytes:
    """A file that is no page stands in the place of each answer; what else the archive says of its address goes."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    answers = (WarcRecordType.response, WarcRecordType.resource)
    kept: list[tuple[str | None, bool, bytes]] = []
    gone: set[str | None] = set()
    position = -1
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                address, is_answer = record.headers.get("WARC-Target-URI"), record.record_type in answers
                position += is_answer
                if is_answer and position in positions:
                    gone.add(address)
                    kept.append((None, True, _BLANK_ANSWER % position))
                    continue
                out = io.BytesIO()
                record.write(out)
                kept.append((address, is_answer, out.getvalue()))
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        raise Unreadable("invalid_warc", str(error)) from error
    return b"".join(data for address, is_answer, data in kept if is_answer or address is None or address not in gone)


_KINDS = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet, "xml": _xml, "warc": _warc}
KINDS = frozenset(_KINDS)


def without(path: Path, kind: str, positions: Collection[int]) -> bytes:
    """The object's bytes with these records blanked. Raises `Unreadable` when it cannot be carried over whole."""
    try:
        return _KINDS[kind](path, set(positions))
    except (IndexError, KeyError) as error:
        raise Unreadable("unreadable", f"a {kind} file whose records cannot be counted: {error}") from error
