"""The dashboards' files: complete, of no one machine, without logic of their own; secrets and starting."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.errors import UsageError
from ingest.settings import Home
from orchestration import models
from orchestration.superset import __main__ as command
from orchestration.superset import files
from orchestration.superset.places import PYTHON_VARIABLE, State, assets_dir

CONTENTS = files.read(assets_dir())
LOADED = {path: yaml.safe_load(text) for path, text in CONTENTS.items()}
BOARDS = {"world", "country-pair", "persons", "quality"}
WITHOUT_TILES = {"big_number_total", "echarts_timeseries_bar", "echarts_timeseries_line", "pivot_table_v2", "table", "world_map"}
PLAIN = re.compile(r"COUNT\(\*\)|(COUNT|SUM|MAX)\((DISTINCT )?\w+\)")


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [content for path, content in LOADED.items() if path.startswith(f"{kind}/")]


def charts_of(board: dict[str, Any]) -> dict[str, int]:
    """Charts on a dashboard, uuid to number."""
    cells = [cell for cell in board["position"].values() if isinstance(cell, dict) and cell["type"] == "CHART"]
    return {cell["meta"]["uuid"]: cell["meta"]["chartId"] for cell in cells}


def test_four_dashboards_hold_every_chart_once_and_every_chart_has_its_data_set() -> None:
    assert {board["slug"] for board in of_kind("dashboards")} == BOARDS
    placed = [uuid for board in of_kind("dashboards") for uuid in charts_of(board)]
    assert sorted(placed) == sorted(chart["uuid"] for chart in of_kind("charts"))
    assert {chart["dataset_uuid"] for chart in of_kind("charts")} <= {dataset["uuid"] for dataset in of_kind("datasets")}


def test_nothing_tells_of_a_machine_and_the_warehouse_is_only_read() -> None:
    (database,) = of_kind("databases")
    assert database["sqlalchemy_uri"] == files.ADDRESS and "access_mode=read_only" in files.ADDRESS
    assert not any(database[name] for name in ("allow_dml", "allow_ctas", "allow_cvas", "allow_csv_upload"))
    config = database["extra"]["engine_params"]["connect_args"]["config"]
    assert config["enable_external_access"] is False and config["lock_configuration"] is True
    for path, text in CONTENTS.items():
        assert not re.search(r"/(home|root|tmp|work|Users)/|https?://", text), path


def test_the_data_sets_are_tables_with_plain_sums_and_counts() -> None:
    for dataset in of_kind("datasets"):
        assert dataset["sql"] is None and dataset["schema"] in {"marts", "raw", "quality"}, dataset["table_name"]
        assert all(column["expression"] is None for column in dataset["columns"]), dataset["table_name"]
        assert all(PLAIN.fullmatch(metric["expression"]) for metric in dataset["metrics"]), dataset["table_name"]
    for chart in of_kind("charts"):
        parts = [*chart["params"]["adhoc_filters"], *chart["params"].get("metrics", [])]
        assert all(part["expressionType"] == "SIMPLE" for part in parts if isinstance(part, dict)), chart["slice_name"]


def test_no_chart_needs_map_tiles() -> None:
    assert {chart["viz_type"] for chart in of_kind("charts")} == WITHOUT_TILES


def test_the_columns_of_the_data_sets_are_those_of_the_marts() -> None:
    marts = {node["name"]: node for node in models.manifest()["nodes"].values() if node["schema"] == "marts"}
    for dataset in of_kind("datasets"):
        if dataset["schema"] == "marts":
            columns = marts[dataset["table_name"]]["columns"]
            shown = {name for name, column in columns.items() if not column["data_type"].endswith("[]")}
            assert {column["column_name"] for column in dataset["columns"]} == shown, dataset["table_name"]


def test_each_dashboard_is_an_exposure_of_what_its_charts_read() -> None:
    nodes = {node["unique_id"]: node["name"] for node in (models.manifest()["nodes"] | models.manifest()["sources"]).values()}
    tables = {dataset["uuid"]: (dataset["schema"], dataset["table_name"]) for dataset in of_kind("datasets")}
    exposures = {node["name"]: node for node in models.manifest()["exposures"].values()}
    for board in of_kind("dashboards"):
        read = {tables[chart["dataset_uuid"]] for chart in of_kind("charts") if chart["uuid"] in charts_of(board)}
        exposure = exposures[f"superset_{board['slug'].replace('-', '_')}"]
        assert {nodes[name] for name in exposure["depends_on"]["nodes"]} == {table for schema, table in read if schema != "quality"}
        assert exposure["type"] == "dashboard" and exposure["url"].endswith(f":8088/superset/dashboard/{board['slug']}/")


def test_a_reader_chooses_country_person_date_and_status() -> None:
    chosen = {board["slug"]: {item["name"] for item in board["metadata"]["native_filter_configuration"]} for board in of_kind("dashboards")}
    assert chosen["world"] >= {"Country", "Date", "Status"}
    assert chosen["country-pair"] >= {"Country", "Partner", "Date", "Status"}
    assert chosen["persons"] >= {"Person", "Date", "Status"}
    assert chosen["quality"] >= {"Source", "Date", "Status"}


def test_what_goes_in_comes_back_the_same(tmp_path: Path) -> None:
    published = tmp_path / "chancery.duckdb"
    assert files.kept(files.filled(CONTENTS, published)) == CONTENTS
    assert str(published) in files.filled(CONTENTS, published)["databases/Chancery.yaml"]


def test_numbers_and_the_hour_of_a_machine_are_not_kept() -> None:
    """The same dashboards as another Superset numbers them: file names, charts, scopes."""
    other: dict[str, str] = {"metadata.yaml": yaml.safe_dump({"version": "1.0.0", "type": "assets", "timestamp": "2031-01-01"})}
    for place, (path, content) in enumerate(LOADED.items(), start=70):
        text = json.dumps(content)
        if path.startswith("dashboards/"):
            text = re.sub(r'("chartId": )(\d+)', lambda found: f"{found[1]}{int(found[2]) + 500}", text)
            text = re.sub(
                r'("excluded": )\[([\d, ]+)\]',
                lambda found: f"{found[1]}{[int(number) + 500 for number in found[2].split(',')]}",
                text,
            )
        elif path.startswith(("charts/", "datasets/")):
            path = path.replace(".yaml", f"_{place}.yaml")
        if path.startswith(files.KINDS):
            other[path] = text
    assert files.kept(other) == CONTENTS


def test_writing_replaces_the_folder_and_tells_what_changed(tmp_path: Path) -> None:
    assert len(files.write(tmp_path, CONTENTS)) == len(CONTENTS)
    assert files.write(tmp_path, CONTENTS) == []
    fewer = {path: text for path, text in CONTENTS.items() if path != "dashboards/World.yaml"}
    assert files.write(tmp_path, fewer) == ["dashboards/World.yaml"]
    assert files.read(tmp_path) == fewer


def test_two_charts_of_one_name_are_refused() -> None:
    chart = CONTENTS["charts/World_Places.yaml"]
    with pytest.raises(UsageError, match="rename one"):
        files.kept({"charts/Same_1.yaml": chart, "charts/Same_2.yaml": chart})


def test_a_path_that_cannot_stand_in_an_address_is_refused() -> None:
    with pytest.raises(UsageError, match=r"what\?"):
        files.address(Path("/srv/what?/chancery.duckdb"))


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    one, other = State(Home(tmp_path / "one")), State(Home(tmp_path / "other"))
    for state in (one, other, one):
        before = state.password_file.read_text() if state.password_file.exists() else None
        state.ensure()
        assert before in (None, state.password_file.read_text())
    assert stat.S_IMODE(one.root.stat().st_mode) == 0o700
    secrets = [path for state in (one, other) for path in (state.password_file, state.secret_file)]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in secrets)
    assert len({path.read_text() for path in secrets}) == 4 and all(len(path.read_text()) > 40 for path in secrets)


def test_where_superset_or_the_warehouse_is_missing_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHANCERY_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["superset"])
    monkeypatch.setenv(PYTHON_VARIABLE, str(tmp_path / "nowhere" / "python"))
    assert command.main() == 3 and "make superset" in capsys.readouterr().err
    (tmp_path / "gunicorn").touch()
    monkeypatch.setenv(PYTHON_VARIABLE, str(tmp_path / "python"))
    assert command.main() == 3 and "chancery run" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["superset", "--export"])
    assert command.main() == 3 and "no Superset has run" in capsys.readouterr().err
