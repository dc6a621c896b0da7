"""A declared suite run over frames: results as rows, and as a static site.

Belongs here: everything that touches the Great Expectations library. Does not belong here: what is expected
(`suites/*.yaml`) and where results are kept (`orchestration/pipeline.py`).

The library costs seconds to import, so it is imported inside functions. It validates pandas frames because
its SQL path fails on DuckDB ("list index out of range": results are read after their connection closed).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from orchestration.quality.declarations import Block, Expectation, suite_blocks

_SHOWN_VALUES = 5
_GX_SEVERITY = {"block": "critical", "warn": "warning"}


@dataclass(frozen=True)
class Outcome:
    """One expectation with what was seen."""

    expectation: Expectation
    success: bool
    observed: str

    @property
    def is_blocking(self) -> bool:
        """Whether this outcome stops publishing."""
        return not self.success and self.expectation.severity == "block"

    @property
    def complaint(self) -> str:
        """One line for people: where, what was expected and why, what was observed."""
        why = f" ({self.expectation.why})" if self.expectation.why else ""
        return f"{self.expectation.table}: {self.expectation.statement}{why}; observed {self.observed}"


def _observed(result: dict[str, Any], exception: str | None) -> str:
    """What the library saw, in a few words."""
    if exception:
        return f"could not be evaluated: {exception}"
    if "observed_value" in result:
        return str(result["observed_value"])
    unexpected, total = result.get("unexpected_count", 0), result.get("element_count", 0)
    if not unexpected:
        return f"0 of {total} rows unexpected"
    examples = ", ".join(map(str, result.get("partial_unexpected_list", [])[:_SHOWN_VALUES]))
    return f"{unexpected} of {total} rows unexpected, e.g. {examples}"


def _exception(result: Any) -> str | None:
    """The message of an exception that the library swallowed, or None."""
    info = result.exception_info or {}
    if info.get("raised_exception"):
        return str(info.get("exception_message"))
    nested = [item for item in info.values() if isinstance(item, dict) and item.get("raised_exception")]
    return str(nested[0].get("exception_message")) if nested else None


def library() -> Any:
    """The library, imported late, without analytics and without its chatter on the log."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations

    return great_expectations


def _context(gx: Any, site: Path | None) -> Any:
    """An ephemeral context without progress bars; with `site`, its data docs are written there."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    if site is not None:
        shutil.rmtree(site, ignore_errors=True)
        context.add_data_docs_site(
            "local_site",
            {
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
            },
        )
    return context


def _definition(gx: Any, context: Any, number: int, suite: str, block: Block) -> Any:
    """One validation definition: the block's expectations over its frame, handed over when it runs."""
    name = f"{number:02d} {block.table}".replace(".", "_").replace(" ", "_")
    asset = context.data_sources.get(suite).add_dataframe_asset(name)
    expectations = [
        getattr(gx.expectations, item.class_name)(
            **item.arguments, meta={"name": item.name}, severity=_GX_SEVERITY[item.severity]
        )
        for item in block.expectations
    ]
    return context.validation_definitions.add(
        gx.ValidationDefinition(
            name=name,
            data=asset.add_batch_definition_whole_dataframe("whole"),
            suite=context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations)),
        )
    )


def _outcomes(block: Block, validated: Any) -> list[Outcome]:
    """The library's results, matched to the declared expectations by name."""
    by_name = {item.name: item for item in block.expectations}
    return [
        Outcome(
            by_name[result.expectation_config.meta["name"]],
            bool(result.success),
            _observed(result.result, _exception(result)),
        )
        for result in validated.results
    ]


def validate(
    suite: str,
    read: Callable[[str], pl.DataFrame],
    site: Path | None = None,
    run_id: str | None = None,
    *,
    is_whole: bool = True,
    tell: Callable[[list[Outcome]], None] = lambda outcomes: None,
) -> list[Outcome]:
    """Run a suite over the frames that `read` gives for its queries; its data docs go to `site`.

    `is_whole=False` looks only at what is new, where a query can tell. `tell` gets the outcomes before the data docs are
    written, which takes as long as the checks.
    """
    gx = library()
    context = _context(gx, site)
    context.data_sources.add_pandas(suite)
    outcomes: list[Outcome] = []
    for number, block in enumerate(suite_blocks(suite), start=1):
        frame = read(block.query if is_whole else block.query_of_new).to_pandas()
        definition = _definition(gx, context, number, suite, block)
        validated = definition.run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "SUMMARY", "partial_unexpected_count": _SHOWN_VALUES},
            run_id=gx.RunIdentifier(run_name=run_id) if run_id else None,
        )
        outcomes += _outcomes(block, validated)
    tell(outcomes)
    if site is not None:
        context.build_data_docs()
    return outcomes
