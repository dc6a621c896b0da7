"""Files taken away: whole, safe to open, and in the forms that they claim."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from ingest.errors import EnvironmentProblem, UsageError
from ingest.settings import Home, reference_dir
from ingest.warehouse import FORMULA
from orchestration import pipeline
from orchestration.report import as_csv

_ACTOR = ["Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code", "Type1Code", "Type2Code", "Type3Code"]
_GEO = ["Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID"]
GDELT = [
    *["GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"],
    *[f"Actor{number}{name}" for number in (1, 2) for name in _ACTOR],
    *["IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale"],
    *["NumMentions", "NumSources", "NumArticles", "AvgTone"],
    *[f"{place}_{name}" for place in ("Actor1Geo", "Actor2Geo", "ActionGeo") for name in _GEO],
    *["DATEADDED", "SOURCEURL"],
]
NEVER_KNOWN = {
    *[
        f"Actor{number}{name}"
        for number in (1, 2)
        for name in _ACTOR
        if name.startswith(("Ethnic", "Relig", "Type2", "Type3"))
    ],
    *[f"Actor{number}Geo_{name}" for number in (1, 2) for name in _GEO],
    *[f"ActionGeo_{name}" for name in ("ADM1Code", "ADM2Code", "FeatureID")],
    "AvgTone",
}


def rows_of(home: Home, sql: str) -> list[tuple]:
    """The rows of a query over the published file."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        return con.execute(sql).fetchall()


def marts_of(home: Home) -> dict[str, list[tuple[str, str]]]:
    """Columns and their types of every published mart, by its name."""
    found: dict[str, list[tuple[str, str]]] = {}
    sql = (
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts'"
        " order by table_name, column_index"
    )
    for table, column, kind in rows_of(home, sql):
        found.setdefault(table, []).append((column, kind))
    return found


def differing(home: Home, table: str, read_back: str) -> int:
    """Rows that only one of both has, doubles counted."""
    theirs = f"(select * from marts.{table} except all {read_back})"
    ours = f"({read_back} except all select * from marts.{table})"
    return rows_of(home, f"select (select count(*) from {theirs}) + (select count(*) from {ours})")[0][0]


def test_every_mart_is_a_parquet_file_of_the_same_rows(sample: Home, tmp_path: Path) -> None:
    written = pipeline.export(sample, "parquet", tmp_path)
    assert {path.parent.name for path in written} == set(marts_of(sample))
    for path in written:
        assert differing(sample, path.parent.name, f"select * from '{path}'") == 0, path


def test_every_mart_is_a_csv_file_of_the_same_rows(sample: Home, tmp_path: Path) -> None:
    """Read back by its types, lists split and the apostrophe taken off, a file is its table."""
    marts = marts_of(sample)
    written = pipeline.export(sample, "csv", tmp_path)
    assert {path.stem for path in written} == set(marts)
    for path in written:
        columns = ", ".join(read_back_from_csv(name, kind) for name, kind in marts[path.stem])
        text = f"read_csv('{path}', all_varchar = true, header = true, quote = '\"', escape = '\"', nullstr = '')"
        assert differing(sample, path.stem, f"select {columns} from {text}") == 0, path


def read_back_from_csv(name: str, kind: str) -> str:
    """A column of a CSV file as it was in its table."""
    if kind.endswith("[]"):
        return f"""coalesce(string_split("{name}", ';'), []) as "{name}\""""
    if kind != "VARCHAR":
        return f'cast("{name}" as {kind}) as "{name}"'
    pattern = FORMULA.replace("^'*", "^''+")
    return f"""if(regexp_matches("{name}", '{pattern}'), "{name}"[2:], "{name}") as "{name}\""""


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


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'=", "''@"])
def test_no_cell_of_a_csv_is_a_formula(home: Home, tmp_path: Path, start: str) -> None:
    """Nor can one that was made safe be taken for one that had its apostrophe before."""
    with duckdb.connect(str(home.published)) as con:
        con.execute("update marts.articles set title = ?", [start + "1+1"])
    pipeline.export(home, "csv", tmp_path)
    with (tmp_path / "articles.csv").open(encoding="utf-8", newline="") as lines:
        titles = {row["title"] for row in csv.DictReader(lines)}
    assert titles == {"'" + start + "1+1"}
    frame = duckdb.connect(str(home.published), read_only=True).sql("select title from marts.articles").pl()
    assert all(row["title"] in titles for row in csv.DictReader(io.StringIO(as_csv(frame), newline="")))


