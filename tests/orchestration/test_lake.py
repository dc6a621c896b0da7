"""A warehouse for many: dbt builds into the lake, one transaction publishes, readers and other writers are there meanwhile.

Belongs here: a real Postgres, Parquet in a folder and in a stand-in for S3. Each takes seconds, the first build more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import duckdb
import pytest
from breaking import SECOND
from servers import installed, object_storage, postgres
from small_world import ARTICLES, write_articles

from ingest import faults
from ingest.errors import CheckFailed, EnvironmentProblem, UsageError
from ingest.settings import Home
from ingest.warehouse import Published, lake_of, publish_into, purge, verify, writer_lock
from ingest.warehouse.lake import Lake, attach, opened
from orchestration import pipeline, reading, stamp

CITIES = "select city from marts.meetings order by meeting_id"


@dataclass(frozen=True)
class Shared:
    """A home that was published into its lake by the whole pipeline, and what that gave."""

    home: Home
    lake: Lake
    first: Published
    published_at: datetime


def _home(folder: Path, **said: str) -> Home:
    home = Home.resolve(folder)
    home.ensure()
    (home.root / "lake.yaml").write_text("".join(f"{name}: {value}\n" for name, value in said.items()), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def catalogue() -> Iterator[str]:
    for package in ("duckdb_extension_ducklake", "duckdb_extension_postgres_scanner", "psycopg2"):
        installed(package)
    with postgres() as words:
        yield words


@pytest.fixture(scope="module")
def shared(catalogue: str, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    home = _home(tmp_path_factory.mktemp("lake"), catalogue=catalogue, data="lake", name="shared")
    published = pipeline.run(home, [write_articles(home.root / "articles.jsonl")]).published
    assert published is not None
    return Shared(home, lake_of(home), published, reading.published_at(home))


def _built_anew(shared: Shared, sql: str) -> None:
    """As if a build had made other marts."""
    with opened(shared.lake, read_only=False) as con:
        con.execute(sql)


def _publish(shared: Shared) -> Published:
    with writer_lock(shared.home):
        return publish_into(shared.home, shared.lake)


def _versions(lake: Lake) -> list[tuple[int, str | None]]:
    with opened(lake) as con:
        return con.execute("select snapshot_id, commit_message from ducklake_snapshots('lake') order by 1").fetchall()


@pytest.mark.slow
def test_what_readers_attach_is_what_dbt_built_under_contract_and_it_is_sound(shared: Shared) -> None:
    from orchestration import models

    nodes = [node for node in models.manifest()["nodes"].values() if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    with closing(duckdb.connect()) as con:
        attach(con, shared.lake, read_only=True)
        for node in nodes:
            found = con.execute(f"describe lake.marts.{node['name']}").fetchall()
            declared = {name: column["data_type"].upper() for name, column in node["columns"].items()}
            assert {row[0] for row in found} == declared.keys()
        assert con.execute("select count(*) from lake.marts.articles").fetchone() == (3,)
        assert con.execute("select count(*) from lake.marts.meetings where status = 'occurred'").fetchone()[0] >= 1
        with pytest.raises(duckdb.Error, match="read-only"):
            con.execute("delete from lake.marts.meetings")
    assert shared.first.changed
    assert verify(shared.home) == []
    assert not shared.home.published.exists()
    assert pipeline.status(shared.home)["meetings"] == str(shared.first.counts["marts.meetings"])


@pytest.mark.slow
def test_the_same_content_is_not_published_again(shared: Shared) -> None:
    before = _versions(shared.lake)
    assert not _publish(shared).changed
    assert _versions(shared.lake)[-1] == before[-1]
    assert pipeline.is_current(shared.home)


@pytest.mark.slow
def test_yesterday_can_be_asked_for_today(shared: Shared) -> None:
    then = reading.query(shared.home, CITIES)
    moment = datetime.now(UTC).replace(tzinfo=None)
    sleep(0.1)
    _built_anew(shared, "update lake.building.meetings set city = 'Elsewhere'")
    assert reading.query(shared.home, CITIES).equals(then), "what is built is not yet shown"
    assert _publish(shared).changed
    assert set(reading.query(shared.home, CITIES)["city"]) == {"Elsewhere"}
    assert reading.query(shared.home, CITIES, moment).equals(then)
    with opened(shared.lake) as con:
        at = f"at (timestamp => timestamptz '{moment}+00')"
        assert con.execute(f"select count(*) from marts.meetings {at} where city = 'Elsewhere'").fetchone() == (0,)
    with pytest.raises(EnvironmentProblem, match="2001"):
        reading.query(shared.home, CITIES, datetime(2001, 1, 1))


@pytest.mark.slow
def test_a_failed_check_publishes_nothing(shared: Shared) -> None:
    before = reading.query(shared.home, CITIES)
    _built_anew(shared, "update lake.building.meetings set confidence = 7")
    kept = stamp.read(shared.home)
    stamp.write(shared.home, replace(kept, checked={name: mark for name, mark in kept.checked.items() if name != "marts"}))
    with pytest.raises(CheckFailed, match="confidence"):
        pipeline.publish(shared.home)
    with opened(shared.lake) as con:
        assert con.execute("select count(*) from marts.meetings where confidence > 1").fetchone() == (0,)
    assert reading.query(shared.home, CITIES).equals(before)
    _built_anew(shared, "update lake.building.meetings set confidence = 0.9")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["lake.half_written", "lake.before_commit"])
def test_a_publish_that_breaks_shows_nothing(shared: Shared, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = reading.query(shared.home, CITIES)
    _built_anew(shared, f"update lake.building.meetings set city = '{place}'")
    monkeypatch.setenv(faults.SWITCH, f"{place}:full")
    monkeypatch.setattr(faults, "_passed", {})
    with pytest.raises(OSError, match="No space"):
        _publish(shared)
    assert reading.query(shared.home, CITIES).equals(before)
    monkeypatch.delenv(faults.SWITCH)
    assert _publish(shared).changed
    assert set(reading.query(shared.home, CITIES)["city"]) == {place}


@pytest.mark.slow
def test_two_writers_and_a_reader_at_once(shared: Shared) -> None:
    """The pipeline publishes, a desk writes tables of its own, and no reader sees one table newer than another."""
    done, torn, notes = threading.Event(), [], []

    def read() -> None:
        sql = (
            "select (select count(distinct city) from marts.meetings), (select any_value(city) from marts.meetings), "
            "(select any_value(city) from marts.events)"
        )
        with opened(shared.lake) as con:
            while not done.is_set():
                n, of_meetings, of_events = con.execute(sql).fetchone()
                if n != 1 or of_meetings != of_events:
                    torn.append((n, of_meetings, of_events))
                notes.append(of_meetings)

    def write() -> None:
        with opened(shared.lake, read_only=False) as con:
            con.execute("create schema if not exists desk; create table if not exists desk.notes (n integer)")
            for number in range(5):
                con.execute("insert into desk.notes values (?)", [number])

    for table in ("meetings", "events"):
        _built_anew(shared, f"update lake.building.{table} set city = 'Start'")
    _publish(shared)
    others = [threading.Thread(target=target) for target in (read, write)]
    for other in others:
        other.start()
    for name in ("First", "Second"):
        _built_anew(shared, f"begin; update lake.building.meetings set city = '{name}'; update lake.building.events set city = '{name}'; commit")
        assert _publish(shared).changed
    others[1].join()
    done.set()
    others[0].join()
    assert torn == []
    assert len(set(notes)) >= 2
    with opened(shared.lake) as con:
        assert con.execute("select count(*) from desk.notes").fetchone() == (5,)


@pytest.mark.slow
def test_who_changes_the_published_marts_meanwhile_is_named_as_the_reason(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    _built_anew(shared, "update lake.building.meetings set city = 'Ours'")

    def meddle(name: str) -> None:
        if name == "lake.before_commit":
            _built_anew(shared, "update lake.marts.meetings set city = 'Theirs'")

    monkeypatch.setattr(faults, "point", meddle)
    with pytest.raises(EnvironmentProblem, match="gave way to another writer"):
        _publish(shared)
    monkeypatch.undo()
    assert set(reading.query(shared.home, CITIES)["city"]) == {"Theirs"}
    assert [problem.where for problem in verify(shared.home)] == ["lake"]
    assert _publish(shared).changed
    assert set(reading.query(shared.home, CITIES)["city"]) == {"Ours"}
    assert verify(shared.home) == []


@pytest.mark.slow
def test_a_second_pipeline_hears_who_writes(shared: Shared) -> None:
    import psycopg2

    from ingest.warehouse.lake import _KEY

    with closing(psycopg2.connect(shared.lake.catalogue, application_name="chancery on far, process 7")) as session:
        session.cursor().execute(f"select pg_advisory_lock({_KEY})", [shared.lake.name])
        with pytest.raises(EnvironmentProblem, match="is being written by chancery on far, process 7 since"), writer_lock(shared.home):
            pass
    with writer_lock(shared.home):
        pass


def _rows_built(lake: Lake) -> dict[str, list[tuple]]:
    """Every mart that the last build made, as its rows in order, the snapshot's name left out."""
    with opened(lake) as con:
        names = [row[0] for row in con.execute("select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'building'").fetchall()]
        return {name: con.execute(f"select columns(c -> c <> 'snapshot_id') from lake.building.{name} order by all").fetchall() for name in names}


