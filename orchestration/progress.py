"""How long work tells where it stands: bars on a terminal, plain lines elsewhere, log lines under Dagster.

Belongs here: the ways of showing. Does not belong here: deciding what is worth showing (the verbs do).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol

_SECONDS_BETWEEN_LINES = 5.0


class Stage(Protocol):
    """One stage at work: `advance` counts units done."""

    def advance(self, units: int = 1) -> None:
        """Count units done."""


class Progress(Protocol):
    """Opens stages: `with progress.stage("Reading", total) as stage`."""

    def stage(self, name: str, total: int | None = None, unit: str = "") -> Any:
        """A context manager that gives a `Stage`."""


class _LineStage:
    """Says where it stands at most every few seconds."""

    def __init__(self, name: str, total: int | None, unit: str, say: Callable[[str], None]) -> None:
        self.name, self.total, self.unit, self.say = name, total, unit, say
        self.done = 0
        self.started = self.said = monotonic()

    def advance(self, units: int = 1) -> None:
        """Count units done; speak when some seconds have passed in silence."""
        self.done += units
        if self.done != self.total and monotonic() - self.said >= _SECONDS_BETWEEN_LINES:
            self.said = monotonic()
            self.say(f"{self.name}: {self._count()}")

    def _count(self) -> str:
        of = f" of {self.total:,}" if self.total else ""
        return f"{self.done:,}{of} {self.unit}".rstrip()

    def finish(self) -> None:
        """The stage's last line."""
        what = self._count() if self.unit else "done"
        self.say(f"{self.name}: {what} in {monotonic() - self.started:.1f} s")


class Lines:
    """Plain lines through any function that takes a line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[_LineStage]:
        """A stage that ends with a line when it succeeds."""
        stage = _LineStage(name, total, unit, self.say)
        yield stage
        stage.finish()


class _BarStage:
    """One bar of a rich display."""

    def __init__(self, bars: Any, task: Any) -> None:
        self.bars, self.task = bars, task

    def advance(self, units: int = 1) -> None:
        """Count units done."""
        self.bars.advance(self.task, units)


class Bars:
    """A progress bar per stage, on a terminal."""

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[_BarStage]:
        """A stage with its bar; without a total the bar pulses until the stage ends."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeElapsedColumn(),
        )
        with RichProgress(*columns, console=Console(stderr=True)) as bars:
            task = bars.add_task(name, total=total)
            yield _BarStage(bars, task)
            done = bars.tasks[0].completed
            bars.update(task, total=total or done or 1, completed=total or done or 1)


def for_terminal() -> Progress:
    """Bars when standard error is a terminal, plain lines on it elsewhere."""
    return Bars() if sys.stderr.isatty() else Lines(lambda line: print(line, file=sys.stderr, flush=True))


def silent() -> Progress:
    """Says nothing."""
    return Lines(lambda line: None)
