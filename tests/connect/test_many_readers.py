"""Laws of the server: a token lets in, readers read and do nothing else, and each query sees one snapshot.

And what was found about the protocol, as `how-to/many-readers.md` tells it.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest
from connect_tools import PAGES, ROOT, pieces, skip
from shelf import Shelf

from ingest.errors import EnvironmentProblem
from ingest.settings import Home
from ingest.warehouse.extensions import extension_path
from orchestration import server, server_profile

ABUSES = [
    "select * from read_text('/etc/passwd')", "select * from read_blob('/etc/passwd')", "from '/etc/passwd'", "from glob('/etc/*')",
    "from read_csv('/etc/passwd')", "from read_parquet('https://example.org/a.parquet')", "from '{file}'", "from read_text('{file}')",
    "select 1 where exists (from read_csv('/etc/passwd'))", "with x as (from read_text('/etc/passwd')) from x",
    "copy marts.meetings to '{out}/a.csv'", "copy (select 1) to '{out}/a.parquet'", "export database '{out}'", "attach '{file}' as b",
    "attach ':memory:' as b", "detach snapshot_1", "install httpfs", "load httpfs", "set enable_external_access = true", "set threads = 1",
    "reset lock_configuration", "set global quack_authorization_function = 'quack_nop_authorization'", "pragma version",
    "create table x as select 1", "create temp table x as select 1", "create macro may_ask(a, b) as true", "drop view meetings",
    "create or replace view meetings as select 1", "insert into snapshot_1.marts.meetings from snapshot_1.marts.meetings",
    "delete from snapshot_1.marts.meetings", "update snapshot_1.marts.meetings set city = ''", "select 1; drop view meetings",
    "with x as (select 1) insert into meetings from x", "call quack_stop('quack:127.0.0.1:{port}')", "from quack_stop('quack:127.0.0.1:{port}')",
    "select (select count(*) from quack_server_list())", "from quack_serve('quack:0.0.0.0:0', token => 'abcdefgh')",
    "from quack_query('quack:127.0.0.1:{port}', 'select 1', token => '{token}')", "from query('from quack_st' || 'op()')",
    "from query_table('/etc/passwd')", "from duckdb_settings()", "from duckdb_secrets()", "call enable_logging()", "checkpoint", "",
]  # fmt: skip


def require_extensions() -> None:
    try:
        for name in server_profile.EXTENSIONS:
            extension_path(name, "serve")
    except EnvironmentProblem as error:
        skip(f"{error}; `make connect` installs them")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(home: Home) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The server as people start it, over a home: its port and its process."""
    require_extensions()
    port = free_port()
    command = [sys.executable, "-m", "orchestration.server", "--port", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"CHANCERY_HOME": str(home.root)}, **pipes
    ) as process:
        try:
            first = process.stdout.readline()
            assert f"quack:127.0.0.1:{port}" in first, first + process.stdout.read()
            yield port, process
        finally:
            process.terminate()
            assert process.wait(20) == 0


