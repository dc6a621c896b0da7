"""Articles in, facts out. Belongs here: sources, the raw contract, the lexicon, the extraction, the DuckDB writer.

Does not belong here: Dagster, dbt, Great Expectations (see `orchestration/` and `dbt_project/`).
"""
