"""dbt in a process of its own, which has read the project before its order comes: `python -m orchestration.dbt_worker`.

Belongs here: dbt's start-up, one invocation, and telling what became of each node. Does not belong here: what is ordered
and what a failure means (`dbt`).

Reading dbt and its project costs five seconds and touches no warehouse; the warehouse is opened only once there is an order:
the `words` of the command, the `snapshot` that is built, and whether what reads nothing but reference data is `kept`. Told
are `node` when a model or test ends, `said` for warnings and errors, and last the `nodes` with what became of each.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from orchestration.ahead import Caller

SNAPSHOT = "CHANCERY_SNAPSHOT_ID"
"""The environment variable that the project reads for the snapshot that is built."""
LEFT_OUT = "CHANCERY_KEPT"
"""The one by which it knows that what was left out reads no article, so that every article has been built."""
_LOUD = {"warn", "error"}
_FINISHED = {"LogModelResult", "LogTestResult"}
_DEFAULTS = {"severity": "ERROR", "fail_calc": "count(*)", "error_if": "!= 0", "limit": None}
"""A test that departs from these fails by a rule of its own, which only dbt knows."""


def _hearing(caller: Caller, event: Any) -> None:
    """Pass on of dbt's own events: a node that ended, and what it says aloud."""
    if event.info.name in _FINISHED:
        caller.tell(node=event.data.node_info.unique_id)
    if str(event.info.level) in _LOUD and event.info.msg.strip():
        caller.tell(said=event.info.msg.strip())


def _sql(node: Any) -> str | None:
    """The query of a test that fails when it finds a row; None for any other node."""
    if node.resource_type != "test" or any(getattr(node.config, name) != value for name, value in _DEFAULTS.items()):
        return None
    return node.compiled_code


def _row(result: Any) -> dict[str, Any]:
    """What became of a node."""
    return {
        "unique_id": result.node.unique_id,
        "status": str(getattr(result.status, "value", result.status)),
        "message": result.message or "",
        "seconds": result.execution_time or 0.0,
        "sql": _sql(result.node),
    }


def _end(caller: Caller, done: Any) -> None:
    """The last message: whether dbt is content, and the results of nodes."""
    if done.exception is not None:
        caller.tell(said=str(done.exception))
    nodes = [item for item in getattr(done.result, "results", None) or [] if hasattr(item, "node")]
    caller.tell(done=True, is_content=done.success, nodes=[_row(item) for item in nodes])


def _of_reference(nodes: Mapping[str, Any]) -> list[str]:
    """The models that read nothing but reference data, and views: what new articles leave as it is."""

    @cache
    def is_fixed(key: str) -> bool:
        if key.startswith("source."):
            return key.split(".")[2] == "reference"
        above = nodes[key].depends_on.nodes
        return bool(above) and all(map(is_fixed, above))

    models = [node for node in nodes.values() if node.resource_type == "model"]
    return [node.name for node in models if node.config.materialized == "view" or is_fixed(node.unique_id)]


def main(arguments: Sequence[str]) -> None:
    """Read the project in this folder, wait for one order, carry it out; artifacts and logs go to the other two folders."""
    folder, target, logs = arguments
    caller = Caller()
    from dbt.cli.main import dbtRunner

    told = [partial(_hearing, caller)]
    # what dbt says at length of each query costs a quarter of a build; its warnings and errors go to the log
    how = ["--no-use-colors", "--log-level", "none", "--log-level-file", "warn", "--no-write-json"]
    places = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", target, "--log-path", logs]
    # what is read for one snapshot is read anew for another, so every reading is for the same
    os.environ[SNAPSHOT] = "unpublished"
    read = dbtRunner(callbacks=told).invoke([*how, "parse", *places])
    for order in islice(caller.orders(), 1):
        if not read.success:
            _end(caller, read)
            return
        if order["words"] == ["parse"]:
            read.result.write(str(Path(target) / "manifest.json"))
            _end(caller, read)
            return
        os.environ[SNAPSHOT] = order["snapshot"]
        os.environ[LEFT_OUT] = "yes" if order["kept"] else ""
        words = [*order["words"], *(["--exclude", *_of_reference(read.result.nodes)] if order["kept"] else [])]
        _end(caller, dbtRunner(manifest=read.result, callbacks=told).invoke([*how, *words, *places]))


if __name__ == "__main__":
    main(sys.argv[1:])
