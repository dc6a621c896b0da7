"""Great Expectations as asset checks that block what comes after.

Belongs here: the factory from a suite to checks.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration import catalogue, pipeline
from orchestration.place import Place
from orchestration.quality.declarations import SUITES, suite_expectations

_SEVERITIES = {"block": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def _result(outcome: Any, site: Path) -> dg.AssetCheckResult:
    """An expectation's outcome as a check result, with the way to the suite's data docs."""
    return dg.AssetCheckResult(
        asset_key=catalogue.asset_key(outcome.expectation.table),
        check_name=outcome.expectation.name,
        passed=outcome.success,
        severity=_SEVERITIES[outcome.expectation.severity],
        metadata={
            "expected": outcome.expectation.statement,
            "why": outcome.expectation.why,
            "observed": outcome.observed,
            "data docs": dg.MetadataValue.url((site / "index.html").as_uri()),
        },
    )


def checks_of(suite: str) -> dg.AssetChecksDefinition:
    """One check for each expectation of a suite, run together; those of severity `block` stop what comes after."""
    specs = [
        dg.AssetCheckSpec(
            item.name,
            asset=catalogue.asset_key(item.table),
            description=item.statement,
            blocking=item.severity == "block",
        )
        for item in suite_expectations(suite)
    ]

    @dg.multi_asset_check(
        specs=specs, name=f"{suite}_checks", description=f"The suite {suite}.", pool=catalogue.POOL
    )
    def run_suite(context: dg.AssetCheckExecutionContext, place: Place) -> Iterator[dg.AssetCheckResult]:
        with catalogue.failures():
            outcomes = pipeline.check(place.home, suite, context.run.run_id, catalogue.logged(context))
        for outcome in outcomes:
            yield _result(outcome, place.home.quality_docs / suite)

    return run_suite


@dg.definitions
def checks() -> dg.Definitions:
    """The three suites."""
    return dg.Definitions(asset_checks=[checks_of(suite) for suite in SUITES])
