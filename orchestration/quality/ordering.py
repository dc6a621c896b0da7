"""Checks ordered from the process that imports Great Expectations (`worker`), and its outcomes.

Belongs here: that process, started ahead where somebody knows that checks will come, and ended with this one. Does not belong
here: what it does, and what an outcome means.
"""

from __future__ import annotations

import atexit
import logging
from contextlib import suppress

from ingest import errors
from ingest.settings import Home
from orchestration.ahead import Worker, without_traceback
from orchestration.quality.declarations import suite_expectations
from orchestration.quality.validation import Outcome

logger = logging.getLogger(__name__)
_SECONDS_FOR_DOCUMENTS = 120
_waiting: list[Worker] = []


def prepare() -> None:
    """Start the import of the library, beside what comes before the first check."""
    if not _waiting:
        _waiting.append(Worker.started("orchestration.quality.worker"))


@atexit.register
def dismiss() -> None:
    """Let the process end its data docs, and end it."""
    while _waiting:
        _waiting.pop().finish(_SECONDS_FOR_DOCUMENTS)


def _worker() -> Worker:
    """The one that waits, or a new one."""
    if _waiting and not _waiting[0].is_alive:
        worker = _waiting.pop()
        logger.warning("the process of checks ended: %s", " ".join(worker.last_words()) or "without a word")
    prepare()
    return _waiting[0]


def validated(home: Home, suite: str, run_id: str, *, is_whole: bool) -> list[Outcome]:
    """The outcome of every expectation of a suite on the working file, which nothing here may hold open meanwhile.

    Raises what stood in the way of opening it, and `ChanceryError` when the process died.
    """
    worker = _worker()
    order = {"home": str(home.root), "suite": suite, "run_id": run_id, "is_whole": is_whole}
    answer = next(worker.ordered(order), None)
    if answer is None:
        _waiting.remove(worker)
        words = worker.last_words()
        with suppress(OSError):
            (home.logs / "checks.log").write_text("\n".join(words) + "\n", encoding="utf-8")
        raise errors.ChanceryError(f"the checks of {home.root} broke off:\n  " + "\n  ".join(without_traceback(words)))
    if "problem" in answer:
        raise getattr(errors, answer["problem"])(answer["message"])
    by_name = {(item.table, item.name): item for item in suite_expectations(suite)}
    return [Outcome(by_name[row["table"], row["name"]], row["success"], row["observed"]) for row in answer["outcomes"]]
