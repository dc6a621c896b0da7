"""Bytes to lines: gzip, byte order marks, a limit on the length of a line, all in bounded memory.

Belongs here: whatever line-based kinds (JSONL, CSV) share below the meaning of a line.
Does not belong here: parsing of a line.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from ingest.sources.records import Unreadable, refuse_other_kind

MAX_LINE_BYTES = 8_000_000
_BLOCK = 1 << 18
_GZIP_MAGIC = b"\x1f\x8b"
MAX_RATIO = 200
_BEFORE_THE_RATIO_COUNTS = 50_000_000
"""A stream that unpacks to so many bytes, and to so many times its size, is a bomb: articles pack to a third or a tenth."""


def _blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes, unpacked when they are gzip."""
    with path.open("rb") as handle:
        packed = handle.read(2) == _GZIP_MAGIC
    opened = gzip.open(path, "rb") if packed else path.open("rb")  # noqa: SIM115 (closed by the `with` below)
    most = max(_BEFORE_THE_RATIO_COUNTS, MAX_RATIO * path.stat().st_size)
    size = 0
    with opened as stream:
        while True:
            try:
                block = stream.read1(_BLOCK)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise Unreadable("damaged_gzip", f"{error}; what came before the damage is read") from error
            if not block:
                return
            size += len(block)
            if packed and size > most:
                raise Unreadable("too_large", f"unpacks to more than {MAX_RATIO} times its size; what came before is read")
            yield block


def _utf8_blocks(path: Path) -> Iterator[bytes]:
    """The blocks without byte order mark; UTF-16 with a mark comes out as UTF-8."""
    blocks = _blocks(path)
    head = next(blocks, b"")
    refuse_other_kind(head)
    if head[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    yield decoder.decode(head).encode(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode(errors="replace")
    yield decoder.decode(b"", final=True).encode(errors="replace")


def lines(path: Path) -> Iterator[bytes | None]:
    """Each line without its newline, None for one above the limit. Raises `Unreadable` at damaged bytes."""
    tail, too_long = b"", False
    for block in _utf8_blocks(path):
        *whole, tail = (tail + block).split(b"\n")
        for line in whole:
            yield None if too_long or len(line) > MAX_LINE_BYTES else line
            too_long = False
        if len(tail) > MAX_LINE_BYTES:
            tail, too_long = b"", True
    if tail or too_long:
        yield None if too_long else tail
