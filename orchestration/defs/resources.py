"""Resources of the graph.

Belongs here: binding names to resources; the classes lie beside the code that uses them.
"""

from __future__ import annotations

import dagster as dg

from orchestration.place import Place


@dg.definitions
def resources() -> dg.Definitions:
    """`place`: the home in which the assets work."""
    return dg.Definitions(resources={"place": Place()})
