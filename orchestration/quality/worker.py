"""Great Expectations in a process of its own, imported before its first order comes: `python -m orchestration.quality.worker`.

Belongs here: validating the suite that is ordered over the working file of a home. Does not belong here: keeping results
(`orchestration/pipeline.py`), and the library itself (`validation`).

An order names the `home`, the `suite`, the `run_id`, and whether it looks at everything (`is_whole`). Told are the `outcomes`
by name, or the `problem` that stood in the way; the data docs are written after that, while the caller goes on.
"""

from __future__ import annotations

import sys
from typing import Any

from ingest import errors
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration.ahead import Caller
from orchestration.quality.validation import Outcome, library, validate


def _told(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    return [
        {"table": item.expectation.table, "name": item.expectation.name, "success": item.success, "observed": item.observed}
        for item in outcomes
    ]


def _carry_out(caller: Caller, order: dict[str, Any]) -> None:
    """One order; the working file is closed again before the outcomes are told."""
    home = Home.resolve(order["home"])
    warehouse = Warehouse(home)

    def tell(outcomes: list[Outcome]) -> None:
        warehouse.close()
        caller.may_finish = True
        caller.tell(done=True, outcomes=_told(outcomes))

    site = home.quality_docs / order["suite"]
    with warehouse:
        if order["suite"] == "marts":
            warehouse.see_built_marts()
        validate(order["suite"], warehouse.read, site, order["run_id"], is_whole=order["is_whole"], tell=tell)


def main() -> None:
    """Import the library, then carry out orders until the caller ends."""
    caller = Caller()
    library()
    for order in caller.orders():
        try:
            _carry_out(caller, order)
        except errors.ChanceryError as error:
            if caller.may_finish:
                raise
            caller.tell(done=True, problem=type(error).__name__, message=str(error))


if __name__ == "__main__":
    sys.exit(main())
