"""dbt as the pipeline calls it: one invocation a run, over the working file of a home.

Belongs here: the command, its environment, and reading what it left behind. Does not belong here: models,
tests (`dbt_project/`), and what a failure means for publishing (`orchestration/pipeline.py`).

dbt runs in a process of its own (`dbt_worker`): in this one it would keep the DuckDB file open and leave its loggers and
settings.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb

from ingest.errors import ChanceryError, CheckFailed
from ingest.settings import Home, dbt_dir, reference_dir
from ingest.warehouse import Warehouse, lake_of
from orchestration.ahead import Worker, without_traceback
from orchestration.progress import Progress

KEPT = "kept: nothing that it reads has changed"
"""The message of a node that a build left as it was."""
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
    sql: str | None = None
    """Of a test that fails when its query finds a row: that query."""

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


def environment(home: Home) -> dict[str, str]:
    """The variables that the project reads, and silence towards the outside."""
    return os.environ | {
        "CHANCERY_STAGING": str(home.staging),
        "CHANCERY_REFERENCE": str(reference_dir()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


_waiting: dict[Path, Worker] = {}


def _started(home: Home, target: Path) -> Worker:
    """A process that reads the project."""
    places = [str(dbt_dir()), str(target), str(home.logs)]
    lake = lake_of(home) if target == target_dir(home) else None
    variables = environment(home) | ({"DBT_TARGET": "lake"} | lake.environment if lake else {})
    return Worker.started("orchestration.dbt_worker", *places, environment=variables)


def prepare(home: Home) -> None:
    """Start dbt and let it read the project, beside what comes before a build; the next build uses it."""
    if home.root not in _waiting:
        home.ensure()
        _waiting[home.root] = _started(home, target_dir(home))


@atexit.register
def dismiss() -> None:
    """End the processes that nobody needed."""
    while _waiting:
        _waiting.popitem()[1].kill()


def _worker(home: Home, target: Path) -> Worker:
    """The one that waits, or a new one."""
    waiting = _waiting.pop(home.root, None) if target == target_dir(home) else None
    return waiting if waiting and waiting.is_alive else _started(home, target)


def _invoke(
    home: Home, progress: Progress, stage: str, order: dict[str, Any], target: Path | None = None
) -> tuple[dict[str, Any] | None, list[str]]:
    """Run dbt to its end: its last message, None when it died, and the last lines it said."""
    said: list[str] = []
    end = None
    worker = _worker(home, target or target_dir(home))
    try:
        with progress.stage(stage, unit="models and tests") as at:
            for message in worker.ordered(order):
                if "said" in message:
                    said = [*said[1 - _LAST_LINES :], message["said"]]
                elif "node" in message:
                    at.advance()
                else:
                    end = message
        if end is None:
            said += worker.last_words()
    finally:
        worker.kill()
    return end, said


def _results_file(home: Home) -> Path:
    return target_dir(home) / "results.json"


def has_results(home: Home) -> bool:
    """Whether the last build in this home left its results."""
    return _results_file(home).exists()


def results(home: Home) -> list[NodeResult]:
    """What became of each model and test in the last build in this home."""
    return [NodeResult(**row) for row in json.loads(_results_file(home).read_text(encoding="utf-8"))]


def _keep_results(home: Home, nodes: Sequence[NodeResult]) -> None:
    """Leave the results; swapped in by rename."""
    aside = _results_file(home).with_suffix(".json.new")
    aside.write_text(json.dumps([asdict(node) for node in nodes]), encoding="utf-8")
    os.replace(aside, _results_file(home))


def _asked(warehouse: Warehouse, test: NodeResult) -> NodeResult:
    """A test on what the working file holds now: its query must find no row."""
    started = monotonic()
    try:
        found = warehouse.read(f"select count(*) as n from ({test.sql}\n)").item()
        status, message = "fail" if found else "pass", f"found {found} rows that should not be" if found else ""
    except duckdb.Error as error:
        status, message = "error", str(error)
    return replace(test, status=status, message=message, seconds=monotonic() - started)


def _tested(home: Home, tests: Sequence[NodeResult], progress: Progress) -> list[NodeResult]:
    """Each of these tests."""
    with Warehouse(home) as warehouse, progress.stage("Testing", len(tests), "tests") as at:
        warehouse.see_built_marts()
        results = []
        for test in tests:
            results.append(_asked(warehouse, test))
            at.advance()
    return results


def _complaint(bad: list[NodeResult], home: Home) -> str:
    """One line per failed model or test."""
    lines = [f"  {node.unique_id.split('.')[2]}: {' '.join(node.message.split())[:300]}" for node in bad]
    return "\n".join([f"{len(bad)} dbt models or tests failed (log: {home.logs / 'dbt.log'}):", *lines])


def _invoked(home: Home, progress: Progress, order: dict[str, Any]) -> list[NodeResult]:
    """The nodes of an invocation. Raises `ChanceryError` when dbt did not come as far as any."""
    end, said = _invoke(home, progress, "Building", order)
    if end is None or not end["nodes"]:
        raise ChanceryError(f"dbt could not start in {home.root}:\n  " + "\n  ".join(without_traceback(said)))
    nodes = [NodeResult(**row) for row in end["nodes"]]
    if not end["is_content"] and not any(node.is_bad for node in nodes):
        raise ChanceryError(f"dbt ended with an error in {home.root}:\n  " + "\n  ".join(without_traceback(said)))
    return [node for node in nodes if node.is_bad or node.unique_id.startswith(("model.", "test."))]


def build(
    home: Home, snapshot_id: str, progress: Progress, *, is_tested: bool = True, is_whole: bool = True
) -> list[NodeResult]:
    """`dbt build` (or, untested, `dbt run`) over the working file. Raises `CheckFailed` when a node fails.

    `is_whole=False` keeps what nothing new touches: rows of incremental models, and models that read only reference data.
    Then the tests are the queries that dbt made of them for the last whole build, asked without dbt, which takes as long
    over each as over a model.
    """
    earlier = results(home) if has_results(home) and not is_whole else []
    tests = [node for node in earlier if node.unique_id.startswith("test.")]
    is_short = bool(tests) and all(test.sql for test in tests)
    _results_file(home).unlink(missing_ok=True)
    words = ["build", *_WITHOUT_UNIT_TESTS] if is_tested and not is_short else ["run"]
    words += ["--full-refresh"] if is_whole else []
    nodes = _invoked(home, progress, {"words": words, "snapshot": snapshot_id, "kept": is_short})
    bad = [node for node in nodes if node.is_bad]
    if is_short and not bad:
        made = {node.unique_id: node for node in nodes}
        # in the order of the whole build, in which each follows what it reads
        nodes = [made.get(node.unique_id) or replace(node, seconds=0.0, message=KEPT) for node in earlier if node not in tests]
        nodes += _tested(home, tests, progress) if is_tested else []
        bad = [node for node in nodes if node.is_bad]
    _keep_results(home, nodes)
    if bad:
        raise CheckFailed(_complaint(bad, home))
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
        order = {"words": ["parse"], "snapshot": "unpublished", "kept": False}
        end, said = _invoke(home, progress, "Parsing", order, target)
        if end is None or not end["is_content"]:
            raise ChanceryError("dbt could not read its project:\n  " + "\n  ".join(said))
        os.replace(target / "manifest.json", path)
    return path
