"""How each source is doing now: when it was asked, when it answered, whether it is late.

Belongs here: the log of polls and the list of sources, put together. Does not belong here: showing (`report`), the table
`marts.sources`, which tells of the last publication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.polling.log import Poll, poll_log
from ingest.polling.roll import Source, roll
from ingest.settings import Home


@dataclass(frozen=True)
class State:
    """One source as it is now."""

    source: str
    kind: str
    is_active: bool
    n_polls: int = 0
    n_failed_in_a_row: int = 0
    last_poll_at: datetime | None = None
    last_answer_at: datetime | None = None
    last_problem: str | None = None
    is_late: bool = False

    @property
    def word(self) -> str:
        """The state in a word or two."""
        if self.kind == "folder":
            return "read with every run"
        if not self.is_active:
            return "not asked" if not self.n_polls else "asked by hand"
        if not self.n_polls:
            return "never asked"
        if self.n_failed_in_a_row:
            return "failing, late" if self.is_late else "failing"
        return "late" if self.is_late else "well"


def _state(source: Source, polls: Sequence[Poll], now: datetime) -> State:
    """The state of a source from its polls, oldest first."""
    failed = 0
    for item in reversed(polls):
        if item.outcome != "refused":
            break
        failed += 1
    answers = [datetime.fromisoformat(item.started_at) for item in polls if item.outcome != "refused"]
    answered = max(answers, default=None)
    last = polls[-1] if polls else None
    is_late = source.active and source.kind != "folder" and (answered is None or now - answered > timedelta(hours=source.hours))
    return State(
        source.name, source.kind, source.active, len(polls), failed, datetime.fromisoformat(last.started_at) if last else None,
        answered, f"{last.reason}: {last.detail}" if last and failed else None, is_late,
    )  # fmt: skip


def states(home: Home, now: datetime | None = None) -> list[State]:
    """Every listed source, in the order of the list."""
    now = now or datetime.now(UTC).replace(tzinfo=None)
    polls: dict[str, list[Poll]] = {}
    for item in poll_log(home):
        polls.setdefault(item.source, []).append(item)
    return [
        _state(source, sorted(polls.get(source.name, ()), key=lambda item: item.started_at), now) for source in roll(home)
    ]
