"""Another engine gives the same facts, whatever becomes of its workers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import polars as pl
import psutil
import pytest

from ingest.batches import batch_bytes, n_workers
from ingest.errors import EnvironmentProblem, UsageError
from ingest.extract import extract, extract_in_parts
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import engines, pipeline
from orchestration.engines import isolated, on_ray
from orchestration.engines.__main__ import differing, facts
from orchestration.variants import Variants, read_rows, write

N_ARTICLES, BATCH_BYTES = 160, 35_000


def _articles() -> pl.DataFrame:
    rows = read_rows()[:40]
    made = {name: [row.get(name) for row in rows] for name in ("title", "text", "source", "published_date")}
    return pl.DataFrame({"article_id": [row["id"] for row in rows], **made, "language": ["en"] * len(rows)}).with_columns(
        pl.col("published_date").str.to_date()
    )


def test_facts_come_back_from_arrow_as_they_went() -> None:
    parts = [*extract_in_parts(_articles()), extract(_articles().head(1))]
    sent = [row for part in parts for row in on_ray.pack(part).to_pylist()]
    back = list(on_ray.unpack(sent))
    assert len(back) == len(parts)
    for part, other in zip(parts, back, strict=True):
        assert part.keys() == other.keys()
        assert all(frame.equals(other[name]) and frame.schema == other[name].schema for name, frame in part.items())


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANCERY_ENGINE", "abacus")
    with pytest.raises(UsageError, match="abacus: the engines are local, ray"):
        engines.engine()


@pytest.mark.parametrize("told", ["0", "-1", "many", "1.5"])
def test_a_size_that_is_none_is_refused(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, asked in {"CHANCERY_WORKERS": n_workers, "CHANCERY_BATCH_BYTES": batch_bytes}.items():
        with monkeypatch.context() as patched:
            patched.setenv(name, told)
            with pytest.raises(UsageError, match=f"{name}={told}"):
                asked()


def test_a_worker_of_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = extract(_articles().head(2))
    monkeypatch.setattr(on_ray, "extractor_version", lambda: "x0")
    with pytest.raises(EnvironmentProblem, match="another version"):
        on_ray._of_this_version(facts)


def test_no_engine_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in (*on_ray._ALWAYS, *on_ray._ALONE, "RAY_AUTH_TOKEN"):
        monkeypatch.setenv(name, "")
    with pytest.raises(EnvironmentProblem, match=r"pip install 'chancery\[ray\]'"):
        next(on_ray.facts_of([_articles(), _articles()], extract_in_parts))


def test_ray_does_not_start_for_a_single_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert list(on_ray.facts_of([], extract_in_parts)) == []
    (facts,) = on_ray.facts_of([_articles().head(2)], extract_in_parts)
    assert facts["extractions"].height == 2


def _kill_a_worker_at_work() -> str:
    """End a worker in the middle of a batch; gives its title."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        for process in psutil.Process().children(recursive=True):
            try:
                title = " ".join(process.cmdline())
                if title.startswith("ray::MapBatches"):
                    os.kill(process.pid, signal.SIGKILL)
                    return title
            except (psutil.Error, ProcessLookupError):
                continue
        sleep(0.02)
    raise AssertionError("no worker was seen at work")


@pytest.mark.slow
@pytest.mark.timeout(900)  # a busy machine starts Ray in minutes
@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None and not os.environ.get("CI"), reason="the extra `ray` is not installed"
)
def test_two_workers_one_of_them_killed_give_the_rows_of_a_local_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Ray, one article breaking its reading, a worker killed mid-way: row for row what threads give."""
    path = write(tmp_path / "articles.jsonl", Variants(read_rows()).stream(), N_ARTICLES)
    monkeypatch.setenv("CHANCERY_WORKERS", "2")
    monkeypatch.setenv("CHANCERY_BATCH_BYTES", str(BATCH_BYTES))
    # Ray keeps what it is told in the environment; other tests have theirs
    for name in (*on_ray._ALWAYS, *on_ray._ALONE, "RAY_AUTH_TOKEN"):
        monkeypatch.setenv(name, "")
    homes = {name: Home.resolve(tmp_path / name) for name in engines.ENGINES}
    pipeline.ingest(homes["local"], [path])
    shutil.copytree(homes["local"].root, homes["ray"].root)
    with Warehouse(homes["local"]) as store:
        poison = store.read("select min(article_id) as a from raw.articles")["a"].item()

    def breaks_on_one(articles: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
        def reading(some: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
            if (some["article_id"] == poison).any():
                raise RuntimeError("no appetite")
            return extract_in_parts(some)

        # in this process for the length of the test, in a worker for its life
        isolated.read_facts = reading
        yield from isolated.read_safely(articles)

    monkeypatch.setattr(isolated, "read_facts", isolated.read_facts)
    monkeypatch.setattr(pipeline, "read_safely", breaks_on_one)
    assert pipeline.extract(homes["local"]) == N_ARTICLES

    killed: list[str] = []
    write_facts = Warehouse.write_facts

    def write_and_kill(self: Warehouse, *given: object) -> None:
        write_facts(self, *given)
        if not killed:
            killed.append(_kill_a_worker_at_work())

    monkeypatch.setattr(Warehouse, "write_facts", write_and_kill)
    monkeypatch.setenv("CHANCERY_ENGINE", "ray")
    assert pipeline.extract(homes["ray"]) == N_ARTICLES
    assert len(killed) == 1
    local, other = (facts(home) for home in homes.values())
    assert local["extractions"].filter(pl.col("outcome") == "failed")["article_id"].to_list() == [poison]
    assert {name: frame.height for name, frame in other.items()} == {n: f.height for n, f in local.items()}
    assert differing(local, other) == []
