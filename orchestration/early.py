"""What a run under Dagster needs later, started while Dagster itself still starts.

Belongs here: knowing that this process carries out a run. Does not belong here: what is started (`dbt`, `quality.ordering`).
"""

from __future__ import annotations

import multiprocessing
import sys
from contextlib import suppress

from ingest.errors import ChanceryError
from ingest.settings import Home
from orchestration import dbt
from orchestration.quality import ordering

_COMMANDS = ({"job", "execute"}, {"api", "execute_run"}, {"asset", "materialize"})


def carries_out_a_run() -> bool:
    """Whether Dagster made this process for a run: its code server does so by `multiprocessing`, its command line by name."""
    return multiprocessing.parent_process() is not None or any(words <= set(sys.argv) for words in _COMMANDS)


def prepare() -> None:
    """Start dbt and Great Expectations; a home that cannot be used is told by the step that uses it."""
    if carries_out_a_run():
        with suppress(ChanceryError, OSError):
            dbt.prepare(Home.resolve(None))
            ordering.prepare()


def dismiss() -> None:
    """End them, in a run that neither builds nor checks."""
    dbt.dismiss()
    ordering.dismiss()
