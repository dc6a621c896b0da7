"""What comes from outside: the inbox and the reference tables. Belongs here: external assets only."""

from __future__ import annotations

import dagster as dg

from ingest.settings import reference_dir
from orchestration import catalogue


@dg.definitions
def sources() -> dg.Definitions:
    """The inbox and one asset for each reference table."""
    inbox = dg.AssetSpec(
        ["sources", "inbox"],
        description="Files dropped in the home's inbox/: JSONL, CSV, Parquet, text or HTML.",
        group_name="sources",
        kinds={"file"},
        owners=catalogue.OWNERS,
    )
    reference = [
        dg.AssetSpec(
            ["reference", path.stem],
            description=f"Reference table data/reference/{path.name}: knowledge kept as rows.",
            group_name="reference",
            kinds={"csv"},
            owners=catalogue.OWNERS,
        )
        for path in sorted(reference_dir().glob("*.csv"))
    ]
    return dg.Definitions(assets=[inbox, *reference])
