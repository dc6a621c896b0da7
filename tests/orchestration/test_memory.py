"""Memory holds to the size of a batch, whatever the number of articles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import Home
from ingest.warehouse import Warehouse, working
from orchestration import pipeline
from orchestration.variants import Variants, read_rows, write

N_SMALL, N_LARGE, ARTICLE_BYTES = 4_000, 16_000, 5_000
SETTINGS = {"CHANCERY_BATCH_BYTES": "1000000", "CHANCERY_MEMORY_LIMIT": "50MB", "CHANCERY_WORKERS": "2", "CHANCERY_THREADS": "2"}
TOLERATED_MB = 80
"""The larger corpus has 60 MB more of text; held as records, frame and Arrow it would take thrice that. DuckDB's cache and the
allocator's leftovers take what is tolerated: 37 MB were seen."""

# The reading of a sentence takes the same memory each time (`test_extraction_laws`); what would grow is what is held around it.
_PEAK = """
import sys
from pathlib import Path
import polars as pl
from ingest import tables
from ingest.extract import extractor_version
from ingest.settings import Home
from orchestration import pipeline

def reads_nothing(articles):
    done = articles.select("article_id", pl.lit(extractor_version()).alias("extractor_version"),
                           pl.lit("ok").alias("outcome"), pl.lit(0).alias("n_sentences"))
    yield {t.name: t.empty() for t in tables.FACTS} | {"extractions": tables.FACTS_EXTRACTIONS.conform(done)}

pipeline.read_safely = reads_nothing
home = Home.resolve(sys.argv[1])
n_ok = pipeline.ingest(home, [Path(sys.argv[2])]).n_ok
assert pipeline.extract(home) == n_ok == int(sys.argv[3]), n_ok
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


def _peak_mb(folder: Path, n: int) -> float:
    """Most memory of a process that takes in and hands out `n` articles."""
    rows = read_rows()
    path = folder / f"{n}.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for number in range(n):
            row = rows[number % len(rows)]
            text = f"Report {number}. " + row["text"] * (ARTICLE_BYTES // len(row["text"]) + 1)
            made = {"id": str(number), "published_date": "2025-08-01", "language": "en", "text": text[:ARTICLE_BYTES]}
            out.write(json.dumps(made) + "\n")
    command = [sys.executable, "-c", _PEAK, str(folder / f"home-{n}"), str(path), str(n)]
    done = subprocess.run(command, env=os.environ | SETTINGS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1]) / 1024


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_four_times_the_articles_are_not_held_in_memory(tmp_path: Path) -> None:
    small, large = (_peak_mb(tmp_path, n) for n in (N_SMALL, N_LARGE))
    assert large - small < TOLERATED_MB, f"{small:.0f} MB for {N_SMALL:,} articles, {large:.0f} MB for {N_LARGE:,}"


def test_articles_are_found_a_run_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in the order of the file, in batches of the size that is set."""
    monkeypatch.setenv("CHANCERY_BATCH_BYTES", "20000")
    monkeypatch.setattr(working, "PENDING_ROWS", 20)
    home = Home.resolve(tmp_path / "home")
    pipeline.ingest(home, [write(tmp_path / "articles.jsonl", Variants(read_rows()).stream(), 60)])
    with Warehouse(home) as store:
        batches = list(store.pending("x0"))
        ordered = store.read("select article_id from raw.articles order by rowid")["article_id"].to_list()
        assert not store.read("select * from duckdb_tables() where table_name = 'unread'").height
    found = [article_id for batch in batches for article_id in batch["article_id"]]
    assert len(batches) > 4 and sorted(found) == sorted(ordered)
    place = {article_id: at for at, article_id in enumerate(ordered)}
    last = [max(place[a] for a in batch["article_id"]) for batch in batches]
    assert last == sorted(last)
    assert all(batch["text"].str.len_bytes().sort()[:-1].sum() <= 20_000 for batch in batches)
