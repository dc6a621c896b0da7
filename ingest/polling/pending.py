"""What was fetched and is not yet in the warehouse: notes of arrivals, one a poll.

Belongs here: writing such a note after the bytes are stored, reading it once, and removing it when all of it is taken in.
A run that is killed between finds the note again; what it took in already is known by its contents.
Does not belong here: the warehouse.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ingest.articles import Batch
from ingest.settings import Home
from ingest.sources import arrival_batches, store
from ingest.sources.store import Arrival


def _folder(home: Home) -> Path:
    return home.fetch / "pending"


def pending_files(home: Home) -> list[Path]:
    """The notes, oldest first."""
    return sorted(_folder(home).glob("*.json"))


def note(home: Home, name: str, arrivals: Sequence[Arrival]) -> Path | None:
    """Write down arrivals whose manifests are stored."""
    if not arrivals:
        return None
    paths = [str(store.manifest_of(home.raw, arrival).relative_to(home.raw)) for arrival in arrivals]
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = arrivals[0].arrived_at.replace(":", "").replace("-", "").replace(".", "")
    target = folder / f"{stamp}-{name}.json"
    aside = target.with_suffix(f".{os.getpid()}.new")
    aside.write_text(json.dumps(paths), encoding="utf-8")
    os.replace(aside, target)
    return target


def _arrivals(home: Home, paths: Sequence[str]) -> Iterator[Arrival]:
    """The arrivals of a note; one whose manifest is gone was forgotten since."""
    for path in paths:
        manifest = home.raw / path
        if manifest.exists():
            yield store.load(manifest)


def pending_arrivals(home: Home) -> Iterator[Arrival]:
    """The arrivals of every note."""
    for path in pending_files(home):
        with suppress(FileNotFoundError):
            yield from _arrivals(home, json.loads(path.read_text(encoding="utf-8")))


def pending_batches(home: Home) -> Iterator[Batch]:
    """The batches of every note; a note goes when the batch after its last is asked for, so when all were taken in."""
    for path in pending_files(home):
        with suppress(FileNotFoundError):
            yield from arrival_batches(_arrivals(home, json.loads(path.read_text(encoding="utf-8"))), home)
        path.unlink(missing_ok=True)
