"""The search for damage: stored bytes, published file, the laws that every row must keep.

Belongs here: comparing what is there with what was stored. Does not belong here: repair (`chancery replay`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import tables
from ingest.articles import Batch, admit
from ingest.errors import DamagedData, EnvironmentProblem
from ingest.polling.pending import pending_arrivals
from ingest.settings import Home
from ingest.sources import arrival_batches, store
from ingest.warehouse.lake import Lake, lake_of, opened
from ingest.warehouse.layout import LAYOUT, SINCE, layout_of, refuse_newer
from ingest.warehouse.publishing import content_hash, is_sealed, seals, stored_hash, tables_of

_SHA = re.compile(r"^[0-9a-f]{64}$")
_LAWS = (
    (
        "marts.evidence",
        "evidence is not what stands at its offsets",
        "SELECT e.fact_id FROM marts.evidence e LEFT JOIN marts.articles a USING (article_id) "
        "WHERE substring(a.text, e.char_start + 1, e.char_end - e.char_start) IS DISTINCT FROM e.evidence",
    ),
    (
        "marts.statements",
        "a quotation is not what stands at its offsets",
        "SELECT s.statement_id FROM marts.statements s LEFT JOIN marts.articles a USING (article_id) "
        "WHERE substring(a.text, s.char_start + 1, s.char_end - s.char_start) IS DISTINCT FROM s.quote",
    ),
    (
        "raw.ledger",
        "a batch lost or invented inputs",
        "SELECT batch_id FROM raw.ledger WHERE n_in <> n_ok + n_duplicate + n_quarantined",
    ),
    (
        "marts.meetings",
        "a meeting without evidence",
        "SELECT meeting_id FROM marts.meetings ANTI JOIN (SELECT fact_id AS meeting_id FROM marts.evidence WHERE fact_kind = 'meeting') USING (meeting_id)",
    ),
)


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was stored: where (table or file), what, and which row or path."""

    where: str
    what: str
    detail: str = ""


def _objects(home: Home) -> tuple[list[Problem], list[store.Arrival]]:
    """Stored bytes whose hash is not their name, and the arrivals whose manifests are sound."""
    problems, arrivals = [], []
    for path in sorted(home.raw.glob("??/*")):
        if _SHA.match(path.name):
            with path.open("rb") as handle:
                if hashlib.file_digest(handle, "sha256").hexdigest() != path.name:
                    problems.append(Problem("raw store", "bytes are not those that were stored", str(path)))
    for manifest in sorted(home.raw.glob("*/*.json")):
        try:
            arrivals.append(store.load(manifest))
        except DamagedData as error:
            problems.append(Problem("raw store", str(error)))
    note = home.raw / "layout"
    if note.exists() and note.read_bytes() not in [b"%d\n" % n for n in range(1, store.LAYOUT + 1)]:
        problems.append(Problem("raw store", "its layout is none that was ever written", str(note)))
    return problems, arrivals


def _is_told(con: duckdb.DuckDBPyConnection, batch: Batch) -> bool:
    """Whether each input of a batch is an article, a forgotten one or a refusal: bytes may come again as another batch."""
    admitted = admit(batch)
    known = (
        (admitted.articles["article_id"], "SELECT article_id FROM raw.articles UNION ALL SELECT article_id FROM raw.tombstones"),
        (admitted.quarantine["input_id"], "SELECT input_id FROM raw.quarantine"),
    )
    return not any(
        con.execute(f"SELECT count(*) FROM (SELECT unnest(?::VARCHAR[]) AS id) WHERE id NOT IN ({sql})", [ids.to_list()]).fetchone()[0]
        for ids, sql in known
    )


def _untold(con: duckdb.DuckDBPyConnection, home: Home, arrivals: list[store.Arrival]) -> list[Problem]:
    """Arrivals of which the ledger tells nothing: a run broke off, or a write-ahead log lost its tail."""
    times = {when for (when,) in con.execute("SELECT DISTINCT loaded_at FROM raw.ledger").fetchall()}
    doubtful = [arrival for arrival in arrivals if arrival.when not in times]
    try:
        waiting = {arrival.key for arrival in pending_arrivals(home)} if doubtful else set()
        return [
            Problem("raw.ledger", "does not tell of an input that is stored; `chancery replay` reads it", arrival.path)
            for arrival in doubtful
            if arrival.key not in waiting and not all(_is_told(con, batch) for batch in arrival_batches([arrival], home))
        ]
    except DamagedData:
        return []  # told of as damage to stored bytes


