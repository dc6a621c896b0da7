"""What every kind of source yields: records and refusals, and how fields become records.

Belongs here: the two types, the rule for field types, reading of bytes as text.
Does not belong here: any single format, and judgement of contents (`ingest/articles.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.articles import FIELDS, Refusal
from ingest.sources.store import Arrival

Record = dict[str, object]
_TEXT_FIELDS = ("url", "source", "title", "author", "language", "text", "html")
_ID_FIELDS = ("external_id", "id")
_DATE_FIELDS = ("published_at", "published_date")
_MAGIC = {
    b"%PDF-": "a PDF document", b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or office document", b"PAR1": "a Parquet file", b"\x7fELF": "a program",
    b"SQLite format": "a SQLite database", b"\xd0\xcf\x11\xe0": "an office document",
    b"Rar!\x1a": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive", b"BZh": "a bzip2 stream", b"\x28\xb5\x2f\xfd": "a Zstandard stream",
    b"\x1f\x8b": "a gzip stream",
}  # fmt: skip


class Unreadable(Exception):
    """Ends the reading of a file, record or field: the reason, what and where."""

    def __init__(self, reason: str, detail: str) -> None:
        """A reason of the closed list, and words for a person."""
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def refusal(arrival: Arrival, position: int, reason: str, detail: str, stage: str = "parse") -> Refusal:
    """The refusal of one record of the arrival (-1: the whole file)."""
    return Refusal(arrival.path, arrival.name, position, arrival.sha256, stage, reason, detail)


def refuse_other_kind(head: bytes) -> None:
    """Raise when the first bytes are those of an image, archive or document."""
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable("binary_file", f"the bytes are {name}")


def without_surrogates(value: str) -> str:
    """Surrogate pairs joined, lone surrogates replaced by U+FFFD: such text has no UTF-8 form."""
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decode(data: bytes) -> str:
    """Text from UTF-8, or from UTF-16 that says so by its mark."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("invalid_utf8", f"byte {error.start}: {error.reason}") from error


def _as_text(name: str, value: object) -> str | None:
    """The field as text: ids and dates may be numbers, everything else must be text or null."""
    if value is None or isinstance(value, str):
        return value
    if name in (*_ID_FIELDS, *_DATE_FIELDS) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unreadable("wrong_type", f"{name} is {type(value).__name__}, not text")


def fields(values: Mapping[str, object]) -> Record:
    """The known fields of a mapping as text; others are left out. Raises `Unreadable` on a wrong type."""
    found: Record = {name: _as_text(name, values.get(name)) for name in (*_TEXT_FIELDS, *_DATE_FIELDS)}
    given = values.get("id") if values.get("id") is not None else values.get("external_id")
    found["external_id"] = _as_text("id", given)
    return found


def has_date(record: Mapping[str, object]) -> bool:
    """Whether a date field holds something."""
    return any(str(record.get(name) or "").strip() for name in _DATE_FIELDS)


def has_body(record: Mapping[str, object]) -> bool:
    """Whether there is text or a page to read."""
    return any(str(record.get(name) or "").strip() for name in ("text", "html"))


def complete(arrival: Arrival, position: int, found: Record, date_source: str = "input") -> Record:
    """The record with its place in the stored bytes."""
    place = {"position": position, "path": arrival.path, "name": arrival.name, "raw_sha256": arrival.sha256}
    return dict.fromkeys(FIELDS) | found | place | {"date_source": date_source if has_date(found) else None}
