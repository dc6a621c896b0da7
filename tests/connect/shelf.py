"""A published file that changes with each publish. Belongs here: helpers of these tests, no fixtures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import warehouse
from ingest.settings import Home


@dataclass
class Shelf:
    """A folder like a checkout: `data/` is a home whose working file loses a country pair before each publish."""

    folder: Path
    n_published: int = 0

    @property
    def home(self) -> Home:
        """The home in it."""
        return Home.resolve(self.folder / "data")

    def n_pairs(self) -> int:
        """Country pairs in the published file."""
        with duckdb.connect(str(self.home.published), read_only=True) as con:
            return con.execute("select count(*) from marts.meetings_by_country_pair").fetchone()[0]

    def publish(self) -> None:
        """Publish the next snapshot: one pair fewer."""
        self.n_published += 1
        with duckdb.connect(str(self.home.staging)) as con:
            con.execute(
                "delete from marts.meetings_by_country_pair where (country_a, country_b) ="
                " (select (country_a, country_b) from marts.meetings_by_country_pair order by all limit 1)"
            )
            con.execute("update marts.articles set snapshot_id = ?", [f"s{self.n_published}"])
        assert warehouse.publish(self.home).changed
