"""The working file: one transaction a step.

Belongs here: the open working file, appending articles, writing facts and check results.
Does not belong here: its lock and its connections (`opening`), its tables (`declaring`), starting it anew (`rebuilding`),
publishing (`publishing`), damage (`verifying`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ingest import faults, tables
from ingest.articles import Admitted
from ingest.batches import even_slices
from ingest.errors import DamagedData, EnvironmentProblem
from ingest.settings import Home
from ingest.warehouse import layout
from ingest.warehouse.declaring import declare
from ingest.warehouse.lake import lake_of, see_built_marts
from ingest.warehouse.opening import connect, is_passing, told
from ingest.warehouse.rebuilding import bring_back, is_rebuilding

CODE_VERSION = "0.1.0"
PENDING_ROWS = 200_000
"""Articles whose place and size are held at a time."""


def _batch_id(admitted: Admitted) -> str:
    """'b' and 20 hex digits over the inputs of a batch, whatever they were called."""
    ids = admitted.articles.select(
        pl.concat_str("raw_sha256", pl.lit(":"), pl.col("raw_position").cast(pl.String)).alias("x")
    )["x"].to_list()
    ids += admitted.quarantine["input_id"].to_list()
    return "b" + sha256("\n".join(sorted(ids)).encode()).hexdigest()[:20]


class Warehouse:
    """The working file of a home, open for writing; a context manager. Rows go in by frames, never one by one."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._con: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Warehouse:
        home = self._home
        home.ensure()
        if not is_rebuilding(home):
            bring_back(home)
        is_copied = not home.staging.exists() and home.published.exists()
        if is_copied:
            with told("copying the published file", home.staging):
                shutil.copyfile(home.published, home.staging)
        try:
            with told("opening the working file", home.staging):
                self._con = connect(home.staging, home)
                self._bring_up(home.published if is_copied else home.staging)
        except DamagedData:
            self.close()
            if is_copied:
                home.staging.unlink(missing_ok=True)
            raise
        except (duckdb.Error, EnvironmentProblem) as error:
            self.close()
            if isinstance(error, EnvironmentProblem) and is_passing(error):
                raise
            if home.staging.exists():
                raise DamagedData(
                    f"{home.staging} cannot be opened: {str(error).splitlines()[0]}; `chancery replay` rebuilds it"
                ) from error
            raise
        return self

    def _bring_up(self, path: Path) -> None:
        """Bring an older layout up to today's, in one transaction; a newer or a foreign file is refused as it is."""
        layout.refuse_newer(layout.layout_of(self.con, path), path)
        self.con.execute("BEGIN")
        try:
            declare(self.con)
            layout.carry_over(self.con, path)
            self.con.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):
                self.con.execute("ROLLBACK")
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a dead connection is dropped."""
        con, self._con = self._con, None
        if con is not None:
            with suppress(duckdb.Error):
                con.close()

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._con is None:
            raise RuntimeError("the working file is not open")
        return self._con

    def see_built_marts(self) -> None:
        """From here on `marts.…` means what the last build made, also where it lies in a lake."""
        if lake := lake_of(self._home):
            see_built_marts(self.con, lake)

    @contextmanager
    def _transaction(self, what: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing."""
        con = self.con
        with told(what, self._home.staging):
            con.execute("BEGIN")
            try:
                yield con
                con.execute("COMMIT")
            except BaseException:
                try:
                    con.execute("ROLLBACK")
                except duckdb.Error:
                    self.close()
                raise

    def _insert(self, con: duckdb.DuckDBPyConnection, table: tables.Table, frame: pl.DataFrame) -> None:
        """Append a frame that has the table's columns."""
        con.register("incoming", table.conform(frame).to_arrow())
        try:
            con.execute(f"INSERT INTO {table.address} BY NAME SELECT * FROM incoming")
        finally:
            con.unregister("incoming")

    def append(self, admitted: Admitted, path: str, sha256: str | None, now: datetime) -> dict[str, Any]:
        """Take a batch in, in one transaction, and give its ledger row.

        The same inputs again change nothing: their row says `already_loaded`. An article that is in the table, twice
        in the batch, or forgotten, is counted as duplicate or refused; n_in = n_ok + n_duplicate + n_quarantined.
        """
        batch_id = _batch_id(admitted)
        n_articles, n_refused = admitted.articles.height, admitted.quarantine.height
        if self.con.execute("SELECT count(*) FROM raw.ledger WHERE batch_id = ?", [batch_id]).fetchone()[0]:
            return {
                "batch_id": batch_id,
                "n_in": admitted.n_in,
                "n_ok": 0,
                "n_duplicate": n_articles,
                "n_quarantined": n_refused,
                "already_loaded": True,
            }
        with self._transaction("loading articles") as con:
            known = self._known(con, admitted.articles["article_id"])
            fresh = admitted.articles.unique("article_id", keep="first", maintain_order=True)
            fresh = fresh.join(
                known.filter(~pl.col("is_forgotten")).select("article_id"), on="article_id", how="anti"
            )
            gone = known.filter("is_forgotten").select("article_id")
            refused = fresh.join(gone, on="article_id", how="semi")
            fresh = fresh.join(gone, on="article_id", how="anti")
            self._insert(
                con,
                tables.RAW_ARTICLES,
                fresh.with_columns(
                    pl.lit(batch_id).alias("batch_id"),
                    pl.lit(now).cast(tables.TIMESTAMP).alias("first_seen_at"),
                ),
            )
            self._quarantine(
                con,
                pl.concat([admitted.quarantine, _tombstoned(refused, path, admitted.quarantine.schema)]),
                batch_id,
                now,
            )
            row = {
                "batch_id": batch_id,
                "path": path,
                "sha256": sha256,
                "n_in": admitted.n_in,
                "n_ok": fresh.height,
                "n_duplicate": n_articles - fresh.height - refused.height,
                "n_quarantined": n_refused + refused.height,
                "loaded_at": now,
            }
            self._insert(con, tables.RAW_LEDGER, pl.DataFrame([row], schema=tables.RAW_LEDGER.polars_schema))
            faults.point("ingest.before_commit")
        faults.point("ingest.after_commit")
        return row | {"already_loaded": False}

    def _known(self, con: duckdb.DuckDBPyConnection, ids: pl.Series) -> pl.DataFrame:
        """Which of the ids are in the table or forgotten: article_id, is_forgotten."""
        con.register("asked", pl.DataFrame({"article_id": ids.unique()}).to_arrow())
        try:
            return con.sql(
                "SELECT article_id, false AS is_forgotten FROM raw.articles SEMI JOIN asked USING (article_id) "
                "UNION ALL SELECT article_id, true FROM raw.tombstones SEMI JOIN asked USING (article_id)"
            ).pl()
        finally:
            con.unregister("asked")

    def _quarantine(
        self, con: duckdb.DuckDBPyConnection, frame: pl.DataFrame, batch_id: str, now: datetime
    ) -> None:
        """Keep refused inputs; one refused before stands once."""
        if not frame.height:
            return
        rows = frame.unique("input_id", keep="first", maintain_order=True).with_columns(
            pl.lit(batch_id).alias("batch_id"),
            pl.lit(CODE_VERSION).alias("code_version"),
            pl.lit(now).cast(tables.TIMESTAMP).alias("first_seen"),
        )
        con.register("refused", tables.RAW_QUARANTINE.conform(rows).to_arrow())
        try:
            con.execute(
                "INSERT INTO raw.quarantine BY NAME SELECT * FROM refused ANTI JOIN raw.quarantine USING (input_id)"
            )
        finally:
            con.unregister("refused")

    def pending(self, extractor_version: str, most: int | None = None) -> Iterator[pl.DataFrame]:
        """Articles that this version has not read, in the order in which they lie in the file, in batches of so many bytes.

        By row number: a batch then reads its own part of the table. By id it would read all of it, as ids are hashes.
        """
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE unread AS SELECT rowid AS place, strlen(text) AS n FROM raw.articles ANTI JOIN "
            f"(SELECT article_id FROM facts.extractions WHERE extractor_version = '{extractor_version}') USING (article_id) "
            "ORDER BY rowid"
        )
        try:
            for rows in self._runs("unread", PENDING_ROWS):
                for start, length in even_slices(rows["n"], most=most):
                    yield self._articles(rows["place"].slice(start, length))
        finally:
            with suppress(duckdb.Error, RuntimeError):
                self.con.execute("DROP TABLE IF EXISTS unread")

    def _runs(self, table: str, most: int) -> Iterator[pl.DataFrame]:
        """A table's rows, so many at a time."""
        n_rows = self.con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for first in range(0, n_rows, most):
            yield self.con.sql(
                f"SELECT * FROM {table} WHERE rowid >= {first} AND rowid < {first + most} ORDER BY rowid"
            ).pl()

    def _articles(self, places: pl.Series) -> pl.DataFrame:
        """The articles at these places in the file."""
        self.con.register("wanted", places.to_frame("place").to_arrow())
        try:
            return self.con.sql(
                "SELECT * FROM raw.articles WHERE rowid IN (SELECT place FROM wanted) ORDER BY article_id"
            ).pl()
        finally:
            self.con.unregister("wanted")

    def write_facts(self, frames: dict[str, pl.DataFrame], article_ids: Sequence[str]) -> None:
        """Replace the facts of these articles, in one transaction."""
        with self._transaction("writing facts") as con:
            con.register(
                "done",
                pl.DataFrame({"article_id": list(article_ids)}, schema={"article_id": pl.String}).to_arrow(),
            )
            try:
                if con.execute(
                    "SELECT count(*) FROM facts.extractions SEMI JOIN done USING (article_id)"
                ).fetchone()[0]:
                    delete_facts(con, "done")
            finally:
                con.unregister("done")
            for table in tables.FACTS:
                if frames[table.name].height:
                    self._insert(con, table, frames[table.name])
            faults.point("facts.before_commit")
        faults.point("facts.after_commit")

    def validations(self, frame: pl.DataFrame) -> None:
        """Keep results of checks; those of the same run and suite are replaced."""
        with self._transaction("keeping results of checks") as con:
            con.register("results", tables.QUALITY_VALIDATIONS.conform(frame).to_arrow())
            try:
                con.execute(
                    "DELETE FROM quality.validations WHERE (run_id, suite) IN (SELECT DISTINCT run_id, suite FROM results)"
                )
                con.execute("INSERT INTO quality.validations BY NAME SELECT * FROM results")
            finally:
                con.unregister("results")

    def note_polls(self, polls: pl.DataFrame) -> None:
        """Add the polls that are not in the table yet."""
        if not polls.height:
            return
        with self._transaction("noting polls") as con:
            con.register("made", tables.RAW_POLLS.conform(polls).to_arrow())
            try:
                con.execute("INSERT INTO raw.polls BY NAME SELECT * FROM made ANTI JOIN raw.polls USING (poll_id)")
                faults.point("polls.before_commit")
            finally:
                con.unregister("made")

    def note_sources(self, sources: pl.DataFrame) -> None:
        """Put the list of sources in place of the one before, if it differs."""
        fresh = tables.RAW_SOURCES.conform(sources).sort("source")
        if self.read("SELECT * FROM raw.sources ORDER BY source").equals(fresh):
            return
        with self._transaction("noting sources") as con:
            con.execute("DELETE FROM raw.sources")
            self._insert(con, tables.RAW_SOURCES, fresh)

    def read(self, sql: str, params: Sequence[Any] = ()) -> pl.DataFrame:
        """The rows of a query as a frame."""
        return self.con.sql(sql, params=list(params)).pl() if params else self.con.sql(sql).pl()

    def counts(self) -> dict[str, int]:
        """Rows of every declared table, by address."""
        return {
            t.address: self.con.execute(f"SELECT count(*) FROM {t.address}").fetchone()[0] for t in tables.ALL
        }


def delete_facts(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Delete all facts of the articles in a relation with `article_id`."""
    con.execute(
        "DELETE FROM facts.meeting_participants WHERE fact_id IN "
        f"(SELECT fact_id FROM facts.meetings SEMI JOIN {relation} USING (article_id))"
    )
    for table in tables.FACTS:
        if table.name != "meeting_participants":
            con.execute(
                f"DELETE FROM {table.address} WHERE article_id IN (SELECT article_id FROM {relation})"
            )


def _tombstoned(refused: pl.DataFrame, path: str, schema: pl.Schema) -> pl.DataFrame:
    """Articles that must not come back, as rows of quarantine. Nothing of their text goes in."""
    rows = [
        {
            "input_id": "q" + sha256(f"forgotten:{r['article_id']}".encode()).hexdigest()[:20],
            "path": path,
            "position": r["raw_position"],
            "sha256": None,
            "stage": "admit",
            "reason": "forgotten",
            "detail": "an article that was removed with `chancery forget`",
        }
        for r in refused.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=schema)
