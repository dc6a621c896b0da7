"""Everything Dagster loads. Belongs here: nothing but loading what lies in `defs/`, and what has to precede that."""

from __future__ import annotations

from ingest.settings import project_root
from orchestration import early

early.prepare()

import dagster as dg  # noqa: E402

from orchestration import history  # noqa: E402

history.hurry(is_short_lived=early.carries_out_a_run())


@dg.definitions
def defs() -> dg.Definitions:
    """The graph: sources, raw, facts, models, checks, published, and what launches them."""
    return dg.load_from_defs_folder(path_within_project=project_root())
