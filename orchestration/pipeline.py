"""The verbs of the pipeline as plain functions; the command line and the Dagster assets call nothing else.

Belongs here: what each verb does and in which order. Does not belong here: how anything is shown (`report`,
`cli`), scheduled (`defs/`), read, extracted or written (`ingest/`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from ingest import faults, tables, warehouse
from ingest.articles import Batch, admit
from ingest.errors import CheckFailed, UsageError
from ingest.extract import extractor_version
from ingest.extract.vocabulary import vocabulary
from ingest.lexicon import words
from ingest.polling.log import Poll, poll_log
from ingest.polling.pending import pending_batches, pending_files
from ingest.polling.roll import named, roll
from ingest.redaction import redacted
from ingest.settings import Home
from ingest.sources import read_path, replay_batches
from ingest.sources.store import POLLED
from ingest.warehouse import Warehouse, writer_lock
from orchestration import dbt, engines, reading, stamp
from orchestration.engines.isolated import read_safely
from orchestration.progress import Progress, silent
from orchestration.quality import ordering
from orchestration.quality.declarations import suite_expectations

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingested:
    """What a reading of inputs brought: the sums of its ledger rows."""

    n_in: int = 0
    n_ok: int = 0
    n_duplicate: int = 0
    n_quarantined: int = 0
    by_source: dict[str, Ingested] = field(default_factory=dict)

    def _with(self, row: dict[str, Any]) -> Ingested:
        """The sums with one more ledger row."""
        sums = (getattr(self, name) + row[name] for name in ("n_in", "n_ok", "n_duplicate", "n_quarantined"))
        return Ingested(*sums, self.by_source)

    def with_batch(self, path: str, row: dict[str, Any]) -> Ingested:
        """With one more ledger row, counted under its source too when a poll brought it."""
        total = self._with(row)
        if not path.startswith(POLLED):
            return total
        name = path.removeprefix(POLLED)
        return replace(total, by_source=self.by_source | {name: self.by_source.get(name, Ingested())._with(row)})


@dataclass(frozen=True)
class RunResult:
    """What a whole run did; `published` is None when nothing had changed since the last one."""

    ingested: Ingested
    n_extracted: int
    published: warehouse.Published | None


def _append(home: Home, batches: Iterable[Batch], progress: Progress) -> Ingested:
    """Take batches over the border into the working file."""
    total, sources = Ingested(), _roll(home)
    with Warehouse(home) as store, progress.stage("Reading", unit="records") as stage:
        for batch in batches:
            row = store.append(admit(batch), batch.path, batch.sha256, batch.arrived_at)
            total = total.with_batch(batch.path, row)
            stage.advance(batch.n_in)
        store.note_polls(_polls(home))
        store.note_sources(sources)
    return total


def _polls(home: Home) -> pl.DataFrame:
    """The log of polls as rows of `raw.polls`."""
    rows = [
        asdict(item) | {
            "source_kind": item.kind, "for_date": date.fromisoformat(item.day) if item.day else None,
            "started_at": datetime.fromisoformat(item.started_at),
        } for item in poll_log(home)
    ]  # fmt: skip
    wanted = tables.RAW_POLLS.polars_schema
    return pl.DataFrame([{name: row[name] for name in wanted} for row in rows], schema=wanted)


def _roll(home: Home) -> pl.DataFrame:
    """The list of sources as rows of `raw.sources`."""
    rows = [
        {"source": item.name, "source_kind": item.kind, "address": redacted(item.address), "language": item.language,
         "country_code": item.country, "rate_per_minute": float(item.rate), "late_after_hours": float(item.hours),
         "is_active": item.active}
        for item in roll(home)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=tables.RAW_SOURCES.polars_schema)


def _folders(home: Home) -> list[Path]:
    """The inbox, and the folders that the list of sources names."""
    named = [home.root / item.address for item in roll(home) if item.kind == "folder" and item.active]
    return list(dict.fromkeys([home.inbox, *(path for path in named if path.is_dir())]))


def fetch(
    home: Home, names: Sequence[str] = (), day: date | None = None, progress: Progress | None = None
) -> list[Poll]:
    """Ask sources (default: the active ones) for what is new, or for what they published on a day.

    What comes is stored and waits for the next `ingest`; nothing of the warehouse is opened. A source that fails is a
    poll with its reason, never an error.
    """
    from ingest.polling.run import poll_all

    sources = [item for item in named(home, list(names)) if item.kind != "folder" and (day is None or item.reaches_back)]
    with (progress or silent()).stage("Fetching", len(sources), "sources") as stage:
        return list(poll_all(home, sources, day, stage.advance))


def ingest(home: Home, paths: Sequence[Path] = (), progress: Progress | None = None) -> Ingested:
    """Read what was fetched, and files and folders (default: the inbox), into `raw.*`; what cannot be admitted is quarantined."""
    missing = [str(path) for path in paths if not Path(path).exists()]
    if missing:
        raise UsageError(f"no such file or folder: {', '.join(missing)}")
    with writer_lock(home):
        read = (batch for path in paths or _folders(home) for batch in read_path(Path(path), home))
        return _append(home, chain(pending_batches(home), read), progress or silent())


def ingest_fetched(home: Home, progress: Progress | None = None) -> Ingested:
    """Read what was fetched into `raw.*`, and nothing else."""
    with writer_lock(home):
        return _append(home, pending_batches(home), progress or silent())


def _with_sound_tables(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches, once the reference tables are read; else every article would fail of a row that cannot stand.

    Raises `UsageError` with file and row.
    """
    for number, batch in enumerate(batches):
        if number == 0:
            try:
                vocabulary()
                for table in (words.frames, words.verbs, words.nouns, words.function_words, words.status_cues):
                    table()
            except ValueError as error:
                raise UsageError(f"a reference table cannot stand: {error}") from error
        yield batch


