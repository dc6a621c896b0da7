"""Bodies of answers, unpacked within limits.

Belongs here: content codings and the count of bytes before and after them. Does not belong here: what the bytes mean.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from ingest.fetching.addresses import Refused

CODINGS = "gzip, deflate"
"""What we ask for; a coding that was not asked for is refused rather than guessed at."""
_PIECE = 1 << 16


class _Unpacker:
    """One compressed stream, unpacked piece by piece: no piece is larger than `_PIECE`, however dense the stream."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream = self._fresh()
        self._has_data = False

    def _fresh(self) -> zlib._Decompress:
        return zlib.decompressobj(31 if self._coding == "gzip" else 15)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                # gzip streams may stand one after another; zero bytes between them are padding
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._stream = self._fresh()
            yield self._stream.decompress(data, _PIECE)
            data = self._stream.unconsumed_tail or self._stream.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes unpack to. Raises `Refused`."""
        self._has_data = self._has_data or bool(data)
        try:
            yield from self._pieces(data)
        except zlib.error as error:
            raise Refused("bad_encoding", f"damaged {self._coding}: {error}") from error

    def finish(self) -> None:
        """Raises `Refused` when the stream was cut off."""
        if self._has_data and not self._stream.eof:
            raise Refused("bad_encoding", f"{self._coding} cut off before its end")


def unpacked(chunks: Iterable[bytes], coding: str, limit: int) -> Iterator[bytes]:
    """The body's bytes, at most `limit` of them. Raises `Refused`."""
    name = coding.strip().lower()
    if name in ("", "identity"):
        unpacker = None
    elif name in ("gzip", "x-gzip", "deflate"):
        unpacker = _Unpacker("gzip" if name.endswith("gzip") else "deflate")
    else:
        raise Refused("bad_encoding", f"content coding {name[:40]!r} was not asked for")
    received = size = 0
    for chunk in chunks:
        received += len(chunk)
        if received > limit:
            raise Refused("too_large", f"more than {limit:,} bytes")
        for piece in unpacker.feed(chunk) if unpacker else (chunk,):
            size += len(piece)
            if size > limit:
                raise Refused("too_large", f"more than {limit:,} bytes after unpacking {received:,} bytes of {name}")
            yield piece
    if unpacker:
        unpacker.finish()
