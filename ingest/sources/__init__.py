"""Sources: a file or folder in, batches of records out, every byte stored first.

Belongs here: the walk over a folder, the choice of reader by extension, the cutting into batches, replay.
Does not belong here: any one format (a module each), the store (`store`), judgement of contents
(`ingest/articles.py`).

| kind | extensions | module |
|---|---|---|
| jsonl | .jsonl, .ndjson, also .gz | `jsonl` |
| csv | .csv, also .gz | `csv` |
| parquet | .parquet | `parquet` |
| text | .txt, .md, with an optional .json of the same stem | `text` |
| html | .html, .htm, with an optional .json of the same stem | `text`, `html` |
| xml | .xml, .rss, .atom, .nitf, also .gz: RSS, Atom, NewsML-G2, NITF | `xml` |
| warc | .warc, also .gz | `warc` |

What is fetched arrives the same way (`ingest/polling/`): stored bytes and a manifest, then the readers above.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ingest.articles import RECORD_SCHEMA, Batch, Refusal, quarantine_frame
from ingest.batches import setting
from ingest.errors import DamagedData, UsageError
from ingest.sources import csv, jsonl, parquet, store, text, warc, xml
from ingest.sources.html import MAX_LIST_BYTES, Question, Readers, with_page
from ingest.sources.records import Record, Unreadable, refusal
from ingest.sources.store import Arrival

if TYPE_CHECKING:
    from ingest.settings import Home

__all__ = ["Batch", "arrival_batches", "read_path", "replay_batches"]

MAX_BATCH_RECORDS = 5_000
MAX_BATCH_BYTES = 64_000_000
"""About how much memory the records of a batch hold, if `$CHANCERY_BATCH_BYTES` does not say less."""
SMALL_FILE_RECORDS = 100
"""Files of fewer records share a batch: a folder of many small files is a few batches."""

_KINDS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet",
    ".txt": "text", ".md": "text", ".html": "html", ".htm": "html",
    ".xml": "xml", ".rss": "xml", ".atom": "xml", ".rdf": "xml", ".nitf": "xml", ".warc": "warc", ".arc": "warc",
}  # fmt: skip
_PACKED_KINDS = ("jsonl", "csv", "xml", "warc")
_WITH_SIDECAR = ("text", "html")
_READ_WHOLE = (*_WITH_SIDECAR, "xml")
_UNFINISHED = (".part", ".tmp")
_SIDECAR = ".json"

Item = Record | Refusal


def kind_of(path: Path) -> str | None:
    """The kind of source that a file's name promises; None when it can not be read."""
    name = path.name.lower()
    if name.endswith(".gz"):
        kind = _KINDS.get(Path(name.removesuffix(".gz")).suffix)
        return kind if kind in _PACKED_KINDS else None
    return _KINDS.get(Path(name).suffix)


def _is_skipped(path: Path) -> bool:
    """Hidden files and those still being written are no input."""
    return path.name.startswith(".") or path.suffix.lower() in _UNFINISHED


def _real(path: Path) -> Path:
    """Where the path leads; `Path.resolve` raises at a link to itself."""
    return Path(os.path.realpath(path))


def _escapes(path: Path, root: Path) -> bool:
    """Whether a symbolic link leads out of the folder, or nowhere."""
    return path.is_symlink() and not (path.exists() and _real(path).is_relative_to(_real(root)))


