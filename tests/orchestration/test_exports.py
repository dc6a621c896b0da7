"""Files taken away: whole, safe to open, and in the forms that they claim."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from ingest.errors import EnvironmentProblem, UsageError
from ingest.settings import Home
from orchestration import pipeline
from orchestration.report import as_csv

_GDELT_COLUMNS = 61


def rows_of(home: Home, sql: str) -> list[tuple]:
    """The rows of a query over the published file."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_mart_is_a_parquet_file_of_the_same_rows(home: Home, tmp_path: Path) -> None:
    names = {
        name
        for (name,) in rows_of(home, "select table_name from duckdb_tables() where schema_name = 'marts'")
    }
    written = pipeline.export(home, "parquet", tmp_path)
    assert {path.parent.name for path in written} == names
    for path in written:
        n_there = duckdb.sql(f"select count(*) from '{path}'").fetchone()
        assert n_there == rows_of(home, f"select count(*) from marts.{path.parent.name}")[0]


def test_an_export_leaves_other_folders_alone(home: Home, tmp_path: Path) -> None:
    """Only what an earlier export left of a table that is no more is removed."""
    out = tmp_path / "out"
    for name in ("mine/letters.txt", "old_table/part-0.parquet", "old_table_and_more/part-0.parquet"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("x", encoding="utf-8")
    (out / "old_table_and_more" / "notes.txt").write_text("x", encoding="utf-8")
    pipeline.export(home, "parquet", out)
    kept = {path.name for path in out.iterdir()}
    assert {"mine", "old_table_and_more"} <= kept and "old_table" not in kept


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_a_csv_is_a_formula(home: Home, tmp_path: Path, start: str) -> None:
    with duckdb.connect(str(home.published)) as con:
        con.execute("update marts.articles set title = ?", [start + "1+1"])
    pipeline.export(home, "csv", tmp_path)
    with (tmp_path / "articles.csv").open(encoding="utf-8", newline="") as lines:
        titles = {row["title"] for row in csv.DictReader(lines)}
    assert titles == {"'" + start + "1+1"}
    frame = duckdb.connect(str(home.published), read_only=True).sql("select title from marts.articles").pl()
    assert all(row["title"].startswith("'") for row in csv.DictReader(io.StringIO(as_csv(frame), newline="")))


def test_lists_of_a_csv_are_joined(home: Home, tmp_path: Path) -> None:
    pipeline.export(home, "csv", tmp_path)
    with (tmp_path / "meetings.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["codes"] for row in csv.DictReader(lines)} == {"PAK;USA", "DEU;FRA"}


def test_cameo_rows_have_the_columns_of_gdelt(home: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(home, "cameo", tmp_path)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert len(header.split("\t")) == _GDELT_COLUMNS
    events = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    told = {(e["Actor1Code"], e["Actor2Code"], e["EventRootCode"], e["SQLDATE"]) for e in events}
    assert ("PAK", "USA", "04", "20250725") in told
    # announced: CAMEO's "express intent to meet", dated by its report for want of a day
    assert ("DEU", "FRA", "03", "20250726") in told
    assert len({e["GLOBALEVENTID"] for e in events}) == len(events)
    assert {e["QuadClass"] for e in events} <= {"1", "2", "3", "4"}


def test_what_was_denied_is_no_cameo_row(home: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(home.published)) as con:
        con.execute("update marts.events set status = 'denied' where source_code = 'PAK'")
    (path,) = pipeline.export(home, "cameo", tmp_path)
    assert all(line.split("\t")[5] != "PAK" for line in path.read_text(encoding="utf-8").splitlines()[1:])


def test_plover_records_hold_the_words_that_state_them(home: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(home, "plover", tmp_path)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = dict(rows_of(home, "select article_id, text from marts.articles"))
    assert len(records) == rows_of(home, "select count(*) from marts.events")[0][0]
    for record in records:
        assert record["textInfo"]["sentence"] in texts[record["textInfo"]["articleId"]]
        assert record["actor"][0]["code"] != record["recipient"][0]["code"]
    consult = next(r for r in records if r["eventType"] == "CONSULT" and r["actor"][0]["code"] == "PAK")
    assert consult["date"] == "2025-07-25" and consult["eventStatus"] == "occurred"


def test_an_unknown_form_and_an_empty_home_are_told(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no form 'xml': there are parquet, csv, cameo, plover"):
        pipeline.export(home, "xml")
    empty = Home.resolve(tmp_path / "empty")
    empty.ensure()
    with pytest.raises(EnvironmentProblem, match="nothing is published"):
        pipeline.export(empty, "csv")