def extract(home: Home, progress: Progress | None = None) -> int:
    """Read the facts out of every article that this version has not read; gives their number."""
    done = 0
    with (
        writer_lock(home),
        Warehouse(home) as store,
        (progress or silent()).stage("Extracting", unit="articles") as stage,
    ):
        batches = store.pending(extractor_version(), engines.most_bytes())
        for facts in engines.facts_of(_with_sound_tables(batches), read_safely):
            ids = facts["extractions"]["article_id"].to_list()
            store.write_facts(facts, ids)
            done += len(ids)
            stage.advance(len(ids))
    return done


def build(
    home: Home, progress: Progress | None = None, *, is_tested: bool = True, is_whole: bool = False
) -> list[dbt.NodeResult]:
    """Build and test the models in the working file with one dbt invocation.

    Only what new articles touch is built anew, unless `is_whole` or the last build cannot be kept.
    """
    with writer_lock(home):
        kept, mark = stamp.read(home), stamp.fingerprint(home)
        is_whole = is_whole or not stamp.is_kept(home)
        is_vouched = all(kept.has_passed(suite, stamp.content_of(home, suite)) for suite in ("raw", "facts"))
        stamp.write(home, kept.after_build("", ""))
        faults.point("build.before")
        nodes = dbt.build(home, mark, progress or silent(), is_tested=is_tested, is_whole=is_whole)
        faults.point("build.after")
        stamp.write(home, kept.after_build(mark, stamp.code_digest(home) if is_vouched else ""))
        faults.point("build.stamped")
        return nodes


def build_once(home: Home, progress: Progress | None = None) -> list[dbt.NodeResult]:
    """As `build`; what was built from exactly this content stands, with the results it had then."""
    with writer_lock(home):
        if stamp.read(home).built == stamp.fingerprint(home) and dbt.has_results(home):
            return dbt.results(home)
        return build(home, progress)


def _validation_rows(run_id: str, outcomes: Sequence[Any]) -> pl.DataFrame:
    """Outcomes as rows of `quality.validations`."""
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        (
            run_id,
            item.expectation.suite,
            item.expectation.table,
            item.expectation.statement,
            item.success,
            item.observed,
            now,
            item.expectation.severity,
        )
        for item in outcomes
    ]
    return pl.DataFrame(rows, schema=tables.QUALITY_VALIDATIONS.polars_schema, orient="row")


def check(
    home: Home,
    suite: str,
    run_id: str | None = None,
    progress: Progress | None = None,
    *,
    is_whole: bool = False,
) -> list[Any]:
    """Validate a suite, keep its results in `quality.validations` and as data docs, and give every outcome.

    A failure is no exception here: `require` turns one that blocks into one, Dagster into a failed check. One that only
    warns is logged. What passed with the last build is not looked at again, unless `is_whole`.
    """
    run_id = run_id or f"check-{uuid4().hex[:12]}"
    n_expected = len(suite_expectations(suite))
    with (
        writer_lock(home),
        (progress or silent()).stage(f"Checking {suite}", n_expected, "expectations") as stage,
    ):
        # the marts of a build made whole are all new; rows in a lake bear no number by which new ones are known
        is_new = suite != "marts" and not stamp.is_kept(home)
        is_whole = is_whole or is_new or (suite == "marts" and warehouse.lake_of(home) is not None)
        faults.point("check.before")
        outcomes = ordering.validated(home, suite, run_id, is_whole=is_whole)
        with Warehouse(home) as store:
            faults.point("check.before_kept")
            store.validations(_validation_rows(run_id, outcomes))
        faults.point("check.after_kept")
        stage.advance(n_expected)
        if not any(item.is_blocking for item in outcomes):
            stamp.write(home, stamp.read(home).after_check(suite, stamp.content_of(home, suite)))
    for item in outcomes:
        if not item.success and not item.is_blocking:
            logger.warning("warning: %s", item.complaint)
    return outcomes


def require(outcomes: Sequence[Any]) -> None:
    """Raise `CheckFailed` with every blocking expectation that did not hold and what was observed."""
    bad = [item.complaint for item in outcomes if item.is_blocking]
    if bad:
        suite = outcomes[0].expectation.suite
        head = f"{len(bad)} of {len(outcomes)} {suite} checks failed; nothing was published:"
        raise CheckFailed("\n  ".join([head, *bad]))