def _walk(folder: Path, root: Path, closed: frozenset[Path]) -> Iterator[Path]:
    """Every file below the folder in sorted order; not into links to folders, nor the pipeline's own state.

    A folder that cannot be listed comes out itself, to be refused.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    for path in entries:
        if _is_skipped(path) or _real(path) in closed:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root, closed)
        elif not path.is_dir() or _escapes(path, root):
            yield path


def _inputs(given: Path, home: Home) -> Iterator[Path]:
    """The file itself, or the files of the folder."""
    if not given.is_dir():
        yield given
        return
    made = (home.raw, home.fetch, home.warehouse, home.exports, home.quality_docs, home.logs)
    yield from _walk(given, given, frozenset(map(_real, made)))


def _sidecar_of(path: Path, kind: str) -> Path | None:
    """The description that lies beside a text or page."""
    beside = path.with_suffix(_SIDECAR)
    return beside if kind in _WITH_SIDECAR and beside.is_file() else None


def _is_sidecar(path: Path) -> bool:
    """Whether a .json describes a text or page beside it."""
    return path.suffix.lower() == _SIDECAR and any(
        path.with_suffix(suffix).is_file() for suffix, kind in _KINDS.items() if kind in _WITH_SIDECAR
    )


def _stored(blank: Arrival, path: Path, root: Path, home: Home) -> Arrival:
    """The arrival with its bytes stored, or with the reason why not."""
    if _escapes(path, root):
        return replace(
            blank, reason="outside_link", detail="the link leads out of the folder given, or nowhere"
        )
    if path.is_dir():
        os.listdir(path)
    if not stat.S_ISREG(path.stat().st_mode):
        return replace(blank, reason="not_a_file", detail="neither a regular file nor a folder")
    kind = kind_of(path)
    if kind is None:
        orphan = path.suffix.lower() == _SIDECAR
        reason = "orphan_sidecar" if orphan else "unsupported_kind"
        detail = (
            "no .txt, .md, .html or .htm of the same stem"
            if orphan
            else f"extension {path.suffix or 'missing'}"
        )
        return replace(blank, sha256=store.digest(path), reason=reason, detail=detail)
    if path.stat().st_size == 0:
        return replace(blank, sha256=store.digest(path), reason="empty_file", detail="no bytes")
    if kind in _READ_WHOLE and path.stat().st_size > MAX_LIST_BYTES:
        return replace(blank, reason="too_large", detail=f"{kind} of more than {MAX_LIST_BYTES:,} bytes; not stored")
    beside = _sidecar_of(path, kind)
    if beside and beside.stat().st_size > text.MAX_SIDECAR_BYTES:
        return replace(blank, reason="invalid_sidecar", detail=f"more than {text.MAX_SIDECAR_BYTES:,} bytes; not stored")
    if beside and _escapes(beside, root):
        return replace(
            blank, reason="outside_link", detail="the link to its sidecar leads out of the folder given"
        )
    return replace(
        blank, kind=kind, sha256=store.keep(home.raw, path),
        sidecar_path=store.shown(beside) if beside else None,
        sidecar_sha256=store.keep(home.raw, beside) if beside else None,
    )  # fmt: skip


def _arrivals(given: Path, home: Home) -> Iterator[Arrival]:
    """Each input of the path, stored and recorded; an earlier arrival of the same keeps its time."""
    now = store.utc_now()
    root = given if given.is_dir() else _real(given).parent
    for order, path in enumerate(_inputs(given, home)):
        if _is_sidecar(path):
            continue
        name = path.relative_to(given) if given.is_dir() else Path(path.name)
        blank = Arrival(store.shown(path), store.shown(name), store.shown(given), order, now, kind="unknown")
        try:
            arrival = _stored(blank, path, root, home)
        except OSError as error:
            arrival = replace(blank, reason="unreadable", detail=error.strerror or str(error))
        yield replace(arrival, arrived_at=store.record(home.raw, arrival).arrived_at)


def _parsed(arrival: Arrival, home: Home, readers: Readers) -> Iterator[Item]:
    """The reader of the arrival's kind at work on the stored bytes."""
    path = store.object_path(home.raw, arrival.sha256)
    beside = store.object_path(home.raw, arrival.sidecar_sha256) if arrival.sidecar_sha256 else None
    if arrival.kind in _WITH_SIDECAR:
        return text.read(arrival, path, beside)
    if arrival.kind == "xml":
        return xml.read(arrival, path, text.described(beside), readers)
    return {"jsonl": jsonl, "csv": csv, "parquet": parquet, "warc": warc}[arrival.kind].read(arrival, path)


def _items(arrival: Arrival, home: Home, readers: Readers) -> Iterator[Item]:
    """Every record and refusal of one arrival; at least one, and no error gets out."""
    if arrival.reason:
        stage = "fetch" if arrival.kind == store.FETCHED else "read"
        yield refusal(arrival, -1, arrival.reason, arrival.detail or "", stage)
        return
    found = False
    try:
        for item in _parsed(arrival, home, readers):
            found = True
            yield item
    except Unreadable as problem:
        found = True
        yield refusal(arrival, -1, problem.reason, problem.detail, "read")
    except (
        OSError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        MemoryError,
        RecursionError,
    ) as error:
        found = True
        yield refusal(arrival, -1, "unreadable", f"{type(error).__name__}: {error}", "read")
    if not found:
        yield refusal(arrival, -1, "empty_file", "no record in the file", "read")


def _most() -> int:
    """How much a batch may weigh."""
    return min(setting("CHANCERY_BATCH_BYTES", MAX_BATCH_BYTES), MAX_BATCH_BYTES)


def _weight(item: Item) -> int:
    """About how much memory the item holds."""
    return 500 if isinstance(item, Refusal) else 500 + len(item["text"] or "") + len(item["html"] or "")


