"""The home as a Dagster resource.

Belongs here: nothing but that; what a home is stands in `ingest/settings.py`.
"""

from __future__ import annotations

import dagster as dg

from ingest.settings import Home


class Place(dg.ConfigurableResource):
    """The state folder in which the assets work; empty means `$CHANCERY_HOME`, else the project's `data/`."""

    folder: str = ""

    @property
    def home(self) -> Home:
        """The home, with its folders made."""
        home = Home.resolve(self.folder or None)
        home.ensure()
        return home
