"""The dbt project as Dagster sees it: keys, groups, owners, and results of a build as events.

Belongs here: translating between dbt's nodes and assets. Does not belong here: running dbt (`dbt`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import catalogue, dbt, glance
from orchestration.progress import silent

FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26), warn_window=timedelta(hours=3))
"""One policy over all marts: later than the hourly schedule should leave them, they are shown as late."""


class Translator(DagsterDbtTranslator):
    """A model is the asset `layer/name`, its layer the folder it lies in; a source is the table it names."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """As the base class makes it; marts must be fresh."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_mart = spec.group_name == "marts"
        return dg.apply_freshness_policy(spec, FRESHNESS) if is_mart else spec

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`marts/meetings`, `raw/articles`, `reference/countries`."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["fqn"][1], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        return dbt_resource_props["fqn"][1]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """The same owners as every asset."""
        return catalogue.OWNERS

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's own description, without its SQL."""
        return dbt_resource_props.get("description") or dbt_resource_props["name"]


    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """As the base class makes it, with what is tested in words."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=spec.description or tested(manifest["nodes"][unique_id]))


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


TRANSLATOR = Translator()


@cache
def manifest_path() -> Path:
    """The manifest of the dbt project, parsed anew when the project is younger."""
    return dbt.manifest(Home.resolve(None), silent())


@cache
def manifest() -> dict[str, Any]:
    """The manifest's content."""
    return json.loads(manifest_path().read_text(encoding="utf-8"))


def keys_of(layer: str) -> list[dg.AssetKey]:
    """The assets of a layer."""
    nodes = manifest()["nodes"].values()
    return sorted(
        TRANSLATOR.get_asset_key(node)
        for node in nodes
        if node["resource_type"] == "model" and node["fqn"][1] == layer
    )


def _check_result(result: dbt.NodeResult) -> dg.AssetCheckResult | None:
    """A dbt test as an asset check; None for one that belongs to no single asset."""
    key = get_asset_check_key_for_test(manifest(), TRANSLATOR, result.unique_id, project=None)
    if key is None:
        return None
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not result.is_bad,
        metadata={"status": result.status, "seconds": round(result.seconds, 3)}
        | ({"message": result.message} if result.message else {}),
    )


def events(
    home: Home, results: Sequence[dbt.NodeResult]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What the build made and tested."""
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
                yield dg.MaterializeResult(TRANSLATOR.get_asset_key(node), metadata=metadata)
    for result in results:
        if (
            result.unique_id.startswith("test.")
            and result.status != "skipped"
            and (check := _check_result(result))
        ):
            yield check
