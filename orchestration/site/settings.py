"""What a person may set: each variable of the environment, its default, what it does.

Belongs here: the list, held complete by a test. Does not belong here: reading them (where they matter).
"""

from __future__ import annotations

SETTINGS = (
    ("CHANCERY_HOME", "`data/` of the checkout", "The state folder; `--home` of a command wins over it."),
    ("CHANCERY_SCHEDULE", "`0 * * * *`", "When `make dev` asks the active sources and publishes: a cron expression, in UTC."),
    ("CHANCERY_CONTACT", "nobody", "Whom the sites asked may write to: a mail address or a page, sent along with each request."),
    ("CHANCERY_ALERT_WEBHOOK", "none", "An address that gets a message for each failed run; beside it stands `logs/alerts.log`."),
    ("CHANCERY_WORKERS", "the cores, at most 4", "Batches that are read at a time: threads, or Ray's processes on this machine."),
    ("CHANCERY_BATCH_BYTES", "`64000000` of records, at most `8000000` of text to extract from", "Most that is held of a batch."),
    ("CHANCERY_ENGINE", "`local`", "What extracts: `local` (threads) or `ray` (an extra; see the guide on scale)."),
    ("RAY_ADDRESS", "none: workers on this machine", "The Ray cluster that extracts, with `CHANCERY_ENGINE=ray`."),
    ("CHANCERY_THREADS", "DuckDB's choice", "Threads of DuckDB in the working file."),
    ("CHANCERY_MEMORY_LIMIT", "`2GB`", "Memory that DuckDB may take in each process that opens the warehouse (one at a time writes); beyond it, it writes to disk."),
    ("CHANCERY_DOCUMENTS_URL", "set by `make dev`", "Where documents are shown, for links in Dagster's UI; without it links name files."),
    ("DAGSTER_HOME", "`$CHANCERY_HOME/dagster`", "Dagster's history of runs and its settings."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "none", "Proxies for fetching, as other programs read them."),
)
"""Variable, default, what it does."""

INTERNAL = {
    "CHANCERY_STAGING": "set for dbt: the working file",
    "CHANCERY_REFERENCE": "set for dbt: the folder of reference tables",
    "CHANCERY_LAKE_CATALOGUE": "set for dbt: the lake's catalogue, from `lake.yaml`",
    "CHANCERY_LAKE_DATA": "set for dbt: where the lake's Parquet lies",
    "CHANCERY_LAKE_NAME": "set for dbt: the lake's schema in its catalogue",
    "CHANCERY_KEPT": "set for dbt: what is left out of the build reads no article",
    "CHANCERY_SNAPSHOT_ID": "set for dbt: the snapshot that is built",
    "CHANCERY_FAULT": "breaks a run on purpose, in a checkout alone (`chancery faults`)",
    "CHANCERY_TEST_ONLY_ALLOW_ADDRESSES": "lets tests fetch from the loopback",
    "CHANCERY_SUPERSET": "set for Superset: its folder in the home",
    "CHANCERY_SUPERSET_PYTHON": "the Python that Superset is installed in, where it is not `.venv/superset`",
    "CHANCERY_PICTURES": "where browser tests leave pictures",
}
"""Variables that the program or its tests set, not a person."""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| {', '.join(f'`{one}`' for one in name.split(', '))} | {default} | {what} |" for name, default, what in SETTINGS
    ]
    return "\n".join([
        "# Settings\n",
        "Everything is set by variables of the environment; there is no file of settings. Sources stand in",
        "`data/reference/sources.yaml`, or in a `sources.yaml` in the state folder, which then stands in its place.\n",
        "| variable | default | what it does |", "|---|---|---|", *rows, "",
    ])  # fmt: skip
