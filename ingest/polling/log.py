"""The log of polls: what each one did, a line each, below `raw/` with the bytes that it brought.

Belongs here: writing and reading of the log. Does not belong here: polling.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from ingest.redaction import redacted
from ingest.settings import Home


@dataclass(frozen=True)
class Poll:
    """What one poll did. `outcome` is ok, unchanged or refused (its list did not come)."""

    poll_id: str
    source: str
    kind: str
    address: str
    started_at: str
    day: str | None = None
    seconds: float = 0.0
    outcome: str = "ok"
    reason: str | None = None
    detail: str | None = None
    n_listed: int = 0
    n_fetched: int = 0
    n_known: int = 0
    n_refused: int = 0
    n_deferred: int = 0
    n_bytes: int = 0


def write_log(home: Home, done: Poll) -> None:
    """Add the poll to the log of its month: one line, written at once."""
    path = home.raw / "polls" / f"{done.started_at[:7]}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        told = {name: redacted(value) if isinstance(value, str) else value for name, value in asdict(done).items()}
        os.write(handle, json.dumps(told, ensure_ascii=False).encode() + b"\n")
    finally:
        os.close(handle)


def poll_log(home: Home) -> Iterator[Poll]:
    """Every poll that was made, in the order of their logs; a line that was cut off by a crash is passed over."""
    for path in sorted((home.raw / "polls").glob("*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                with suppress(ValueError, TypeError):
                    yield Poll(**json.loads(line))
