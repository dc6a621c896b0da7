"""Articles in, facts out. Belongs here: sources, the raw contract, the lexicon, the extraction, the DuckDB writer.

Does not belong here: Dagster, dbt, Great Expectations (see `orchestration/` and `dbt_project/`).
"""

import os

# Polars' allocator hands freed pages back at once, and the extraction faults them in again: 12 % of its time (10.9 s of
# CPU for the Reuters set, 9.6 s so), for 170 MB more. The setting is read when Polars is loaded, hence here.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")