@pytest.mark.torture
def test_articles_that_come_later_give_what_all_at_once_give(catalogue: str, tmp_path: Path) -> None:
    """A second run builds into the lake only what the new articles touch; a whole build afterwards changes nothing."""
    home = _home(tmp_path / "later", catalogue=catalogue, data="lake", name="later")
    for name, rows in (("first", ARTICLES), ("second", SECOND)):
        assert pipeline.run(home, [write_articles(home.root / f"{name}.jsonl", rows)], is_checked=False).published.changed
    grown = _rows_built(lake_of(home))
    assert len(grown["articles"]) == len(ARTICLES) + len(SECOND)
    pipeline.build(home, is_tested=False, is_whole=True)
    whole = _rows_built(lake_of(home))
    assert grown.keys() == whole.keys()
    assert {name for name in grown if grown[name] != whole[name]} == set()


@pytest.mark.slow
def test_what_only_a_build_went_through_is_let_go(shared: Shared) -> None:
    """Snapshots without a message go with the next publish; those that were published stay."""
    _built_anew(shared, "update lake.building.meetings set city = 'Tidy'")
    before = [version for version, message in _versions(shared.lake) if message]
    _publish(shared)
    after = _versions(shared.lake)
    assert all(message for _, message in after)
    assert [version for version, _ in after][:-1] == before