def _check_once(home: Home, suite: str, run_id: str, progress: Progress) -> None:
    """Require a suite, unless it has passed on exactly this content."""
    if not stamp.read(home).has_passed(suite, stamp.content_of(home, suite)):
        require(check(home, suite, run_id, progress))


def is_current(home: Home) -> bool:
    """Whether the published file already shows all that home, code and reference data would give."""
    kept, mark = stamp.read(home), stamp.fingerprint(home)
    return reading.is_published(home) and kept.published == mark


def publish(
    home: Home, run_id: str | None = None, progress: Progress | None = None, *, is_checked: bool = True
) -> warehouse.Published:
    """Swap in what was built, after building and checking whatever of it is not yet built or checked.

    `is_checked=False` leaves out every test and check, for scoring in a home of its own.
    """
    shown, run_id = progress or silent(), run_id or f"run-{uuid4().hex[:12]}"
    with writer_lock(home):
        mark = stamp.fingerprint(home)
        for suite in ("raw", "facts") if is_checked else ():
            _check_once(home, suite, run_id, shown)
        if stamp.read(home).built != mark:
            build(home, shown, is_tested=is_checked)
        if is_checked:
            _check_once(home, "marts", run_id, shown)
        with shown.stage("Publishing"):
            lake = warehouse.lake_of(home)
            published = warehouse.publish_into(home, lake) if lake else warehouse.publish(home)
        faults.point("publish.before_stamp")
        stamp.write(home, replace(stamp.read(home), published=mark))
        return published


def _prepare(home: Home, is_checked: bool) -> None:
    """Let the tools of later steps start up beside the extraction."""
    dbt.prepare(home)
    if is_checked:
        ordering.prepare()


def run(
    home: Home, paths: Sequence[Path] = (), progress: Progress | None = None, *, is_checked: bool = True
) -> RunResult:
    """Ingest, extract, build, check and publish; nothing after extraction when nothing has changed."""
    with writer_lock(home):
        ingested = ingest(home, paths, progress)
        if ingested.n_ok:
            _prepare(home, is_checked)
        n_extracted = extract(home, progress)
        published = None if is_current(home) else publish(home, progress=progress, is_checked=is_checked)
        return RunResult(ingested, n_extracted, published)


def replay(home: Home, progress: Progress | None = None) -> RunResult:
    """Rebuild from the bytes in `raw/` alone; the published file stays until the new one is checked."""
    with writer_lock(home):
        _prepare(home, is_checked=True)
        with warehouse.rebuilt(home):
            ingested = _append(home, replay_batches(home), progress or silent())
            n_extracted = extract(home, progress)
            # the models went with the old working file, though they were built from the same
            stamp.write(home, stamp.read(home).after_build("", ""))
        is_sound = is_current(home) and warehouse.is_sealed(home)
        published = None if is_sound else publish(home, progress=progress)
        return RunResult(ingested, n_extracted, published)


def verify(home: Home) -> list[warehouse.Problem]:
    """Look for damage in the stored bytes, the working file and the published file, while nobody writes.

    Raises `EnvironmentProblem` where there is no state folder, or where another process writes.
    """
    # from a copy on a read-only medium too, of which nobody else is the writer
    is_writable = home.warehouse.is_dir() and os.access(home.warehouse, os.W_OK)
    with writer_lock(home) if is_writable else nullcontext():
        return warehouse.verify(home)


def forget(home: Home, article_id: str, progress: Progress | None = None) -> warehouse.Forgotten:
    """Remove an article, its bytes and its facts everywhere, then publish without it."""
    with writer_lock(home):
        # data docs that are still being written could tell of it
        ordering.dismiss()
        forgotten = warehouse.forget(home, article_id)
        # the models went with the old working file, also where it was forgotten before and nothing else has changed
        stamp.write(home, stamp.read(home).after_build("", ""))
        publish(home, progress=progress)
        if lake := warehouse.lake_of(home):
            warehouse.purge(lake)
        return forgotten


def export(home: Home, form: str = "parquet", out: Path | None = None) -> list[Path]:
    """Write the published tables, or its events in an interchange form, for readers to take away."""
    with writer_lock(home):
        return warehouse.export(home, form, out)


def status(home: Home) -> dict[str, str]:
    """What the home holds, in words; opens only the published file, so that it never waits for a writer."""
    waiting = [path for path in home.inbox.rglob("*") if path.is_file()] if home.inbox.exists() else []
    fetched = f"{len(pending_files(home))} polls fetched, not yet read"
    state = {"home": str(home.root), "inbox": f"{len(waiting)} files", "waiting": fetched, "published": "nothing yet"}
    if reading.is_published(home):
        state["published"] = f"{reading.address(home)} ({reading.published_at(home):%Y-%m-%d %H:%M} UTC)"
        state |= {name: f"{number:,}" for name, number in reading.counts(home).items()}
    return state
