"""Everything Dagster loads. Belongs here: loading what lies in `defs/` and laying one policy over the marts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dagster as dg

FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26), warn_window=timedelta(hours=3))


@dg.definitions
def defs() -> dg.Definitions:
    """The graph of `defs/`; marts older than the schedule should leave them are shown as late."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent).map_asset_specs(
        func=lambda spec: dg.apply_freshness_policy(spec, FRESHNESS), selection=dg.AssetSelection.groups("marts")
    )
