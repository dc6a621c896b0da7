"""Files of another layout: an older one is carried over or rebuilt, a newer or a foreign one is told and left alone.

`fixtures/layout1/` is kept as the first layout wrote it: `raw/` of one JSONL file with four records (three articles, one
without a text) and the file published from it, packed. It is never written anew.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from small_world import without_checks

from ingest import tables
from ingest.errors import DamagedData
from ingest.settings import Home
from ingest.sources import store
from ingest.warehouse import LAYOUT, Warehouse, create_empty, publish, rebuilt
from orchestration import cli, pipeline

KEPT = Path(__file__).resolve().parents[1] / "fixtures" / "layout1"
FACTS = ("marts.meetings", "marts.events", "marts.meeting_participants", "marts.evidence", "marts.articles")


def as_it_was(root: Path) -> Home:
    """A home as the first layout left it: raw/ and the published file, no working file."""
    home = Home.resolve(root)
    home.ensure()
    shutil.copytree(KEPT / "raw", home.raw, dirs_exist_ok=True)
    home.published.write_bytes(gzip.decompress((KEPT / "chancery.duckdb.gz").read_bytes()))
    return home


@pytest.fixture
def older(tmp_path: Path) -> Home:
    """A home of the first layout."""
    return as_it_was(tmp_path / "older")


def test_facts_of_another_shape_are_read_again(older: Home) -> None:
    change(older.published, "alter table facts.events drop column event_type")
    with Warehouse(older) as house:
        counts = house.counts()
    assert (counts["facts.extractions"], counts["facts.meetings"], counts["raw.articles"]) == (0, 0, 3)
    assert pipeline.extract(older) == 3


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of the first layout whose file a version yet to come had touched, after a replay."""
    home = as_it_was(tmp_path_factory.mktemp("replayed"))
    newer(home.published)
    with without_checks():
        result = pipeline.replay(home)
    assert result.published and result.published.changed
    return home


def rows(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def change(path: Path, *statements: str) -> bytes:
    """Change a file behind the program's back; its bytes after that."""
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path.read_bytes()


def test_the_kept_file_is_of_the_first_layout(older: Home) -> None:
    names = {name for (name,) in rows(older.published, "select schema_name || '.' || table_name from duckdb_tables()")}
    assert "quality.layout" not in names and "raw.articles" in names
    assert rows(older.published, "select count(*) from raw.articles") == [(3,)]
    assert sum(path.stat().st_size for path in KEPT.rglob("*") if path.is_file()) < 300_000


def test_an_older_file_is_carried_over_as_it_is_opened(older: Home) -> None:
    columns = [name for name, *_ in rows(older.published, "describe raw.articles")]
    articles = f"select {', '.join(columns)} from raw.articles order by article_id"
    before = rows(older.published, articles)
    results = rows(older.published, "select count(*) from quality.validations")
    with Warehouse(older) as house:
        assert house.con.execute("select version from quality.layout").fetchall() == [(LAYOUT,)]
        assert house.con.execute(articles).fetchall() == before
        kept = house.con.execute("select count(*), count(severity) from quality.validations").fetchall()
        columns = house.con.execute("select column_name from duckdb_columns() where table_name = 'validations'")
        declared = [column.name for column in tables.QUALITY_VALIDATIONS.columns]
        assert [name for (name,) in columns.fetchall()] == declared
    assert kept == [(results[0][0], 0)]


@pytest.mark.slow
def test_a_replay_rebuilds_from_raw_alone(replayed: Home) -> None:
    assert rows(replayed.published, "select version from quality.layout") == [(LAYOUT,)]
    assert rows(replayed.published, "select count(*) from raw.articles") == [(3,)]
    assert rows(replayed.published, "select count(*) from raw.quarantine") == [(1,)]
    assert (replayed.raw / "layout").read_text(encoding="utf-8") == f"{store.LAYOUT}\n"
    assert pipeline.verify(replayed) == []


@pytest.mark.slow
def test_a_run_over_an_older_home_gives_what_a_replay_gives(older: Home, replayed: Home) -> None:
    result = pipeline.run(older, [older.inbox], is_checked=False)
    assert result.published and result.published.changed
    assert rows(older.published, "select version from quality.layout") == [(LAYOUT,)]
    for table in FACTS:
        said = f"from {table} order by all"
        assert rows(older.published, said) == rows(replayed.published, said), table


def test_an_older_file_is_not_damaged(older: Home) -> None:
    assert pipeline.verify(older) == []


def foreign(path: Path) -> bytes:
    path.unlink(missing_ok=True)
    return change(path, "create table accounts (id integer)")


def newer(path: Path) -> bytes:
    return change(path, "create table quality.layout (version integer)", "insert into quality.layout values (99)")


def reshaped(path: Path) -> bytes:
    return change(path, "alter table raw.ledger drop column n_in")


STRANGE = {
    "newer": (newer, r"newer version of Chancery \(layout 99, this version knows \d+\)"),
    "foreign": (foreign, r"is no warehouse of Chancery: it has no raw\.articles"),
    "not to be carried over": (reshaped, r"raw\.ledger\.n_in is missing.*chancery replay"),
}


@pytest.mark.parametrize("kind", list(STRANGE))
def test_a_run_over_a_strange_file_says_so_and_changes_nothing(
    older: Home, kind: str, capsys: pytest.CaptureFixture[str], state_folder: Path
) -> None:
    spoil, message = STRANGE[kind]
    before = spoil(older.published)
    with pytest.raises(SystemExit) as end:
        cli.main(["run", "--home", str(older.root), str(KEPT / "raw")])
    assert end.value.code == DamagedData.exit_code
    told = " ".join(capsys.readouterr().err.split())
    with pytest.raises(DamagedData, match=message):
        pipeline.ingest(older)
    assert str(older.published) in told and "Traceback" not in told
    assert older.published.read_bytes() == before and not older.staging.exists()


def test_a_replay_starts_over_where_nothing_can_be_carried_over(older: Home) -> None:
    older.staging.write_bytes(reshaped(older.published))
    with rebuilt(older):
        pass
    with Warehouse(older) as house:
        assert house.counts()["raw.ledger"] == 0


def test_a_foreign_file_is_never_replaced(older: Home) -> None:
    create_empty(older)
    before = foreign(older.published)
    with pytest.raises(DamagedData, match="is no warehouse of Chancery"):
        publish(older)
    assert older.published.read_bytes() == before


@pytest.mark.parametrize(
    ("number", "message"),
    [("2", r"newer version of Chancery \(layout 2, this version knows 1\)"), ("two", "names no layout: 'two'")],
)
def test_a_strange_raw_folder_is_left_alone(older: Home, number: str, message: str) -> None:
    (older.raw / "layout").write_text(number, encoding="utf-8")
    before = sorted(path.name for path in older.raw.rglob("*"))
    for verb in (pipeline.replay, pipeline.ingest):
        with pytest.raises(DamagedData, match=message):
            verb(older)
    assert sorted(path.name for path in older.raw.rglob("*")) == before


def test_a_manifest_of_another_form_is_named(older: Home) -> None:
    (manifest,) = older.raw.glob("*/*.json")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(told | {"colour": "red"}), encoding="utf-8")
    with pytest.raises(DamagedData, match=f"{manifest.name} is no manifest of this version.*colour"):
        pipeline.replay(older)