@pytest.mark.slow
def test_a_removed_article_is_in_no_file_of_the_lake(shared: Shared) -> None:
    gone, word = reading.query(shared.home, "select article_id, title from marts.articles where title = 'Bakery'").row(0)
    files = Path(shared.lake.data)

    def holding() -> list[Path]:
        with closing(duckdb.connect()) as con:
            return [
                path for path in files.rglob("*.parquet")
                if con.execute(f"select count(*) from read_parquet('{path}') as t where t::varchar like '%{word}%'").fetchone()[0]
            ]  # fmt: skip

    assert holding()
    with writer_lock(shared.home):
        with closing(duckdb.connect(str(shared.home.staging))) as con:
            con.execute("delete from raw.articles where article_id = ?", [gone])
        _built_anew(shared, f"delete from lake.building.articles where article_id = '{gone}'")
        publish_into(shared.home, shared.lake)
        assert holding(), "history still has it"
        purge(shared.lake)
    assert holding() == []
    assert reading.query(shared.home, "from marts.articles").height == 2


@pytest.mark.slow
def test_rows_lie_in_object_storage(shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed("duckdb_extension_httpfs")
    with object_storage("chancery") as address:
        for name, value in {"ACCESS_KEY_ID": "reader", "SECRET_ACCESS_KEY": "secret", "REGION": "us-east-1", "ENDPOINT_URL": address}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        home = _home(tmp_path / "home", catalogue=shared.lake.catalogue, data="s3://chancery/lake", name="afar")
        home.staging.write_bytes(shared.home.staging.read_bytes())
        lake = lake_of(home)
        with opened(lake, read_only=False) as con:
            attached = f"ducklake:postgres:{shared.lake.catalogue}"
            con.execute(f"attach '{attached}' as near (metadata_schema '{shared.lake.name}', read_only)")
            con.execute("create schema lake.building")
            for name in ("articles", "meetings", "events", "evidence", "statements"):
                con.execute(f"create table lake.building.{name} as from near.building.{name}")
        with writer_lock(home):
            assert publish_into(home, lake).changed
        assert reading.query(home, "from marts.meetings").height == shared.first.counts["marts.meetings"]
        with pytest.raises(UsageError), reading.published(home):
            reading.query(home, "from read_text('/etc/hostname')")
        import boto3

        keys = {"aws_access_key_id": "reader", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        stored = boto3.client("s3", endpoint_url=address, **keys).list_objects_v2(Bucket="chancery", Prefix="lake/marts/")
        assert stored["KeyCount"] >= 4
        assert all(item["Key"].endswith(".parquet") for item in stored["Contents"])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("catalogue: host=a", "must have `catalogue` and `data`"),
        ("catalogue: host=a\ndata: x\ncolour: red", "nothing else"),
        ("catalogue: host=a password=b\ndata: x", "a password belongs in"),
        ("catalogue: postgres://u:p@h/d\ndata: x", "a password belongs in"),
        ("catalogue: host=a\ndata: x\nname: No-Name", "`name` is a small letter"),
        ("catalogue: host=a\ndata: x\nkeep_days: 0", "`keep_days` is a whole number"),
        ("catalogue: [", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_told_with_its_file(tmp_path: Path, said: str, told: str) -> None:
    (tmp_path / "lake.yaml").write_text(said, encoding="utf-8")
    with pytest.raises(UsageError, match=told) as raised:
        lake_of(Home.resolve(tmp_path))
    assert str(tmp_path / "lake.yaml") in str(raised.value)


def test_a_home_without_the_setting_has_no_lake_and_no_past(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    assert lake_of(home) is None
    with pytest.raises(UsageError, match="only a lake remembers"):
        reading.query(home, "select 1", datetime(2025, 1, 1))


def test_a_folder_is_taken_from_the_home_and_a_bucket_as_it_is_named(tmp_path: Path) -> None:
    assert lake_of(_home(tmp_path, catalogue="host=a", data="lake")).data == f"{tmp_path.resolve()}/lake/"
    assert lake_of(_home(tmp_path, catalogue="host=a", data="s3://b/c/")).data == "s3://b/c/"
