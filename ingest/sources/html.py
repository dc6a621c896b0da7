"""Pages to text, in processes of their own, with limits, so that no page can stop the pipeline.

Belongs here: the pool of readers, their time limit, what a page adds to its record.
Does not belong here: the extraction itself (`html_worker`, which imports nothing of this package).
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from ingest.sources.records import Record, Unreadable, has_date, without_surrogates

MAX_PAGE_BYTES = 5_000_000
PAGE_SECONDS = 30.0
_MAX_READERS = 4
_WORKER = Path(__file__).with_name("html_worker.py")
_LENGTH = struct.Struct(">I")


class Reader:
    """One process that reads pages; killed when a page takes too long, started again for the next."""

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        """Starts with the first page."""
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def _started(self) -> subprocess.Popen[bytes]:
        """The running process; importing the extraction library is not charged to the page."""
        if self.process is None:
            # -P: the folder of the script holds modules named like the standard library's.
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(_WORKER)], bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=os.environ | {"TZ": "UTC"},
            )  # fmt: skip
            self._receive(self.process, max(self.seconds, PAGE_SECONDS))
        return self.process

    def read(self, page: str | bytes) -> dict[str, str | None]:
        """What the page says: text, title, date, source, url. Raises `Unreadable`."""
        data = page.encode(errors="replace") if isinstance(page, str) else page
        if len(data) > MAX_PAGE_BYTES:
            raise Unreadable("too_large", f"page of more than {MAX_PAGE_BYTES:,} bytes")
        mark = b"s" if isinstance(page, str) else b"b"
        try:
            process = self._started()
            self._send(process, _LENGTH.pack(len(data) + 1) + mark + data)
            answer = json.loads(self._receive(process, self.seconds))
        except TimeoutError as error:
            self.close()
            raise Unreadable("html_timeout", f"more than {self.seconds:g} seconds") from error
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise Unreadable("html_failed", f"the reader of pages ended: {error}") from error
        if "reason" in answer:
            raise Unreadable(answer["reason"], answer["detail"])
        return {name: value and without_surrogates(value) for name, value in answer.items()}

    @staticmethod
    def _send(process: subprocess.Popen[bytes], message: bytes) -> None:
        """All bytes to the process: an unbuffered pipe may take them in parts."""
        view = memoryview(message)
        while view:
            view = view[process.stdin.write(view) :]

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        """One length-prefixed message, or an error when the process is slow or gone."""
        (length,) = _LENGTH.unpack(self._exactly(process, _LENGTH.size, seconds))
        return self._exactly(process, length, seconds)

    @staticmethod
    def _exactly(process: subprocess.Popen[bytes], size: int, seconds: float) -> bytes:
        """So many bytes from the process."""
        data = b""
        while len(data) < size:
            if not select.select([process.stdout], [], [], seconds)[0]:
                raise TimeoutError
            block = process.stdout.read(size - len(data))
            if not block:
                raise EOFError("it broke off")
            data += block
        return data

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            for pipe in (self.process.stdin, self.process.stdout):
                with suppress(OSError):
                    pipe.close()
            self.process.wait()
            self.process = None


class Readers:
    """A few readers working side by side; none is started before the first page."""

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        """As many readers as processors, within reason."""
        self.readers = [Reader(seconds) for _ in range(min(_MAX_READERS, os.cpu_count() or 1))]
        self.idle: SimpleQueue[Reader] = SimpleQueue()
        for reader in self.readers:
            self.idle.put(reader)

    def __enter__(self) -> Readers:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes."""
        for reader in self.readers:
            reader.close()

    def _read(self, page: str | bytes) -> dict[str, str | None] | Unreadable:
        """The page by the next idle reader, or the reason against it."""
        reader = self.idle.get()
        try:
            return reader.read(page)
        except Unreadable as problem:
            return problem
        finally:
            self.idle.put(reader)

    def read_all(self, pages: Sequence[str | bytes]) -> list[dict[str, str | None] | Unreadable]:
        """Every page, in order."""
        if not pages:
            return []
        with ThreadPoolExecutor(len(self.readers)) as threads:
            return list(threads.map(self._read, pages))


def with_page(record: Record, page: dict[str, str | None]) -> Record:
    """The record with the page's text, and its title, date, source and address where the record has none."""
    added = {"text": page["text"], "html": None}
    for name in ("title", "source", "url"):
        added[name] = record.get(name) or page[name]
    if not has_date(record) and page["published_date"]:
        added |= {"published_date": page["published_date"], "date_source": "html"}
    return record | added
