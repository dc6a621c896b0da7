"""Great Expectations as asset checks that block what comes after, and freshness of sources, which blocks nothing.

Belongs here: the factory from a suite to checks, and the checks that sources answer.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingest.errors import UsageError
from ingest.polling.roll import roll
from ingest.settings import Home
from orchestration import catalogue, freshness, glance, pipeline
from orchestration.place import Place
from orchestration.quality.declarations import SUITES, suite_expectations

_SEVERITIES = {"block": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def _result(outcome: Any, docs: dg.MetadataValue) -> dg.AssetCheckResult:
    """An expectation's outcome as a check result, with the way to the suite's data docs."""
    return dg.AssetCheckResult(
        asset_key=catalogue.asset_key(outcome.expectation.table),
        check_name=outcome.expectation.name,
        passed=outcome.success,
        severity=_SEVERITIES[outcome.expectation.severity],
        metadata={
            "expected": outcome.expectation.statement,
            "observed": outcome.observed,
            **({"why": outcome.expectation.why} if outcome.expectation.why else {}),
            "data docs": docs,
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
            yield _result(outcome, glance.data_docs(place.home, suite))

    return run_suite


def _asked() -> list[str]:
    """The sources that the schedule asks; none when the list cannot be read: the run that asks them says why."""
    try:
        return [item.name for item in roll(Home.resolve(None)) if item.active and item.kind != "folder"]
    except UsageError:
        return []


def _check_name(source: str) -> str:
    return f"{source.replace('-', '_')}_is_fresh"


def freshness_checks() -> list[dg.AssetChecksDefinition]:
    """One check for each source that the schedule asks: it answered within the hours that its row allows. It blocks nothing."""
    names = _asked()
    if not names:
        return []
    specs = [
        dg.AssetCheckSpec(_check_name(name), asset=["sources", "polls"], description=f"{name} answered lately.")
        for name in names
    ]

    @dg.multi_asset_check(specs=specs, name="freshness_of_sources", description="Each source answered lately.")
    def freshness_of_sources(place: Place) -> Iterator[dg.AssetCheckResult]:
        now = {state.source: state for state in freshness.states(place.home)}
        for name in names:
            state = now.get(name)
            yield dg.AssetCheckResult(
                asset_key=["sources", "polls"],
                check_name=_check_name(name),
                passed=state is None or not state.is_late,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "state": state.word if state else "no longer listed",
                    "last_answer": str(state and state.last_answer_at or "never"),
                    "last_problem": state and state.last_problem or "none",
                },
            )

    return [freshness_of_sources]


@dg.definitions
def checks() -> dg.Definitions:
    """The three suites, and the freshness of sources."""
    return dg.Definitions(asset_checks=[*(checks_of(suite) for suite in SUITES), *freshness_checks()])
