"""The asset graph against a snapshot; after a wanted change run this file with UPDATE_SNAPSHOTS=1."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SNAPSHOT = Path(__file__).with_name("graph.json")
LAYERS = {"sources", "reference", "raw", "facts", "staging", "intermediate", "marts", "published"}
TABLES = {"raw", "facts", "marts"}


@pytest.fixture(scope="module")
def repository() -> Any:
    from orchestration.definitions import defs

    return defs().get_repository_def()


@pytest.fixture(scope="module")
def nodes(repository: Any) -> dict[str, Any]:
    graph = repository.asset_graph
    return {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}


def test_graph_is_as_agreed(repository: Any, nodes: dict[str, Any]) -> None:
    now = {
        key: {
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "owners": sorted(node.owners),
            "blocking_checks": sum(repository.asset_graph.get(check).blocking for check in node.check_keys),
        }
        for key, node in sorted(nodes.items())
    }
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_asset_says_what_it_is(nodes: dict[str, Any]) -> None:
    for key, node in nodes.items():
        assert node.group_name in LAYERS, key
        assert node.description and node.owners and node.kinds, key


def test_every_table_shows_its_columns(nodes: dict[str, Any]) -> None:
    bare = [
        key
        for key, node in nodes.items()
        if node.group_name in TABLES and not node.metadata.get("dagster/column_schema")
    ]
    assert not bare


def test_data_flows_one_way(nodes: dict[str, Any]) -> None:
    order = ["sources", "reference", "raw", "facts", "staging", "intermediate", "marts", "published"]
    for key, node in nodes.items():
        for parent in node.parent_keys:
            group = nodes[parent.to_user_string()].group_name
            assert order.index(group) <= order.index(node.group_name), (parent.to_user_string(), key)


def test_jobs_run_in_one_process_and_one_at_a_time(repository: Any) -> None:
    for name in ("pipeline", "feeds", "replay"):
        job = repository.get_job(name)
        assert job.executor_def.name == "in_process"
        assert job.tags["chancery/writer"] == "true"
        assert job.op_retry_policy.max_retries >= 1
