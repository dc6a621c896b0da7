"""Named places at which the tests break the pipeline, to see that nothing is lost and nothing half-done is shown.

Belongs here: the list of these places and what may happen at one. Does not belong here: any handling of faults, which
is the business of the code around each place.

A place does nothing unless `CHANCERY_FAULT` names it, and that is heard in a test build alone: a checkout, in which the
tests lie beside the package. `CHANCERY_FAULT=publish.before_rename:kill` ends the process there as by SIGKILL, `:full`
raises the error of a full disk, `:denied` that of a missing permission; `:kill:3` acts at the third passing.
"""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

SWITCH = "CHANCERY_FAULT"
POINTS = {
    "raw.before_object": "bytes are copied, and do not bear their name yet",
    "raw.after_object": "bytes are in the store, no manifest tells of them",
    "raw.after_manifest": "an arrival is recorded, nothing of it is in the warehouse",
    "ingest.before_commit": "a batch is in the working file, not committed",
    "ingest.after_commit": "a batch is committed",
    "polls.before_commit": "polls are noted, not committed",
    "facts.before_commit": "facts of a batch are written, not committed",
    "facts.after_commit": "facts of a batch are committed",
    "build.before": "the stamp of the last build is void, dbt has not begun",
    "build.after": "dbt has built and tested, the stamp does not say so",
    "build.stamped": "the stamp names the build",
    "check.before": "a suite is about to be looked at",
    "check.before_kept": "a suite held, its results are not kept",
    "check.after_kept": "results are kept, the stamp does not say so",
    "publish.before_copy": "everything passed, nothing is copied",
    "publish.half_copied": "some tables are in the fresh file",
    "publish.before_checkpoint": "all tables are in the fresh file, not checkpointed",
    "publish.before_sync": "the fresh file is closed, perhaps not on the disk",
    "publish.before_rename": "the fresh file is on the disk, not swapped in",
    "publish.after_rename": "the fresh file is swapped in, the working file does not list it",
    "publish.before_stamp": "published, the stamp does not say so",
    "lake.half_written": "some tables are written into the lake, nothing is committed",
    "lake.before_commit": "all is written into the lake, nothing is committed",
    "lake.after_commit": "the lake shows it, the working file does not list it",
    "export.half": "one table is exported",
    "replay.before_aside": "a replay begins",
    "replay.empty": "the working file is aside, the new one is empty",
    "replay.before_done": "all is read anew, the old working file is still aside",
    "forget.before_bytes": "nothing of the article is gone yet",
    "forget.half_bytes": "bytes without the article are stored, the old ones are still there",
    "forget.after_bytes": "the bytes are gone, the rows are not",
    "forget.before_compact": "rows are deleted, their bytes still lie in the working file",
}
"""What is true at each place."""


def is_test_build() -> bool:
    """Whether this is a checkout, in which the tests lie beside the package."""
    return (Path(__file__).parents[1] / "tests").is_dir()


_passed: dict[str, int] = {}


def point(name: str) -> None:
    """A named place. Raises `OSError` or ends the process where the switch says so; costs a look-up else."""
    wanted = os.environ.get(SWITCH)
    if not wanted or not is_test_build():
        return
    where, _, rest = wanted.partition(":")
    kind, _, nth = rest.partition(":")
    if where != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] != int(nth or 1):
        return
    if kind == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    if kind == "denied":
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), name)
    os.kill(os.getpid(), signal.SIGKILL)