def client(port: int, token: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    server_profile.load(con)
    con.execute(f"attach 'quack:127.0.0.1:{port}' as chancery (token '{token}')")
    return con


def on_server(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return con.execute("from quack_query_by_name('chancery', ?)", [sql]).fetchall()


@pytest.fixture(scope="module")
def served(shelf_of_sample: Shelf) -> Iterator[tuple[Shelf, int]]:
    with serving(shelf_of_sample.home) as (port, _):
        yield shelf_of_sample, port


@pytest.fixture(scope="module")
def asking(served: tuple[Shelf, int]) -> duckdb.DuckDBPyConnection:
    """A client that goes on asking whatever was refused."""
    shelf, port = served
    return client(port, server.token_path(shelf.home).read_text())


def test_the_page_shows_a_client_that_works(
    served: tuple[Shelf, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    shelf, port = served
    monkeypatch.chdir(shelf.folder)
    steps = pieces("many-readers.md")["client"]
    exec(steps["open"].replace("9494", str(port)) + steps["ask"], {})
    count, rows = capsys.readouterr().out.splitlines()
    assert int(count) == shelf.n_pairs() and rows.count("(") >= 3


def test_the_token_is_its_owners_and_lets_in(served: tuple[Shelf, int]) -> None:
    shelf, port = served
    path = server.token_path(shelf.home)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert on_server(client(port, path.read_text()), "select count(*) from meetings")[0][0] > 0
    for wrong in ("", path.read_text()[:-1]):
        with pytest.raises(duckdb.Error, match="Authentication failed|authentication token"):
            client(port, wrong)


@pytest.mark.parametrize("abuse", ABUSES)
def test_abuse_is_refused_and_the_server_goes_on(
    abuse: str, served: tuple[Shelf, int], asking: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    shelf, port = served
    token = server.token_path(shelf.home).read_text()
    before = shelf.home.published.read_bytes()
    with pytest.raises(duckdb.Error):
        on_server(asking, abuse.format(out=tmp_path, file=shelf.home.published, port=port, token=token))
    assert list(tmp_path.iterdir()) == [] and shelf.home.published.read_bytes() == before
    assert on_server(asking, "select count(*) from marts.meetings_by_country_pair") == [(shelf.n_pairs(),)]


def test_writing_through_an_attached_name_is_refused(asking: duckdb.DuckDBPyConnection) -> None:
    for sql in (
        "create table chancery.mine as select 1 as a",
        "insert into chancery.marts.articles from chancery.marts.articles",
        "delete from chancery.meetings",
        "drop view chancery.meetings",
    ):
        with pytest.raises(duckdb.Error):
            asking.execute(sql)


def test_every_published_table_is_served(served: tuple[Shelf, int]) -> None:
    shelf, port = served
    con = client(port, server.token_path(shelf.home).read_text())
    with duckdb.connect(str(shelf.home.published), read_only=True) as published:
        tables = published.execute(
            "select schema_name, table_name from duckdb_tables() order by all"
        ).fetchall()
        counts = {
            name: published.execute(f"select count(*) from {name[0]}.{name[1]}").fetchone() for name in tables
        }
    union = " union all ".join(f"select '{s}', '{t}', count(*) from {s}.{t}" for s, t in tables)
    assert {(s, t): (n,) for s, t, n in on_server(con, union)} == counts
    shown = {name for (name,) in on_server(con, "show tables")}
    assert shown == {table for schema, table in tables if schema == "marts"}


@pytest.mark.slow
def test_readers_see_whole_snapshots_through_five_publishes(shelf: Shelf) -> None:
    """Four clients ask all the while: no error, pairs and snapshot always agree, and the last one is seen without reconnecting."""
    asked = (
        "select (select count(*) from marts.meetings_by_country_pair), min(snapshot_id), max(snapshot_id),"
        " (select count(*) from marts.evidence) from marts.articles"
    )
    first, done, wrong, seen = shelf.n_pairs(), threading.Event(), [], set()
    with serving(shelf.home) as (port, _):
        token = server.token_path(shelf.home).read_text()

        def read() -> None:
            con = client(port, token)
            try:
                while not done.wait(0.02):
                    seen.update(on_server(con, asked))
            except duckdb.Error as error:
                wrong.append(str(error))

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        waiting = client(port, token)
        for n in range(1, 6):
            shelf.publish()
            deadline = time.monotonic() + 30
            while on_server(waiting, asked)[0][0] != first - n:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert all(
        low == high and pairs == first - int(low[1:]) for pairs, low, high, _ in seen if pairs != first
    )
    assert len({pairs for pairs, *_ in seen}) >= 5


def test_a_damaged_file_leaves_readers_their_snapshot(shelf: Shelf) -> None:
    first = shelf.n_pairs()
    require_extensions()
    one = server.Server(shelf.home)
    one.open()
    try:
        fresh = shelf.folder / "fresh"
        fresh.write_bytes(b"no database")
        whole = shelf.home.published.read_bytes()
        os.replace(fresh, shelf.home.published)
        with pytest.raises(duckdb.Error):
            one.follow()
        assert one._con.execute("select count(*) from marts.meetings_by_country_pair").fetchone() == (first,)
        fresh.write_bytes(whole)
        os.replace(fresh, shelf.home.published)
        assert one.follow() and not one.follow()
    finally:
        one.close()


def test_a_token_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path)
    made = server.token(home)
    assert server.token(home) == made and len(made) >= 40
    server.token_path(home).chmod(0o640)
    with pytest.raises(EnvironmentProblem, match="others may read"):
        server.token(home)
    server.token_path(home).write_text("short")
    server.token_path(home).chmod(0o600)
    with pytest.raises(EnvironmentProblem, match="holds no token"):
        server.token(home)


def test_what_hinders_the_server_is_told(served: tuple[Shelf, int], tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="nothing is published"):
        server.Server(Home.resolve(tmp_path)).open()
    shelf, port = served
    second = server.Server(shelf.home)
    second.open()
    with pytest.raises(EnvironmentProblem, match=f"cannot listen on 127.0.0.1:{port}"):
        second.serve(port, "x" * 32)
    second.close()
    with pytest.raises(EnvironmentProblem, match=r"chancery\[serve\]"):
        extension_path("nowhere", "serve")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """A client of a server without our profile, with tables that may be written."""
    require_extensions()
    port = free_port()
    con = duckdb.connect()
    server_profile.load(con)
    con.execute("create table plain(a int)")
    con.execute("create schema marts")
    con.execute("create table marts.inside as select 1 as a")
    con.execute("create view marts.seen as select 1 as a")
    con.execute(f"call quack_serve('quack:127.0.0.1:{port}', token => 'abcdefgh')")
    yield client(port, "abcdefgh"), port
    with suppress(duckdb.Error):
        con.execute(f"call quack_stop('quack:127.0.0.1:{port}')")
    con.close()


def test_what_was_found_about_the_protocol(
    bare: tuple[duckdb.DuckDBPyConnection, int], tmp_path: Path
) -> None:
    con, port = bare
    (tmp_path / "secret").write_text("hidden")
    assert on_server(con, f"select content from read_text('{tmp_path}/secret')") == [("hidden",)]
    for sql in ("begin", "insert into chancery.plain values (1)", "rollback"):
        con.execute(sql)
    assert on_server(con, "select count(*) from plain") == [(1,)]
    assert con.execute("show all tables").fetchall() == []
    with pytest.raises(duckdb.Error, match="inside does not exist"):
        con.execute("from chancery.marts.inside").fetchall()
    assert con.execute("from chancery.marts.seen").fetchall() == [(1,)]
    with pytest.raises(duckdb.Error, match="Multiple streaming scans"):
        con.execute("select 1 from chancery.plain a join chancery.marts.seen b using (a)").fetchall()
    con.execute("use chancery")
    with pytest.raises(duckdb.Error, match="Multiple streaming scans"):
        con.execute("show tables").fetchall()
    con.execute("use memory")
    on_server(con, f"from quack_stop('quack:127.0.0.1:{port}')")
    with pytest.raises(duckdb.Error, match="Could not connect"):
        on_server(con, "select 1")


def test_the_page_tells_the_command_and_the_pins() -> None:
    told = (PAGES / "many-readers.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"127.0.0.1:{server.PORT}" in told and re.search(r"^serve:", makefile, re.MULTILINE)
    assert duckdb.__version__ in told