def _slices(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in runs of bounded number and size."""
    run: list[Item] = []
    weight, most = 0, _most()
    for item in items:
        run.append(item)
        weight += _weight(item)
        if len(run) >= MAX_BATCH_RECORDS or weight >= most:
            yield run
            run, weight = [], 0
    if run:
        yield run


def _question(record: Record) -> Question:
    """What is asked of a page's reader."""
    return Question(record["html"], "page", record.get("url"), record.get("charset"))


def _with_pages(items: list[Item], readers: Readers) -> list[Item]:
    """Pages read to text where a record has no text of its own."""
    waiting = [
        index for index, item in enumerate(items)
        if not isinstance(item, Refusal) and item["html"] and not (item["text"] or "").strip()
    ]  # fmt: skip
    answers = readers.read_all([_question(items[index]) for index in waiting])
    for index, answer in zip(waiting, answers, strict=True):
        record = items[index]
        if isinstance(answer, Unreadable):
            place = (record["path"], record["name"], record["position"], record["raw_sha256"])
            items[index] = Refusal(*place, "parse", answer.reason, answer.detail)
        else:
            items[index] = with_page(record, answer)
    return items


def _batch(items: list[Item], arrivals: list[Arrival], readers: Readers) -> Batch:
    """The items as one batch, named for their file, their folder when they come from several, or the source polled."""
    done = _with_pages(items, readers)
    rows = [item for item in done if not isinstance(item, Refusal)]
    columns = {name: [row[name] for row in rows] for name in RECORD_SCHEMA if name != "html"}
    records = pl.DataFrame(columns | {"html": [None] * len(rows)}, schema=RECORD_SCHEMA)
    refusals = quarantine_frame(item for item in done if isinstance(item, Refusal))
    first = arrivals[0]
    alone = len(arrivals) == 1
    return Batch(
        first.path if alone and not first.is_polled else first.given, first.sha256 if alone else None,
        records, refusals, len(items), first.when,
    )  # fmt: skip


class _Shared:
    """Small files of one arrival time on their way into a common batch."""

    def __init__(self) -> None:
        """Empty."""
        self.items: list[Item] = []
        self.arrivals: list[Arrival] = []
        self.weight = 0

    def takes(self, arrival: Arrival) -> bool:
        """Whether the next file may share the batch."""
        return not self.arrivals or (
            (arrival.given, arrival.arrived_at) == (self.arrivals[0].given, self.arrivals[0].arrived_at)
            and len(self.items) < MAX_BATCH_RECORDS - SMALL_FILE_RECORDS
            and self.weight < _most()
        )

    def add(self, arrival: Arrival, items: list[Item]) -> None:
        """One more small file."""
        self.arrivals.append(arrival)
        self.items += items
        self.weight += sum(map(_weight, items))

    def batches(self, readers: Readers) -> Iterator[Batch]:
        """The one batch, if there is anything in it."""
        if self.items:
            yield _batch(self.items, self.arrivals, readers)


def _batches(arrivals: Iterable[Arrival], home: Home) -> Iterator[Batch]:
    """The arrivals' records: large files in batches of their own, small neighbours together."""
    shared = _Shared()
    with Readers() as readers:
        for arrival in arrivals:
            items = _items(arrival, home, readers)
            head = list(islice(items, SMALL_FILE_RECORDS))
            is_large = len(head) == SMALL_FILE_RECORDS
            if is_large or not shared.takes(arrival):
                yield from shared.batches(readers)
                shared = _Shared()
            if is_large:
                for run in _slices(chain(head, items)):
                    yield _batch(run, [arrival], readers)
            else:
                shared.add(arrival, head)
        yield from shared.batches(readers)


def read_path(path: Path, home: Home) -> Iterator[Batch]:
    """The batches of a file or folder; every byte is under `home.raw` before it is parsed.

    Raises `UsageError` when there is nothing at the path, `EnvironmentProblem` when bytes cannot be stored,
    `DamagedData` when a newer version wrote `home.raw`.
    """
    path = Path(path)
    if not path.exists() and not path.is_symlink():
        raise UsageError(f"no such file or folder: {path}")
    store.require_layout(home.raw)
    yield from _batches(_arrivals(path, home), home)


def _sound(arrival: Arrival, home: Home) -> Arrival:
    """The arrival, once its stored bytes are found to be those that came. Raises `DamagedData`."""
    for sha256 in filter(None, (arrival.sha256 if not arrival.reason else None, arrival.sidecar_sha256)):
        path = store.object_path(home.raw, sha256)
        if not path.is_file() or store.digest(path) != sha256:
            raise DamagedData(f"{path}: the bytes of {arrival.path} are missing or changed")
    return arrival


def arrival_batches(arrivals: Iterable[Arrival], home: Home) -> Iterator[Batch]:
    """The batches of arrivals that are stored already. Raises `DamagedData` when their bytes are not."""
    yield from _batches((_sound(arrival, home) for arrival in arrivals), home)


def replay_batches(home: Home) -> Iterator[Batch]:
    """The batches of everything that ever arrived, from `home.raw` alone, in the order of arrival."""
    store.require_layout(home.raw)
    yield from _batches((_sound(arrival, home) for arrival in store.arrivals(home.raw)), home)
