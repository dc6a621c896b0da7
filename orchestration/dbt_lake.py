"""What dbt needs to reach a lake: DuckDB's extensions from installed packages, and the keys of the object storage.

Belongs here: the plugin that `dbt_project/profiles.yml` names for its output `lake`, and nothing else.
"""

from __future__ import annotations

import os

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from ingest.warehouse.lake import prepare


class Plugin(BasePlugin):
    """Runs on each new connection, before dbt-duckdb attaches the lake."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Load the extensions and hand over the keys."""
        prepare(conn, os.environ["CHANCERY_LAKE_DATA"])