def test_lists_of_a_csv_are_joined(home: Home, tmp_path: Path) -> None:
    pipeline.export(home, "csv", tmp_path)
    with (tmp_path / "meetings.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["codes"] for row in csv.DictReader(lines)} == {"PAK;USA", "DEU;FRA"}


def cameo(path: Path) -> list[dict[str, str]]:
    """The rows of a CAMEO file, by the names of its header."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_cameo_rows_have_the_columns_of_gdelt_in_their_order(sample: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(sample, "cameo", tmp_path)
    assert path.read_text(encoding="utf-8").splitlines()[0].split("\t") == GDELT


def test_every_event_that_occurred_or_is_announced_is_a_cameo_row(sample: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(sample, "cameo", tmp_path)
    rows = cameo(path)
    told = rows_of(sample, "select count(*) from marts.events where status in ('occurred', 'planned')")
    assert len(rows) == told[0][0] == len({row["GLOBALEVENTID"] for row in rows})
    for row in rows:
        assert row["EventCode"] == row["EventBaseCode"] == row["EventRootCode"] + "0"
        assert row["QuadClass"] in {"1", "2", "3", "4"} and row["IsRootEvent"] in {"0", "1"}
        assert -10 <= float(row["GoldsteinScale"]) <= 10
        assert row["FractionDate"][:4] == row["Year"] == row["SQLDATE"][:4] and len(row["DATEADDED"]) == 14
        assert {row[name] for name in NEVER_KNOWN} == {""}


def test_cameo_rows_tell_what_happened(home: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(home, "cameo", tmp_path)
    told = {
        (e["Actor1Code"], e["Actor2Code"], e["EventRootCode"], e["SQLDATE"], e["QuadClass"])
        for e in cameo(path)
    }
    assert ("PAK", "USA", "04", "20250725", "1") in told
    # announced: CAMEO's "express intent to meet", dated by its report for want of a day
    assert ("DEU", "FRA", "03", "20250726", "1") in told


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        pytest.param("source_code = 'EU'", "Actor1KnownGroupCode", "EEC", id="organisations by CAMEO's code"),
        pytest.param("source_code = 'EU'", "Actor1Type1Code", "IGO", id="an organisation is an IGO"),
        pytest.param("source_code = 'HAMAS'", "Actor1Type1Code", "", id="an armed group is none"),
        pytest.param("source_code = 'BRICS'", "Actor1Code", "BRICS", id="without a code of CAMEO's, our own"),
        pytest.param(
            "city = null, country_code = 'CHE'", "ActionGeo_CountryCode", "SZ", id="places by FIPS 10-4"
        ),
        pytest.param("city = null, country_code = 'CHE'", "ActionGeo_Type", "1", id="a country is of type 1"),
        pytest.param("city = 'Reno', country_code = 'USA'", "ActionGeo_Type", "3", id="a US city of type 3"),
        pytest.param(
            "city = 'Bonn', country_code = 'DEU'", "ActionGeo_Type", "4", id="another city of type 4"
        ),
        pytest.param(
            "city = 'A\tB', country_code = null", "ActionGeo_FullName", "A B", id="no tab breaks a row"
        ),
        pytest.param("city = null, country_code = null", "ActionGeo_FullName", "", id="no place, no name"),
        pytest.param(
            "start_date = date '2024-12-31', date_precision = 'day'",
            "FractionDate",
            "2024.9973",
            id="leap years",
        ),
        pytest.param(
            "status = 'planned', event_type = 'SANCTION', cameo_root = '13', quad_class = 'material_conf'",
            "QuadClass",
            "3",
            id="what is announced is only said",
        ),
    ],
)
def test_a_cameo_field_says_what_gdelt_means_by_it(
    home: Home, tmp_path: Path, change: str, column: str, expected: str
) -> None:
    with duckdb.connect(str(home.published)) as con:
        con.execute(f"update marts.events set {change} where source_code = 'PAK' and target_code = 'USA'")
    (path,) = pipeline.export(home, "cameo", tmp_path)
    assert expected in {row[column] for row in cameo(path) if row["Actor2Code"] == "USA"}


def test_codes_of_other_schemes_belong_to_known_codes(sample: Home) -> None:
    codes = f"read_csv('{reference_dir() / 'interchange_codes.csv'}', all_varchar = true)"
    unknown = rows_of(
        sample,
        f"select * from {codes} where code not in (select code from marts.dim_country where scheme = 'fips'"
        " union all select code from marts.dim_organization where scheme = 'cameo_group')",
    )
    twice = rows_of(sample, f"select code, scheme from {codes} group by all having count(*) > 1")
    assert unknown == [] and twice == []


def test_what_was_denied_is_no_cameo_row(home: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(home.published)) as con:
        con.execute("update marts.events set status = 'denied' where source_code = 'PAK'")
    (path,) = pipeline.export(home, "cameo", tmp_path)
    assert all(line.split("\t")[5] != "PAK" for line in path.read_text(encoding="utf-8").splitlines()[1:])


def test_plover_records_hold_the_words_that_state_them(home: Home, tmp_path: Path) -> None:
    (path,) = pipeline.export(home, "plover", tmp_path)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = dict(rows_of(home, "select article_id, text from marts.articles"))
    kept = rows_of(home, "select event_id, event_type, source_code, target_code, goldstein from marts.events")
    assert sorted(kept) == sorted(
        (r["id"], r["eventType"], r["actor"][0]["code"], r["recipient"][0]["code"], r["intensity"])
        for r in records
    )
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
