"""The lake: a warehouse for many, DuckLake with its catalogue in Postgres and its rows as Parquet.

Belongs here: the setting that makes a home's warehouse a lake, connections to it, and its writer's lock. Does not
belong here: publishing into it (`lake_publishing`), building (dbt's output `lake`).

A home with a `lake.yaml` publishes into a lake: `catalogue` (words for libpq, no password: that lies in `~/.pgpass` or
`PGPASSWORD`), `data` (a folder or `s3://bucket/folder`), `name` (schema of the catalogue's tables in Postgres).
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb
import yaml

from ingest.errors import EnvironmentProblem, UsageError
from ingest.settings import Home, memory_limit
from ingest.warehouse.extensions import load_extension
from ingest.warehouse.literals import quoted

BUILDING = "building"
"""The schema in which dbt builds the marts; `marts` holds those that were checked and published."""
KEEP_DAYS = 30
_ALIAS = "lake"
_ARGUMENTS = {"catalogue", "data", "name", "keep_days"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_CONFLICT = re.compile(r"(?<!handle )conflict", re.IGNORECASE)
_EXTRA = "pip install 'chancery[lake]'"
# libpq's words for the lock's holder, and one number for a name
_KEY = "hashtextextended('chancery:' || %s, 0)"
_HOLDER = (
    "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
    f"AND granted AND ((classid::bigint << 32) | objid::bigint) = {_KEY}"
)
_held: dict[tuple[str, str], Any] = {}


class NothingThere(EnvironmentProblem):
    """The lake was never written."""


@dataclass(frozen=True)
class Lake:
    """Where a lake is: words for libpq, folder or bucket of its Parquet files, its name, days of history to keep."""

    catalogue: str
    data: str
    name: str = "chancery"
    keep_days: int = KEEP_DAYS

    @property
    def address(self) -> str:
        """In words, for messages."""
        return f"lake {self.name} ({self.catalogue}; {self.data})"

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's output `lake` reads."""
        return {
            "CHANCERY_LAKE_CATALOGUE": self.catalogue,
            "CHANCERY_LAKE_DATA": self.data,
            "CHANCERY_LAKE_NAME": self.name,
        }


def lake_of(home: Home) -> Lake | None:
    """The lake of a home; None where it publishes a file. Raises `UsageError` for a `lake.yaml` that is none."""
    path = home.root / "lake.yaml"
    if not path.exists():
        return None
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path} cannot be read: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(said, dict) or not said.keys() <= _ARGUMENTS or not {"catalogue", "data"} <= said.keys():
        raise UsageError(f"{path} must have `catalogue` and `data`, and may have `name` and `keep_days`; nothing else")
    lake = Lake(str(said["catalogue"]), _place(home, str(said["data"])), str(said.get("name", Lake.name)),
                said.get("keep_days", KEEP_DAYS))  # fmt: skip
    if "password" in lake.catalogue or "://" in lake.catalogue:
        raise UsageError(f"{path}: `catalogue` is words like 'host=… dbname=… user=…'; a password belongs in ~/.pgpass")
    if not _NAME.fullmatch(lake.name):
        raise UsageError(f"{path}: `name` is a small letter, then small letters, digits and underscores: not {lake.name!r}")
    if not isinstance(lake.keep_days, int) or isinstance(lake.keep_days, bool) or lake.keep_days < 1:
        raise UsageError(f"{path}: `keep_days` is a whole number from 1, not {said['keep_days']!r}")
    return lake


def _place(home: Home, data: str) -> str:
    """Where the Parquet files lie: a bucket as named, a folder in full (relative ones in the home), both with a slash."""
    where = data if "://" in data else str((home.root / Path(data).expanduser()).resolve())
    return where.rstrip("/") + "/"


def _secret() -> str:
    """The keys of the object storage, as the usual variables of S3 clients name them."""
    given = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID"),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN"),
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
    }
    words = [f"{name} {quoted(value)}" for name, value in given.items() if value]
    scheme, _, host = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("://")
    if host:
        words += [f"ENDPOINT {quoted(host.rstrip('/'))}", "URL_STYLE 'path'", f"USE_SSL {scheme != 'http'}".lower()]
    return f"CREATE OR REPLACE TEMPORARY SECRET lake_storage ({', '.join(['TYPE s3', *words])})"


def prepare(con: duckdb.DuckDBPyConnection, data: str) -> None:
    """Load what a lake with its rows at `data` needs: extensions, and keys where they lie in a bucket."""
    for name in ("postgres_scanner", "ducklake", *(["httpfs"] if "://" in data else [])):
        load_extension(con, name, "lake")
    if "://" in data:
        con.execute(_secret())


