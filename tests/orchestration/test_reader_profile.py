"""Laws of least privilege for readers: a query reads the published file and nothing else, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.errors import UsageError
from ingest.settings import Home, project_root
from orchestration import reading

ABUSES = [
    "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')", "select * from read_blob('/etc/passwd')",
    "select * from '/etc/passwd'", "select * from glob('/etc/*')", "from sniff_csv('/etc/passwd')",
    "select * from read_parquet('https://example.org/a.parquet')", "select * from read_json('s3://bucket/a.json')",
    "copy marts.t to '{out}/a.csv'", "copy (select 1) to '{out}/a.parquet' (format parquet)", "export database '{out}/all'",
    "import database '{out}'", "attach '{out}/b.duckdb' as b", "attach ':memory:' as b", "install httpfs", "load httpfs",
    "load '{out}/evil.duckdb_extension'", "set enable_external_access = true", "set threads = 1", "reset lock_configuration",
    "set temp_directory = '{out}'", "set global memory_limit = '1TB'", "pragma enable_profiling = 'json'",
    "pragma profiling_output = '{out}/p'", "select getenv('HOME')", "create secret s (type s3)", "select * from duckdb_secrets()",
    "create table marts.x as select 1", "create temp table x as select 1", "create macro m() as 1", "create temp macro m() as 1",
    "create view v as select 1", "insert into marts.t values (2)", "update marts.t set a = 2", "delete from marts.t",
    "drop table marts.t", "truncate marts.t", "alter table marts.t add column b int", "select 1; select 2",
    "select 1; copy marts.t to '{out}/a.csv'", "checkpoint", "vacuum", "begin", "detach chancery", "use memory",
    "set variable x = 1", "prepare p as select 1", "call enable_logging()", "select * from query('copy marts.t to ''{out}/a''')",
    "select * from query_table('/etc/passwd')", "explain analyze copy marts.t to '{out}/a.csv'", "",
]  # fmt: skip
QUESTIONS = [
    "select a from marts.t", "from marts.t", "with x as (select 1 as a) from x", "values (1)", "describe marts.t",
    "summarize marts.t", "show all tables", "explain select a from marts.t", "select 1 as a -- ;", "select ';' as a;",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published file of one table."""
    home = Home.resolve(tmp_path_factory.mktemp("home"))
    home.ensure()
    with duckdb.connect(str(home.published)) as con:
        con.execute("create schema marts")
        con.execute("create table marts.t as select 1 as a")
    return home


@pytest.mark.parametrize("sql", ABUSES)
def test_abuse_is_refused_and_leaves_nothing(sql: str, home: Home, tmp_path: Path) -> None:
    before = home.published.read_bytes()
    with pytest.raises(UsageError):
        reading.query(home, sql.replace("{out}", str(tmp_path)))
    assert list(tmp_path.iterdir()) == []
    assert home.published.read_bytes() == before
    assert [path for path in home.warehouse.iterdir() if path != home.published] == []


@pytest.mark.parametrize("sql", QUESTIONS)
def test_question_is_answered(sql: str, home: Home) -> None:
    assert reading.query(home, sql).height >= 1


def test_the_profile_alone_holds_without_our_look_at_the_statement(home: Home, tmp_path: Path) -> None:
    for sql in ABUSES[:27]:
        with reading.published(home) as connection, pytest.raises(duckdb.Error):
            if sql == "attach ':memory:' as b":
                raise duckdb.Error("harmless: it lives in this connection's memory")
            connection.execute(sql.replace("{out}", str(tmp_path))).fetchall()
    assert list(tmp_path.iterdir()) == []


def test_the_documented_profile_is_the_one_in_use() -> None:
    told = (project_root() / "SECURITY.md").read_text(encoding="utf-8")
    for name, value in reading.READER_PROFILE.items():
        assert f'"{name}": "{value}"' in told
