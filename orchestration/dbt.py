"""dbt as the pipeline calls it: one invocation a run, over the working file of a home.

Belongs here: the command, its environment, and reading what it left behind. Does not belong here: models,
tests (`dbt_project/`), and what a failure means for publishing (`orchestration/pipeline.py`).

dbt runs in a process of its own: in this one it would keep the DuckDB file open and leave its loggers and
settings.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ChanceryError, CheckFailed
from ingest.settings import Home, dbt_dir, reference_dir
from ingest.warehouse.lake import lake_of
from orchestration.progress import Progress

_LAST_LINES = 15
_BAD = {"error", "fail", "runtime error"}
_SUFFIXES = {".sql", ".yml", ".md"}
# Unit tests say nothing of the data at hand: they run with the tests (`tests/dbt`), not with each load.
_WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
_SOURCES = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests")


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test."""

    unique_id: str
    status: str
    message: str
    seconds: float

    @property
    def is_bad(self) -> bool:
        """An error or a failed test; skipped nodes follow from those."""
        return self.status in _BAD


def target_dir(home: Home) -> Path:
    """Where dbt leaves manifest and results: in the home, because an installed project may be read-only."""
    return home.root / "dbt"


def project_files() -> list[Path]:
    """Every file that makes up the dbt project, in a fixed order."""
    roots = [dbt_dir() / name for name in _SOURCES]
    files = [root for root in roots if root.is_file()]
    return sorted(files + [path for root in roots for path in root.rglob("*") if path.suffix in _SUFFIXES])


def environment(home: Home, snapshot_id: str) -> dict[str, str]:
    """The variables that the project reads, and silence towards the outside."""
    lake = lake_of(home)
    return os.environ | (lake.environment if lake else {}) | {
        "CHANCERY_STAGING": str(home.staging),
        "CHANCERY_REFERENCE": str(reference_dir()),
        "CHANCERY_SNAPSHOT_ID": snapshot_id,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def _command(home: Home, target: Path, *words: str) -> list[str]:
    """The command line of one invocation."""
    folder = str(dbt_dir())
    places = [
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--target-path",
        str(target),
        "--log-path",
        str(home.logs),
    ]
    # what dbt says at length of each query costs a quarter of a build; its warnings and errors go to the log
    how = ["--no-use-colors", "--log-format", "json", "--log-level-file", "warn"]
    return [sys.executable, "-m", "dbt.cli.main", *how, *words, *places]


def _messages(process: subprocess.Popen[str]) -> Iterator[dict]:
    """dbt's events from its standard output; a line that is none is passed on as its message."""
    assert process.stdout is not None
    for line in process.stdout:
        try:
            yield json.loads(line)
        except ValueError:
            yield {"info": {"name": "", "level": "info", "msg": line.rstrip()}}


def _invoke(
    home: Home, progress: Progress, stage: str, snapshot_id: str, *words: str, target: Path | None = None
) -> tuple[int, list[str]]:
    """Run dbt to its end: exit code and the last lines it said."""
    said: list[str] = []
    with (
        progress.stage(stage, unit="models and tests") as at,
        subprocess.Popen(
            _command(home, target or target_dir(home), *words),
            env=environment(home, snapshot_id),
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        for message in _messages(process):
            said = [*said[1 - _LAST_LINES :], message["info"]["msg"]]
            if message["info"]["name"] in {"LogModelResult", "LogTestResult"}:
                at.advance()
    return process.returncode, said


def has_results(home: Home) -> bool:
    """Whether the last invocation in this home left its results."""
    return (target_dir(home) / "run_results.json").exists()


def results(home: Home) -> list[NodeResult]:
    """What the last invocation in this home left in `run_results.json`."""
    stored = json.loads((target_dir(home) / "run_results.json").read_text(encoding="utf-8"))
    return [
        NodeResult(
            row["unique_id"], row["status"], row.get("message") or "", row.get("execution_time") or 0.0
        )
        for row in stored["results"]
    ]


def _complaint(bad: list[NodeResult], home: Home) -> str:
    """One line per failed model or test."""
    lines = [f"  {node.unique_id.split('.')[2]}: {' '.join(node.message.split())[:300]}" for node in bad]
    return "\n".join([f"{len(bad)} dbt models or tests failed (log: {home.logs / 'dbt.log'}):", *lines])


def build(
    home: Home, snapshot_id: str, progress: Progress, *, is_tested: bool = True, is_whole: bool = True
) -> list[NodeResult]:
    """`dbt build` (or, untested, `dbt run`) over the working file. Raises `CheckFailed` when a node fails.

    `is_whole=False` keeps the rows of incremental models that nothing new touches.
    """
    (target_dir(home) / "run_results.json").unlink(missing_ok=True)
    words = ["build", *_WITHOUT_UNIT_TESTS] if is_tested else ["run"]
    words += ["--full-refresh"] if is_whole else []
    words += ["--target", "lake"] if lake_of(home) else []
    code, said = _invoke(home, progress, "Building", snapshot_id, *words)
    if not has_results(home):
        raise ChanceryError("dbt could not start:\n  " + "\n  ".join(said))
    nodes = results(home)
    bad = [node for node in nodes if node.is_bad]
    if bad:
        raise CheckFailed(_complaint(bad, home))
    if code != 0:
        raise ChanceryError("dbt ended with an error:\n  " + "\n  ".join(said))
    return nodes


def _is_fresh(manifest: Path) -> bool:
    """Whether the manifest is younger than every file of the project."""
    if not manifest.exists():
        return False
    written = manifest.stat().st_mtime
    return all(path.stat().st_mtime <= written for path in project_files())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: a web server, a daemon and a run may all find the manifest too old at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def manifest(home: Home, progress: Progress) -> Path:
    """The project's manifest, parsed anew when a file of the project is younger.

    It lies apart from where builds write theirs, and is put in place by rename: who reads it never sees half of one.
    """
    path = target_dir(home) / "parsed" / "manifest.json"
    if _is_fresh(path):
        return path
    home.ensure()
    with _alone(path.parent):
        if _is_fresh(path):
            return path
        target = path.parent / "target"
        code, said = _invoke(home, progress, "Parsing", "unpublished", "parse", target=target)
        if code != 0:
            raise ChanceryError("dbt could not read its project:\n  " + "\n  ".join(said))
        os.replace(target / "manifest.json", path)
    return path
