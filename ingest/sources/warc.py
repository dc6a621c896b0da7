"""Web archives (`.warc`, `.warc.gz`): every stored answer that is a page is one article.

Belongs here: records of an archive to records with a page. Does not belong here: reading of pages (`html`), contents.
The position of a record is its number among the answers in the archive, from 0. Pictures, scripts, redirects and errors
are no input; a page that is damaged or too large is refused with its address. The older ARC form is refused as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.articles import Refusal
from ingest.sources.html import MAX_PAGE_BYTES
from ingest.sources.records import Record, Unreadable, complete, fields, refusal
from ingest.sources.store import Arrival

_PAGES = ("text/html", "application/xhtml+xml")


def _address(record: Any) -> str | None:
    """The address that was archived; some writers put it in brackets."""
    return (record.headers.get("WARC-Target-URI") or "").strip().strip("<>") or None


def _is_page(record: Any) -> bool:
    """Whether the record is a page that was answered in full."""
    http = record.http_headers
    if http is not None and http.status_code != 200:
        return False
    kind = record.http_content_type if http is not None else record.headers.get("Content-Type")
    return (kind or "").partition(";")[0].strip().lower() in _PAGES


def _record(arrival: Arrival, position: int, archived: Any) -> Record:
    """The archived page as a record. Raises `Unreadable`."""
    stated = archived.content_length
    body = archived.reader.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        raise Unreadable("too_large", f"page of more than {MAX_PAGE_BYTES:,} bytes")
    http = archived.http_headers
    is_packed = http is not None and any(http.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))
    if not is_packed and len(body) < stated:
        raise Unreadable("invalid_warc", f"cut off after {len(body):,} of {stated:,} bytes")
    if not body.strip():
        raise Unreadable("no_text", "a page without a byte")
    found = fields({"url": _address(archived)}) | {"html": body, "charset": archived.http_charset}
    return complete(arrival, position, found)


def _refuse_arc(path: Path) -> None:
    """Raise when the file is in the form that came before WARC."""
    with path.open("rb") as file:
        if file.read(11) == b"filedesc://":
            raise Unreadable("invalid_warc", "an ARC file, the form before WARC: convert it first")


def read(arrival: Arrival, path: Path) -> Iterator[Record | Refusal]:
    """Every page of the archive as a record or a refusal; what came before damage is read."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # a run without archives does without it

    _refuse_arc(path)
    position = -1
    answers = WarcRecordType.response | WarcRecordType.resource
    with path.open("rb") as stream:
        try:
            for archived in ArchiveIterator(stream, record_types=answers, parse_http=True, auto_decode="all"):
                position += 1
                if not _is_page(archived):
                    continue
                try:
                    yield _record(arrival, position, archived)
                except Unreadable as problem:
                    yield refusal(arrival, position, problem.reason, f"{_address(archived)}: {problem.detail}")
        except (OSError, ValueError, EOFError, RuntimeError) as error:
            detail = f"after {position + 1} answers: {error}; what came before the damage is read"
            raise Unreadable("invalid_warc", detail) from error
    if position < 0:
        raise Unreadable("empty_file", "no answer of a server in the archive")
