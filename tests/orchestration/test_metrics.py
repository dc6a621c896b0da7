"""Metrics: what they count is what the tables count. Asked through MetricFlow where that extra is installed."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import Home, dbt_dir
from orchestration import dbt, models, reading

# For each metric the same figure as SQL over the published tables.
COUNTED = {
    "events": "select sum(n_events) from marts.relations_by_country_pair_month",
    "cooperation": "select sum(n_cooperation) from marts.relations_by_country_pair_month",
    "conflict": "select sum(n_conflict) from marts.relations_by_country_pair_month",
    "net_cooperation": "select sum(net_cooperation) from marts.relations_by_country_pair_month",
    "conflict_share": "select sum(n_conflict) / sum(n_events) from marts.relations_by_country_pair_month",
    "acts": "select sum(n_acts) from marts.relations_by_direction_month",
    "meetings_hosted": "select sum(n_hosted) from marts.relations_by_direction_month",
    "meetings_held": "select count(*) from marts.meetings where status = 'occurred'",
}


def test_every_metric_is_described_and_counted_here() -> None:
    metrics = models.manifest()["metrics"].values()
    assert {metric["name"] for metric in metrics} == set(COUNTED)
    assert all(metric["description"] and metric["label"] for metric in metrics)


def test_measures_are_columns_of_their_tables() -> None:
    nodes = {node["unique_id"]: node for node in models.manifest()["nodes"].values()}
    for model in models.manifest()["semantic_models"].values():
        columns = set(nodes[model["depends_on"]["nodes"][0]]["columns"])
        asked = [*model["measures"], *model["dimensions"], *model["entities"]]
        assert {item["expr"] or item["name"] for item in asked} <= columns, model["name"]


@pytest.fixture(scope="module")
def project(sample: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the dbt project with its manifest, as MetricFlow wants it, and the environment to ask in."""
    pytest.importorskip("metricflow", reason="the extra `metrics` is not installed")
    folder = tmp_path_factory.mktemp("metrics") / "dbt_project"
    shutil.copytree(dbt_dir(), folder, ignore=shutil.ignore_patterns("target", "logs"))
    environment = dbt.environment(sample) | {"DBT_PROFILES_DIR": str(folder)}
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "parse"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=120)
    return folder, environment


@pytest.mark.parametrize("metric", list(COUNTED))
def test_a_metric_gives_what_sql_gives(
    sample: Home, project: tuple[Path, dict[str, str]], metric: str, tmp_path: Path
) -> None:
    folder, environment = project
    out = tmp_path / "answer.csv"
    mf = str(Path(sys.executable).with_name("mf"))
    done = subprocess.run(
        [mf, "query", "--metrics", metric, "--csv", str(out)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    with out.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert float(row[metric]) == pytest.approx(float(reading.query(sample, COUNTED[metric]).item()), abs=1e-4)