def _working(home: Home, arrivals: list[store.Arrival]) -> list[Problem]:
    """What is wrong with the working file: every row of every table is read, and the ledger counted anew."""
    try:
        with duckdb.connect(str(home.staging), read_only=True) as con:
            database = con.execute("SELECT current_database()").fetchone()[0]
            for name in tables_of(con, database):
                con.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {name} AS t").fetchone()
            n, n_ok, n_gone = con.execute(
                "SELECT (SELECT count(*) FROM raw.articles), (SELECT coalesce(sum(n_ok), 0) FROM raw.ledger), "
                "(SELECT count(DISTINCT article_id) FROM raw.tombstones)"
            ).fetchone()
            untold = _untold(con, home, arrivals)
    except (duckdb.Error, UnicodeDecodeError) as error:
        return [Problem("working file", f"cannot be read: {str(error).splitlines()[0]}", str(home.staging))]
    if not n_ok - n_gone <= n <= n_ok:
        return [Problem("working file", f"holds {n} articles, the ledger tells of {n_ok}", str(home.staging))]
    return untold


def _rows(con: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Broken laws, the first ten rows of each."""
    problems = []
    for table, what, sql in _LAWS:
        problems += [Problem(table, what, str(row[0])) for row in con.execute(sql + " LIMIT 10").fetchall()]
    return problems


def _missing_bytes(con: duckdb.DuckDBPyConnection, home: Home) -> list[Problem]:
    """Articles whose bytes are not in the store."""
    kept = {path.name for path in home.raw.glob("??/*")}
    wanted = {sha for (sha,) in con.execute("SELECT DISTINCT raw_sha256 FROM raw.articles").fetchall()}
    return [
        Problem("raw.articles", "the article's bytes are missing from raw/", sha)
        for sha in sorted(wanted - kept)
    ]


def _shape(con: duckdb.DuckDBPyConnection, path: Path) -> list[Problem]:
    """Declared tables or columns that are not there; an older layout may lack what the next run adds."""
    found = layout_of(con, path)
    refuse_newer(found, path)
    have = set(
        con.execute("SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()").fetchall()
    )
    return [
        Problem(table.address, "column is missing", column.name)
        for table in tables.ALL
        if (found or LAYOUT) >= SINCE.get(table.address, 1)
        for column in table.columns
        if (table.address, column.name) not in have and not (column.nullable and found != LAYOUT)
    ]


def _published(path: Path, home: Home) -> list[Problem]:
    """What is wrong with the published file."""
    if path.with_name(path.name + ".wal").exists():
        return [Problem("published file", "a write-ahead log lies beside it", str(path))]
    if not is_sealed(home):
        return [Problem("published file", "its bytes are not those that were published", str(path))]
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            problems = _shape(con, path)
            if problems:
                return problems
            database = con.execute("SELECT current_database()").fetchone()[0]
            stored = stored_hash(path)
            is_comparable = (stored or "").startswith(f"{duckdb.__version__}:")
            if is_comparable and content_hash(con, database) != stored or stored is None:
                problems.append(
                    Problem("published file", "its rows are not those that were published", str(path))
                )
            return problems + _rows(con) + _missing_bytes(con, home)
    except DamagedData as error:
        return [Problem("published file", str(error))]
    except (duckdb.Error, UnicodeDecodeError) as error:
        return [Problem("published file", f"cannot be read: {str(error).splitlines()[0]}", str(path))]


def _in_lake(lake: Lake, home: Home) -> list[Problem]:
    """What is wrong with the lake: every published row is read, and compared with what was noted when it was published."""
    with opened(lake) as con:
        try:
            row = con.execute("SELECT arg_max(content_hash, (published_at, snapshot_id)) FROM quality.snapshots").fetchone()
            is_comparable = (row[0] or "").startswith(f"{duckdb.__version__}:")
            if is_comparable and content_hash(con, "lake") != row[0]:
                return [Problem("lake", "its rows are not those that were published", lake.address)]
            return _rows(con) + _missing_bytes(con, home)
        except (duckdb.Error, UnicodeDecodeError) as error:
            return [Problem("lake", f"cannot be read: {str(error).splitlines()[0]}", lake.address)]


def _require_state(home: Home) -> None:
    """Raise `EnvironmentProblem` where nothing lies that could be looked at, so that it is not called sound."""
    if not home.root.is_dir():
        raise EnvironmentProblem(f"there is no folder {home.root}")
    if not any(place.exists() for place in (home.raw, home.staging, home.published)):
        raise EnvironmentProblem(f"{home.root} is no state folder of Chancery: it has neither raw/ nor a warehouse")


def verify(home: Home) -> list[Problem]:
    """Everything that is not as it was stored; an empty list when all is well.

    A flipped bit or a cut tail in `raw/` or in the published file is found, since all bytes are compared with what was
    noted of them; in the working file and its write-ahead log where it meets a row, or loses one.
    Raises `EnvironmentProblem` where there is no state folder.
    """
    _require_state(home)
    problems, arrivals = _objects(home)
    if home.staging.exists():
        problems += _working(home, arrivals)
    if lake := lake_of(home):
        problems += _in_lake(lake, home)
    elif home.published.exists():
        problems += _published(home.published, home)
    elif len(seals(home)) > 1:
        problems.append(Problem("published file", "is gone; `chancery publish` makes it anew", str(home.published)))
    return problems