@contextmanager
def told_of(lake: Lake, what: str) -> Iterator[None]:
    """DuckDB's errors as `EnvironmentProblem`: what was tried, at which lake, and whether another writer was first."""
    try:
        yield
    except duckdb.Error as error:
        said = " ".join(str(error).split())[:300]
        if "creating a new DuckLake is explicitly disabled" in said:
            raise NothingThere(f"nothing is published in the {lake.address} yet") from error
        if _CONFLICT.search(said):
            raise EnvironmentProblem(
                f"{what} gave way to another writer of the {lake.address}; it is as that one left it, try again ({said})"
            ) from error
        raise EnvironmentProblem(f"{what} failed at the {lake.address}: {said}") from error


def attach(con: duckdb.DuckDBPyConnection, lake: Lake, *, read_only: bool, at: datetime | None = None) -> None:
    """Attach it as `lake`, today's or as it was at a time (UTC).

    Every row lies in Parquet, none inlined in Postgres: any engine can read them, and a removal has files to delete.
    """
    prepare(con, lake.data)
    words = [f"DATA_PATH {quoted(lake.data)}", f"METADATA_SCHEMA {quoted(lake.name)}"]
    words += ["READ_ONLY"] if read_only else ["DATA_INLINING_ROW_LIMIT 0"]
    words += [f"SNAPSHOT_TIME {quoted(f'{at:%Y-%m-%d %H:%M:%S.%f}+00')}"] if at else []
    con.execute(f"ATTACH {quoted(f'ducklake:postgres:{lake.catalogue}')} AS {_ALIAS} ({', '.join(words)})")


@contextmanager
def opened(lake: Lake, *, read_only: bool = True, at: datetime | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own with the lake as its default database. Raises `EnvironmentProblem`."""
    config = {
        "memory_limit": memory_limit(),
        "temp_directory": str(Path(gettempdir()) / "chancery-lake"),
    }
    with closing(duckdb.connect(":memory:", config=config)) as con:
        with told_of(lake, "opening"):
            attach(con, lake, read_only=read_only, at=at)
            con.execute(f"USE {_ALIAS}")
        yield con


def see_built_marts(con: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """From here on `marts.…` on this connection of the working file means the marts being built in the lake."""
    with told_of(lake, "looking at the built marts"):
        here = con.execute("SELECT current_database()").fetchone()[0]
        attach(con, lake, read_only=True)
        con.execute("ATTACH ':memory:' AS built; CREATE SCHEMA built.marts")
        names = con.execute(
            f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{_ALIAS}' AND schema_name = '{BUILDING}'"
        ).fetchall()
        for (name,) in names:
            con.execute(f'CREATE VIEW built.marts."{name}" AS FROM {_ALIAS}.{BUILDING}."{name}"')
        con.execute(f"""SET search_path = {quoted(f'"{here}".main,built.marts')}""")


def _connect(lake: Lake) -> Any:
    """A session in Postgres that bears our name, for the lock. Raises `EnvironmentProblem`."""
    try:
        import psycopg2
    except ImportError as error:
        raise EnvironmentProblem(f"a lake needs psycopg2: {_EXTRA}") from error
    try:
        session = psycopg2.connect(
            lake.catalogue, application_name=f"chancery on {socket.gethostname()}, process {os.getpid()}", connect_timeout=10
        )
    except psycopg2.Error as error:
        raise EnvironmentProblem(f"no connection to the {lake.address}: {' '.join(str(error).split())}") from error
    session.autocommit = True
    return session


@contextmanager
def lake_lock(lake: Lake | None) -> Iterator[None]:
    """Hold the writer's lock of a lake, whatever machine we are on; it dies with its session, so it is never stale.

    Within one process it may be taken again. Raises `EnvironmentProblem` naming the holder.
    """
    key = (lake.catalogue, lake.name) if lake else None
    if lake is None or key in _held:
        yield
        return
    with closing(_connect(lake)) as session, session.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({_KEY})", [lake.name])
        if not cursor.fetchone()[0]:
            cursor.execute(_HOLDER, [lake.name])
            who = cursor.fetchone()
            holder = f"{who[0]} since {who[1]:%Y-%m-%d %H:%M:%S}" if who else "another process"
            raise EnvironmentProblem(f"the {lake.address} is being written by {holder}; try again later")
        _held[key] = session
        try:
            yield
        finally:
            del _held[key]


def require_lock(lake: Lake) -> None:
    """Raise `EnvironmentProblem` where the session that holds the lock is gone: another may write by now."""
    try:
        with _held[lake.catalogue, lake.name].cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        raise EnvironmentProblem(f"the lock of the {lake.address} was lost; nothing was published, run again") from error
