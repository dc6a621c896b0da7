"""Breaking a pipeline in a process of its own. Belongs here: helpers of the tests of faults, no fixtures."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import duckdb
from small_world import ARTICLES, write_articles

from ingest.faults import SWITCH
from ingest.settings import Home
from orchestration.load import dump

_OF_RUNS = ("sources",)  # when each source was asked last: of runs, not of the world
SECOND = (
    {
        "id": "w-4",
        "source": "Harbour Post",
        "published_date": "2025-07-28",
        "title": "Envoy expelled",
        "text": "Poland expelled two Russian diplomats on Monday. Polish Prime Minister Donald Tusk met Estonia's "
        "Prime Minister Kristen Michal in Warsaw on Sunday.",
    },
)


STAGES = ("Reading", "Extracting", "Checking raw", "Checking facts", "Building", "Checking marts", "Publishing")
"""What a run does, by the lines that it prints at the end of each."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended: exit code (negative: the signal that ended it), what it said, seconds."""

    code: int
    said: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Whether a SIGKILL ended it."""
        return self.code == -signal.SIGKILL

    @property
    def stage(self) -> str:
        """What it was at when it ended, by what it said to have done."""
        done = [name for name in STAGES if _is_done(name, self.said)]
        return next((name for name in STAGES if name not in done), "the end")


def _is_done(stage: str, said: str) -> bool:
    return any(line.startswith(stage + ":") and " in " in line for line in said.splitlines())


@dataclass(frozen=True)
class Moment:
    """When to kill a command: so many seconds after it has ended a stage (None: after it was started)."""

    seconds: float
    after: str | None = None


def command(home: Home, *words: str, fault: str = "", kill: Moment | None = None, **environment: str) -> Outcome:
    """`chancery` with these words over a home, killed at a moment or broken at a named place."""
    env = os.environ | {"CHANCERY_HOME": str(home.root), **environment} | ({SWITCH: fault} if fault else {})
    started = monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", *words],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    # the whole group is killed: dbt may work in processes of its own
    timer = threading.Timer(kill.seconds if kill else 0, end_group, [process.pid])
    said = []
    try:
        if kill and not kill.after:
            timer.start()
        for line in process.stdout:
            said.append(line)
            if kill and kill.after and _is_done(kill.after, line):
                timer.start()
        process.wait()
    finally:
        timer.cancel()
        end_group(process.pid)
    return Outcome(process.returncode, "".join(said), monotonic() - started)


def end_group(pid: int) -> None:
    """Kill what a killed process left running."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    sleep(0.05)


def published(home: Home) -> dict[str, list[Any]]:
    """Every row of every published mart, sorted; the file must open and have no log beside it."""
    assert not home.published.with_name(home.published.name + ".wal").exists()
    return {name: rows for name, rows in dump(home).items() if name not in _OF_RUNS}


def ledger_adds_up(home: Home) -> bool:
    """Law 1: n_in = n_ok + n_duplicate + n_quarantined in each batch, as the published file tells."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        row = con.execute(
            "select count(*) from raw.ledger where n_in <> n_ok + n_duplicate + n_quarantined"
        ).fetchone()
    return row == (0,)


@dataclass(frozen=True)
class Unbroken:
    """A home before and after its second file of articles, each as an unbroken run leaves it."""

    before: Home
    after: Home
    old: dict[str, list[Any]]
    new: dict[str, list[Any]]
    files: tuple[Path, Path]
    seconds: dict[str, float]

    def copy(self, folder: Path) -> Home:
        """A fresh copy of the home of before."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before.root, folder)
        return Home.resolve(folder)


def unbroken(root: Path) -> Unbroken:
    """Both homes, made by ordinary runs, and the seconds of the second one by stage."""
    first = write_articles(root / "first.jsonl", ARTICLES)
    second = write_articles(root / "second.jsonl", SECOND)
    before = Home.resolve(root / "before")
    assert command(before, "run", str(first)).code == 0
    after = Home.resolve(root / "after")
    shutil.copytree(before.root, after.root)
    done = command(after, "run", str(second))
    assert done.code == 0, done.said
    seconds = seconds_of_stages(done.said, done.seconds)
    return Unbroken(before, after, published(before), published(after), (first, second), seconds)


def random_moments(seed: int, seconds: dict[str, float]) -> Iterator[Moment]:
    """Moments at which to kill a run without end: by turns anywhere in it, and within a stage, of which none is rare.

    `seconds` are those that an unbroken run takes for each stage.
    """
    chooser, whole = random.Random(seed), sum(seconds.values())
    while True:
        yield Moment(chooser.uniform(0.2, whole))
        stage = chooser.choice(STAGES)
        before = STAGES[STAGES.index(stage) - 1] if stage != STAGES[0] else None
        yield Moment(chooser.uniform(0, seconds[stage]), before)


def seconds_of_stages(said: str, whole: float) -> dict[str, float]:
    """What each stage took, by the lines of a run that took so long as a whole; what is said of none is the first's."""
    told = {name: float(re.search(rf"^{name}:.* in ([\d.]+) s$", said, re.MULTILINE)[1]) for name in STAGES}
    return told | {STAGES[0]: whole - sum(told.values()) + told[STAGES[0]]}
