"""The verbs of the pipeline as plain functions; the command line and the Dagster assets call nothing else.

Belongs here: what each verb does and in which order. Does not belong here: how anything is shown (`report`,
`cli`), scheduled (`defs/`), read, extracted or written (`ingest/`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from ingest import tables, warehouse
from ingest.articles import Batch, admit
from ingest.errors import CheckFailed, UsageError
from ingest.extract import extract as read_facts
from ingest.extract import extractor_version, in_parallel
from ingest.settings import Home
from ingest.sources import read_path, replay_batches
from ingest.warehouse import Warehouse, writer_lock
from orchestration import dbt, reading, stamp
from orchestration.progress import Progress, silent
from orchestration.quality.declarations import suite_expectations

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingested:
    """What a reading of inputs brought: the sums of its ledger rows."""

    n_in: int = 0
    n_ok: int = 0
    n_duplicate: int = 0
    n_quarantined: int = 0

    def __add__(self, row: dict[str, Any]) -> Ingested:
        """With one more ledger row."""
        return Ingested(
            *(getattr(self, name) + row[name] for name in ("n_in", "n_ok", "n_duplicate", "n_quarantined"))
        )


@dataclass(frozen=True)
class RunResult:
    """What a whole run did; `published` is None when nothing had changed since the last one."""

    ingested: Ingested
    n_extracted: int
    published: warehouse.Published | None


def _append(home: Home, batches: Iterable[Batch], progress: Progress) -> Ingested:
    """Take batches over the border into the working file."""
    total = Ingested()
    with Warehouse(home) as store, progress.stage("Reading", unit="records") as stage:
        for batch in batches:
            total += store.append(admit(batch), batch.path, batch.sha256, batch.arrived_at)
            stage.advance(batch.n_in)
    return total


def ingest(home: Home, paths: Sequence[Path] = (), progress: Progress | None = None) -> Ingested:
    """Read files and folders (default: the inbox) into `raw.*`; what cannot be admitted is quarantined."""
    missing = [str(path) for path in paths if not Path(path).exists()]
    if missing:
        raise UsageError(f"no such file or folder: {', '.join(missing)}")
    with writer_lock(home):
        batches = (batch for path in paths or [home.inbox] for batch in read_path(Path(path), home))
        return _append(home, batches, progress or silent())


def _failed(article_id: str) -> dict[str, pl.DataFrame]:
    """The facts tables of an article whose reading broke: a row that says so, and no fact."""
    row = pl.DataFrame(
        {
            "article_id": [article_id],
            "extractor_version": [extractor_version()],
            "outcome": ["failed"],
            "n_sentences": [0],
        }
    )
    empty = {table.name: table.empty() for table in tables.FACTS}
    return empty | {"extractions": tables.FACTS_EXTRACTIONS.conform(row)}


def _read_safely(articles: pl.DataFrame) -> Iterator[tuple[dict[str, pl.DataFrame], list[str]]]:
    """Facts of a batch; when it breaks, of its halves, down to the one article that breaks."""
    ids = articles["article_id"].to_list()
    try:
        yield read_facts(articles), ids
    except Exception:
        if articles.height == 1:
            logger.exception("extraction failed on article %s", ids[0])
            yield _failed(ids[0]), ids
            return
        half = articles.height // 2
        yield from _read_safely(articles.head(half))
        yield from _read_safely(articles.tail(articles.height - half))


def extract(home: Home, progress: Progress | None = None) -> int:
    """Read the facts out of every article that this version has not read; gives their number."""
    done = 0
    with (
        writer_lock(home),
        Warehouse(home) as store,
        (progress or silent()).stage("Extracting", unit="articles") as stage,
    ):
        for parts in in_parallel(store.pending(extractor_version()), lambda articles: list(_read_safely(articles))):
            for facts, ids in parts:
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
        nodes = dbt.build(home, mark, progress or silent(), is_tested=is_tested, is_whole=is_whole)
        stamp.write(home, kept.after_build(mark, stamp.code_digest() if is_vouched else ""))
        return nodes


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

    A failure is no exception here: `require` turns it into one, Dagster into a failed check. What passed with the
    last build is not looked at again, unless `is_whole`.
    """
    from orchestration.quality.validation import validate

    run_id = run_id or f"check-{uuid4().hex[:12]}"
    n_expected = len(suite_expectations(suite))
    with (
        writer_lock(home),
        (progress or silent()).stage(f"Checking {suite}", n_expected, "expectations") as stage,
    ):
        # the marts of a build made whole are all new
        is_whole = is_whole or (suite != "marts" and not stamp.is_kept(home))
        with Warehouse(home) as store:
            outcomes = validate(suite, store.read, home.quality_docs / suite, run_id, is_whole=is_whole)
            store.validations(_validation_rows(run_id, outcomes))
        stage.advance(n_expected)
        if all(item.success for item in outcomes):
            stamp.write(home, stamp.read(home).after_check(suite, stamp.content_of(home, suite)))
    return outcomes


def require(outcomes: Sequence[Any]) -> None:
    """Raise `CheckFailed` with every expectation that did not hold and what was observed."""
    bad = [item.complaint for item in outcomes if not item.success]
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
    return home.published.exists() and kept.published == mark


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
            published = warehouse.publish(home)
        stamp.write(home, replace(stamp.read(home), published=mark))
        return published


def run(
    home: Home, paths: Sequence[Path] = (), progress: Progress | None = None, *, is_checked: bool = True
) -> RunResult:
    """Ingest, extract, build, check and publish; nothing after extraction when nothing has changed."""
    with writer_lock(home):
        ingested = ingest(home, paths, progress)
        n_extracted = extract(home, progress)
        published = None if is_current(home) else publish(home, progress=progress, is_checked=is_checked)
        return RunResult(ingested, n_extracted, published)


def replay(home: Home, progress: Progress | None = None) -> RunResult:
    """Rebuild from the bytes in `raw/` alone; the published file stays until the new one is checked."""
    with writer_lock(home):
        with warehouse.rebuilt(home):
            ingested = _append(home, replay_batches(home), progress or silent())
            n_extracted = extract(home, progress)
        published = None if is_current(home) else publish(home, progress=progress)
        return RunResult(ingested, n_extracted, published)


def verify(home: Home) -> list[warehouse.Problem]:
    """Look for damage in the stored bytes, the working file and the published file."""
    return warehouse.verify(home)


def forget(home: Home, article_id: str, progress: Progress | None = None) -> warehouse.Forgotten:
    """Remove an article, its bytes and its facts everywhere, then publish without it."""
    with writer_lock(home):
        forgotten = warehouse.forget(home, article_id)
        publish(home, progress=progress)
        return forgotten


def export(home: Home, form: str = "parquet", out: Path | None = None) -> list[Path]:
    """Write the published tables, or its events in an interchange form, for readers to take away."""
    with writer_lock(home):
        return warehouse.export(home, form, out)


def status(home: Home) -> dict[str, str]:
    """What the home holds, in words; opens only the published file, so that it never waits for a writer."""
    waiting = [path for path in home.inbox.rglob("*") if path.is_file()] if home.inbox.exists() else []
    state = {"home": str(home.root), "inbox": f"{len(waiting)} files", "published": "nothing yet"}
    if home.published.exists():
        when = datetime.fromtimestamp(home.published.stat().st_mtime, UTC)
        state["published"] = f"{home.published} ({when:%Y-%m-%d %H:%M} UTC)"
        state |= {name: f"{number:,}" for name, number in reading.counts(home).items()}
    return state
