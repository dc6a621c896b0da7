"""The store of received bytes: content-addressed objects under `raw/`, and one manifest for each arrival.

Belongs here: copying bytes in, manifests, listing arrivals in their first order.
Does not belong here: what the bytes mean (the modules of one kind each).

An object lies at `raw/ab/abcdef...` (SHA-256 of its bytes). Beside it a manifest `abcdef....<key>.json`
says under
which name, as which kind, with which sidecar it came, and when: with it `replay_batches` needs nothing but
`raw/`.
The same bytes under the same name with the same sidecar are one arrival, however often they come.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ingest import faults
from ingest.errors import DamagedData, EnvironmentProblem

LAYOUT = 1
"""The layout of `raw/`, as told above; `raw/layout` holds its number, and a folder without that file is of the first."""
_BLOCK = 1 << 20
_REFUSED = "refused"
POLLED = "source:"
"""What a poll brought bears this and the source's name as what was given."""
FETCHED = "fetch"
"""The kind of an arrival that was asked for on the network and did not come."""


@dataclass(frozen=True)
class Arrival:
    """One input as it arrived: the file, what it is, and where its bytes lie (`sha256`, none when not kept).

    `given` is the path the caller named, `name` the file's path below it, `order` the place in its walk;
    `reason` and `detail` are set when the
    input was refused before any byte was read as an article.
    """

    path: str
    name: str
    given: str
    order: int
    arrived_at: str
    kind: str
    sha256: str | None = None
    sidecar_path: str | None = None
    sidecar_sha256: str | None = None
    reason: str | None = None
    detail: str | None = None

    @property
    def is_polled(self) -> bool:
        """Whether a poll of a source brought it."""
        return self.given.startswith(POLLED)

    @property
    def when(self) -> datetime:
        """The time of first arrival, UTC, without zone as the warehouse keeps it."""
        return datetime.fromisoformat(self.arrived_at)

    @property
    def key(self) -> str:
        """What makes two arrivals the same: bytes, sidecar's bytes and name; without bytes the full path."""
        name = self.name if self.sha256 else self.path
        parts = (self.sha256 or "", self.sidecar_sha256 or "", name, self.kind, self.reason or "")
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def utc_now() -> str:
    """The time now, UTC, as manifests write it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def shown(path: Path) -> str:
    """A path as text that can be stored, whatever bytes the file name has."""
    return os.fsencode(path).decode("utf-8", "replace")


def object_path(raw: Path, sha256: str) -> Path:
    """Where the object with this hash lies."""
    return raw / sha256[:2] / sha256


@contextmanager
def _temporary(folder: Path) -> Iterator[BinaryIO]:
    """A new file in the folder that is gone afterwards unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".incoming-", dir=folder, delete=False) as handle:
        try:
            yield handle
        finally:
            Path(handle.name).unlink(missing_ok=True)


def _settle(handle: BinaryIO, target: Path) -> None:
    """Give the finished file its name: bytes on the disk first, then the rename, then the folder."""
    handle.flush()
    os.fsync(handle.fileno())
    faults.point("raw.before_object")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(handle.name, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy all bytes; their SHA-256 and number."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        size += len(block)
        target.write(block)
    return digest.hexdigest(), size


def keep(raw: Path, path: Path) -> str:
    """Store the file's bytes and return their SHA-256; bytes already there are not written again."""
    with path.open("rb") as source:
        try:
            with _temporary(raw) as handle:
                sha256, size = _copy(source, handle)
                target = object_path(raw, sha256)
                if not target.exists() or target.stat().st_size != size:
                    _settle(handle, target)
        except OSError as error:
            raise EnvironmentProblem(
                f"cannot store {shown(path)} under {raw}: {error.strerror or error}"
            ) from error
    faults.point("raw.after_object")
    return sha256


def keep_bytes(raw: Path, data: bytes) -> str:
    """Store bytes and return their SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = object_path(raw, sha256)
    try:
        if not target.exists() or target.stat().st_size != len(data):
            with _temporary(raw) as handle:
                handle.write(data)
                _settle(handle, target)
    except OSError as error:
        raise EnvironmentProblem(f"cannot store bytes under {raw}: {error.strerror or error}") from error
    return sha256


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes, which are not kept."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def record(raw: Path, arrival: Arrival) -> Arrival:
    """Write the arrival's manifest, or return the earlier one when the same input came before."""
    manifest = manifest_of(raw, arrival)
    if manifest.exists():
        return load(manifest)
    try:
        with _temporary(raw) as handle:
            handle.write(sealed(arrival))
            _settle(handle, manifest)
    except OSError as error:
        raise EnvironmentProblem(f"cannot write {manifest}: {error.strerror or error}") from error
    faults.point("raw.after_manifest")
    return arrival


def manifest_of(raw: Path, arrival: Arrival) -> Path:
    """Where the arrival's manifest lies."""
    folder = raw / (arrival.sha256[:2] if arrival.sha256 else _REFUSED)
    return folder / f"{arrival.sha256 or _REFUSED}.{arrival.key}.json"


def _told(arrival: Arrival) -> bytes:
    """The arrival as its manifest tells it."""
    return json.dumps(asdict(arrival), ensure_ascii=False, sort_keys=True).encode()


def sealed(arrival: Arrival) -> bytes:
    """The content of the arrival's manifest: what it tells, and in a second line the SHA-256 of that."""
    told = _told(arrival)
    return told + b"\n" + hashlib.sha256(told).hexdigest().encode() + b"\n"


def load(manifest: Path) -> Arrival:
    """The arrival that a manifest describes; those of earlier versions bear no seal.

    Raises `DamagedData` for a file that is none of this layout, or whose seal is not that of what it tells.
    """
    told, _, seal = manifest.read_bytes().partition(b"\n")
    try:
        arrival = Arrival(**json.loads(told))
    except (ValueError, TypeError) as error:
        raise DamagedData(f"{manifest} is no manifest of this version of Chancery: {error}") from error
    if (seal and sealed(arrival) != told + b"\n" + seal) or manifest_of(manifest.parents[1], arrival) != manifest:
        raise DamagedData(f"{manifest} is not as it was written")
    return arrival


def require_layout(raw: Path) -> None:
    """Put the number of the layout into a folder that has none yet.

    Raises `DamagedData` for a folder that a newer version wrote, before anything in it is read or written.
    """
    note = raw / "layout"
    try:
        told = note.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        told = ""
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {note}: {error.strerror or error}") from error
    if told and not told.isdecimal():
        raise DamagedData(f"{note} names no layout: {told[:40]!r}")
    if told and int(told) > LAYOUT:
        raise DamagedData(
            f"{raw} was written by a newer version of Chancery (layout {told}, this version knows {LAYOUT}): "
            "use that version; nothing was changed"
        )
    if not told:
        try:
            with _temporary(raw) as handle:
                handle.write(f"{LAYOUT}\n".encode())
                _settle(handle, note)
        except OSError as error:
            raise EnvironmentProblem(f"cannot write {note}: {error.strerror or error}") from error


def arrivals(raw: Path) -> list[Arrival]:
    """Every arrival, in the order of arrival."""
    found = [load(manifest) for manifest in raw.glob("*/*.json")]
    return sorted(found, key=lambda item: (item.arrived_at, item.order, item.key))
