"""Pages and lists read in processes of their own, with limits, so that nothing that came from outside can stop the pipeline.

Belongs here: the pool of readers, their time limit, what a page adds to its record.
Does not belong here: the reading itself (`ingest/pages/`, which knows nothing of this package).
"""

from __future__ import annotations

import json
import os
import re
import select
import struct
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from ingest.sources.records import Record, Unreadable, has_date, without_surrogates

MAX_PAGE_BYTES = 5_000_000
MAX_LIST_BYTES = 60_000_000
PAGE_SECONDS = 10.0
LIST_SECONDS = 30.0
_MAX_READERS = 4
_ROOT = Path(__file__).resolve().parents[2]
# -P: no module beside a script, or in the folder we happen to be in, may stand in for one of the standard library.
_COMMAND = (sys.executable, "-P", "-m", "ingest.pages.worker")
_LENGTH = struct.Struct(">I")
_LETTERS_TO_DETECT = 200
"""So many letters tell a text's language better than what its page declares: templates are often left in English."""


@dataclass(frozen=True)
class Question:
    """What a reader is asked: what came, what it should be, and what is known of it."""

    body: str | bytes
    kind: str = "page"
    url: str | None = None
    charset: str | None = None

    @property
    def message(self) -> bytes:
        """As the process takes it. Raises `Unreadable` when it is too large."""
        data = self.body.encode(errors="replace") if isinstance(self.body, str) else self.body
        limit = MAX_PAGE_BYTES if self.kind in ("page", "fragment") else MAX_LIST_BYTES
        if len(data) > limit:
            raise Unreadable("too_large", f"{self.kind} of more than {limit:,} bytes")
        told = {"kind": self.kind, "url": self.url, "charset": self.charset, "is_text": isinstance(self.body, str)}
        return json.dumps(told).encode() + b"\n" + data


def _clean(found: Any) -> Any:
    """The answer with texts that can be stored."""
    if isinstance(found, dict):
        return {name: _clean(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_clean(value) for value in found]
    return without_surrogates(found) if isinstance(found, str) else found


class Reader:
    """One process that reads; killed when something takes too long, started again for the next."""

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        """Starts with the first question."""
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def _started(self) -> subprocess.Popen[bytes]:
        """The running process; importing the extraction library is not charged to the page."""
        if self.process is None:
            paths = filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))
            self.process = subprocess.Popen(
                _COMMAND, bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=os.environ | {"TZ": "UTC", "PYTHONPATH": os.pathsep.join(paths)},
            )  # fmt: skip
            self._receive(self.process, max(self.seconds, LIST_SECONDS))
        return self.process

    def read(self, question: Question) -> Any:
        """What was asked for: of a page text, title, date, outlet, address; of a list its entries. Raises `Unreadable`."""
        message = question.message
        seconds = self.seconds if question.kind in ("page", "fragment") else max(self.seconds, LIST_SECONDS)
        try:
            process = self._started()
            self._send(process, _LENGTH.pack(len(message)) + message)
            answer = json.loads(self._receive(process, seconds))
        except TimeoutError as error:
            self.close()
            raise Unreadable("html_timeout", f"more than {seconds:g} seconds") from error
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise Unreadable("html_failed", f"the reader of pages ended: {error}") from error
        if "reason" in answer:
            raise Unreadable(answer["reason"], answer["detail"])
        return _clean(answer["found"])

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

    def read(self, question: Question) -> Any:
        """What the next idle reader says. Raises `Unreadable`."""
        reader = self.idle.get()
        try:
            return reader.read(question)
        finally:
            self.idle.put(reader)

    def _read(self, question: Question) -> Any:
        """What the next idle reader says, or the reason against it."""
        try:
            return self.read(question)
        except Unreadable as problem:
            return problem

    def read_all(self, questions: Sequence[Question]) -> list[Any]:
        """Every answer, or the reason against it, in order."""
        if not questions:
            return []
        with ThreadPoolExecutor(len(self.readers)) as threads:
            return list(threads.map(self._read, questions))


def with_page(record: Record, page: dict[str, str | None]) -> Record:
    """The record with the page's text, and of what else the page says that which the record does not."""
    added: Record = {"text": page["text"], "html": None}
    for name in ("title", "source", "url", "author"):
        added[name] = record.get(name) or page[name]
    if not record.get("language") and len(re.findall(r"[^\W\d_]", page["text"] or "")) < _LETTERS_TO_DETECT:
        added["language"] = page["language"]
    if not has_date(record) and page["published_at"]:
        added |= {"published_at": page["published_at"], "date_source": page["date_source"]}
    return record | added
