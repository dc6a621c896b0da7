"""A text file (`.txt`, `.md`) or page (`.html`, `.htm`) is one article; a `.json` of its stem describes it.

Belongs here: whole files and their sidecars to records. Does not belong here: reading of pages (`html`),
contents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.articles import MAX_TEXT_BYTES, Refusal
from ingest.sources.html import MAX_PAGE_BYTES
from ingest.sources.records import (
    Record,
    Unreadable,
    complete,
    decode,
    fields,
    has_date,
    refuse_other_kind,
    without_surrogates,
)  # fmt: skip
from ingest.sources.store import Arrival

MAX_SIDECAR_BYTES = 1_000_000
_OF_A_FETCH = ("charset", "date_source")
"""What is known of a fetched page beside its fields: the character set of its header, the list that gave its date."""
_DATED_BY = ("feed", "sitemap", "gdelt")


def _bytes(path: Path, limit: int) -> bytes:
    """All bytes of a small file. Raises `Unreadable` when it is not small, or of another kind."""
    if path.stat().st_size > limit:
        raise Unreadable("too_large", f"file of more than {limit:,} bytes")
    data = path.read_bytes()
    refuse_other_kind(data)
    return data


def sidecar_fields(data: bytes) -> Record:
    """The fields that a sidecar gives. Raises `Unreadable` when it is not an object of text fields."""
    try:
        values = json.loads(decode(data))
        if not isinstance(values, dict):
            raise Unreadable("invalid_sidecar", f"a JSON {type(values).__name__}, not an object")
        found = fields({name: value for name, value in values.items() if name not in ("text", "html")})
    except Unreadable as problem:
        raise Unreadable("invalid_sidecar", problem.detail) from problem
    except (ValueError, RecursionError) as error:
        raise Unreadable("invalid_sidecar", str(error)) from error
    kept = {name: str(values[name]) for name in _OF_A_FETCH if isinstance(values.get(name), str)}
    return {name: value if value is None else without_surrogates(str(value)) for name, value in (found | kept).items()}


def described(path: Path | None) -> Record:
    """The fields of the sidecar, if there is one."""
    if path is None:
        return fields({})
    if path.stat().st_size > MAX_SIDECAR_BYTES:
        raise Unreadable("invalid_sidecar", f"more than {MAX_SIDECAR_BYTES:,} bytes")
    return sidecar_fields(path.read_bytes())


def _heading(text: str) -> tuple[str | None, str]:
    """A Markdown file's first heading, and the text below it."""
    first, _, rest = text.lstrip().partition("\n")
    return (first[2:].strip(), rest) if first.startswith("# ") else (None, text)


def _body(arrival: Arrival, path: Path) -> Record:
    """Text (and a Markdown title), or the page still to be read, as its own bytes declare their encoding."""
    if arrival.kind == "html":
        return {"html": _bytes(path, MAX_PAGE_BYTES)}
    text = decode(_bytes(path, MAX_TEXT_BYTES))
    if not text.strip():
        raise Unreadable("no_text", "nothing but blanks")
    title, text = _heading(text) if arrival.path.lower().endswith(".md") else (None, text)
    return {"title": title, "text": text}


def read(arrival: Arrival, path: Path, sidecar: Path | None) -> Iterator[Record | Refusal]:
    """The file's one record."""
    given_for_it = described(sidecar)
    found = {name: value for name, value in _body(arrival, path).items() if value is not None}
    given = {name: value for name, value in given_for_it.items() if value is not None}
    dated_by = given.pop("date_source", None)
    source = (dated_by if dated_by in _DATED_BY else "sidecar") if has_date(given) else "input"
    yield complete(arrival, 0, fields({}) | found | given, source)
