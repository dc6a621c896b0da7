"""Breaking a pipeline in a process of its own. Belongs here: helpers of the tests of faults, no fixtures."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
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


def command(home: Home, *words: str, fault: str = "", kill_after: float | None = None, **environment: str) -> Outcome:
    """`chancery` with these words over a home, killed after some seconds or broken at a named place."""
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
    try:
        said, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        # the whole group: dbt runs in a process of its own
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
    finally:
        end_group(process.pid)
    return Outcome(process.returncode, said, monotonic() - started)


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

    def copy(self, folder: Path) -> Home:
        """A fresh copy of the home of before."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before.root, folder)
        return Home.resolve(folder)


def unbroken(root: Path) -> Unbroken:
    """Both homes, made by ordinary runs."""
    first = write_articles(root / "first.jsonl", ARTICLES)
    second = write_articles(root / "second.jsonl", SECOND)
    before = Home.resolve(root / "before")
    assert command(before, "run", str(first)).code == 0
    after = Home.resolve(root / "after")
    shutil.copytree(before.root, after.root)
    assert command(after, "run", str(second)).code == 0
    return Unbroken(before, after, published(before), published(after), (first, second))


def random_moments(seed: int, n: int, longest: float) -> list[float]:
    """Moments at which to kill, in seconds from the start of a command."""
    chooser = random.Random(seed)
    return [chooser.uniform(0.2, longest) for _ in range(n)]
