"""The dbt project as Dagster sees it: keys, groups, owners, and results of a build as events.

Belongs here: translating between dbt's nodes and assets. Does not belong here: running dbt (`dbt`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import catalogue, dbt, glance
from orchestration.progress import silent

TESTS = "dbt_tests"
"""The check of a model that stands for all its dbt tests: one check for each would be two hundred, and take seconds of a run."""
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26), warn_window=timedelta(hours=3))
"""One policy over all marts: later than the hourly schedule should leave them, they are shown as late."""


def tested(test: Mapping[str, Any]) -> str:
    """What a dbt test demands, in words; of a test of its own kind its name."""
    kind = test.get("test_metadata") or {}
    given = kind.get("kwargs") or {}
    column = f"`{given.get('column_name')}`"
    said = {
        "unique": lambda: f"No two rows share a value of {column}.",
        "not_null": lambda: f"Every row has a value of {column}.",
        "accepted_values": lambda: f"{column} is one of {', '.join(map(str, given['values']))}.",
        "relationships": lambda: f"Every {column} stands in {given['to']} as `{given['field']}`.",
        "unique_combination": lambda: f"No two rows share all of {', '.join(given['columns'])}.",
        "holds": lambda: f"In every row: {given['expression']}",
        "known_code": lambda: f"Every {column} is the code of a country or organisation.",
        "country_pair": lambda: "Both are countries, in the order of their codes.",
    }.get(kind.get("name"))
    return said() if said else f"{test['name'].replace('_', ' ').capitalize()}."


@cache
def manifest_path() -> Path:
    """The manifest of the dbt project, parsed anew when the project is younger."""
    return dbt.manifest(Home.resolve(None), silent())


@cache
def manifest() -> dict[str, Any]:
    """The manifest's content."""
    return json.loads(manifest_path().read_text(encoding="utf-8"))


def _nodes(kind: str) -> list[dict[str, Any]]:
    """The models, or the tests, in a fixed order."""
    return [node for _, node in sorted(manifest()["nodes"].items()) if node["resource_type"] == kind]


def _key(node: Mapping[str, Any]) -> dg.AssetKey:
    """A model is the asset `layer/name`, its layer the folder it lies in; a source is the table it names."""
    if node["resource_type"] == "source":
        return dg.AssetKey([node["source_name"], node["name"]])
    return dg.AssetKey([node["fqn"][1], node["name"]])


def keys_of(layer: str) -> list[dg.AssetKey]:
    """The assets of a layer."""
    return sorted(_key(node) for node in _nodes("model") if node["fqn"][1] == layer)


def _columns(node: Mapping[str, Any]) -> dg.TableSchema:
    """The described columns."""
    return dg.TableSchema([
        dg.TableColumn(
            column["name"], column.get("data_type") or "", column.get("description"),
            constraints=dg.TableColumnConstraints(
                nullable=not any(item["type"] == "not_null" for item in column.get("constraints", []))
            ),
        )
        for column in node["columns"].values()
    ])  # fmt: skip


def specs() -> list[dg.AssetSpec]:
    """The asset of each model; marts must be fresh."""
    every = manifest()["nodes"] | manifest()["sources"]
    made = []
    for node in _nodes("model"):
        layer = node["fqn"][1]
        spec = dg.AssetSpec(
            _key(node),
            deps=[_key(every[above]) for above in node["depends_on"]["nodes"]],
            description=node["description"] or node["name"],
            group_name=layer,
            kinds={"dbt", "duckdb"},
            owners=catalogue.OWNERS,
            skippable=True,
            metadata={
                "dagster/column_schema": _columns(node),
                "dagster/table_name": f"{node['schema']}.{node['name']}",
                "materialized": node["config"]["materialized"],
            },
        )
        made.append(dg.apply_freshness_policy(spec, FRESHNESS) if layer == "marts" else spec)
    return made


@cache
def _tests() -> dict[str, list[dict[str, Any]]]:
    """The tests of each model: those of its columns and rows, and those over several models at the one named last."""
    found = defaultdict(list)
    for test in _nodes("test"):
        above = [name for name in test["depends_on"]["nodes"] if name.startswith("model.")]
        if of := test.get("attached_node") or (above and above[-1]):
            found[of].append(test)
    return dict(found)


def check_specs() -> list[dg.AssetCheckSpec]:
    """One check for each tested model, which says what its tests demand."""
    nodes = manifest()["nodes"]
    return [
        dg.AssetCheckSpec(
            TESTS, asset=_key(nodes[model]), blocking=True, description="\n".join(f"- {tested(test)}" for test in tests)
        )
        for model, tests in _tests().items()
    ]


def _check_results(results: Mapping[str, dbt.NodeResult]) -> Iterator[dg.AssetCheckResult]:
    """Of each model whose tests were asked: whether all held, and what those found that did not."""
    nodes = manifest()["nodes"]
    for model, tests in _tests().items():
        asked = [results[test["unique_id"]] for test in tests if test["unique_id"] in results]
        asked = [result for result in asked if result.status != "skipped"]
        if not asked:
            continue
        bad = [result for result in asked if result.is_bad]
        said = [f"- {tested(nodes[item.unique_id])} {item.message}" for item in bad]
        yield dg.AssetCheckResult(
            asset_key=_key(nodes[model]),
            check_name=TESTS,
            passed=not bad,
            metadata={"tests": len(asked), "failed": len(bad), "seconds": round(sum(item.seconds for item in asked), 3)}
            | ({"what failed": dg.MetadataValue.md("\n".join(said))} if bad else {}),
        )


def events(
    home: Home, results: Sequence[dbt.NodeResult]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What the build made and tested; what it kept is current too."""
    nodes = manifest()["nodes"]
    with Warehouse(home) as store:
        store.see_built_marts()
        for result in results:
            node = nodes.get(result.unique_id, {"resource_type": "unit test"})
            if node["resource_type"] == "model" and result.status == "success":
                address = f"{node['schema']}.{node['name']}"
                metadata = catalogue.seen(store, address) | {
                    "seconds": round(result.seconds, 3),
                    "dbt docs": glance.dbt_docs(home, result.unique_id),
                }
                if node["schema"] == "marts":
                    metadata["data docs"] = glance.data_docs(home, "marts")
                yield dg.MaterializeResult(_key(node), metadata=metadata)
    yield from _check_results({result.unique_id: result for result in results})
