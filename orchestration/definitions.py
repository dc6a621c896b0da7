"""Everything Dagster loads. Belongs here: nothing but loading what lies in `defs/`."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from orchestration import history

history.hurry()


@dg.definitions
def defs() -> dg.Definitions:
    """The graph: sources, raw, facts, models, checks, published, and what launches them."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
