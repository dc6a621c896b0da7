"""Runs the pipeline: the verbs, their command line, and the Dagster graph that calls the same verbs.

Belongs here: order, scheduling, checks, reporting. Does not belong here: reading articles, extracting
facts, writing DuckDB (`ingest/`) or modelling (`dbt_project/`).
"""

import ingest  # noqa: F401 - before Polars, whose allocator it sets
