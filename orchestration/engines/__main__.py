"""The engines beside each other: `python -m orchestration.engines --articles 5000`.

Belongs here: the same articles extracted by threads and by Ray, their times, and whether every row is the same.
Does not belong here: the rate of the extraction itself (`orchestration.bench`).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import polars as pl

from ingest import tables
from ingest.batches import BATCH_BYTES, n_workers
from ingest.settings import Home, environment_with
from ingest.warehouse import Warehouse
from orchestration import engines, pipeline
from orchestration.variants import Variants, read_rows, write


def facts(home: Home) -> dict[str, pl.DataFrame]:
    """Every facts table of the working file, in the order of its rows."""
    with Warehouse(home) as store:
        return {table.name: store.read(f"select * from {table.address} order by rowid") for table in tables.FACTS}


def differing(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The tables that do not have the same rows in the same order."""
    return [name for name, frame in one.items() if not frame.equals(other[name])]


def _seconds(engine: str, home: Home, path: Path) -> tuple[float, float]:
    """Until the first facts are written, and in all."""
    pipeline.ingest(home, [path])
    first: list[float] = []
    write_facts = Warehouse.write_facts

    def noted(self: Warehouse, *given: object) -> None:
        first.append(perf_counter())
        write_facts(self, *given)

    start = perf_counter()
    Warehouse.write_facts = noted
    try:
        with environment_with(engines.ENGINE_VARIABLE, engine):
            pipeline.extract(home)
    finally:
        Warehouse.write_facts = write_facts
    return first[0] - start, perf_counter() - start


def main() -> None:
    """Extract by each engine and print; exit code 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=5_000)
    n = parser.parse_args().articles
    found = {}
    print(f"{n:,} articles, {n_workers()} workers, {os.cpu_count()} cores")
    print(f"{'engine':10} {'first facts after':>18} {'in all':>10}")
    with tempfile.TemporaryDirectory(prefix="chancery-engines-") as folder:
        path = write(Path(folder) / "articles.jsonl", Variants(read_rows()).stream(), n)
        # four batches a worker at least: a single one does not start Ray
        most = min(max(path.stat().st_size // (4 * n_workers()), 1), BATCH_BYTES)
        os.environ.setdefault("CHANCERY_BATCH_BYTES", str(most))
        for engine in engines.ENGINES:
            home = Home.resolve(Path(folder) / engine)
            first, whole = _seconds(engine, home, path)
            found[engine] = facts(home)
            print(f"{engine:10} {first:16.1f} s {whole:8.1f} s", flush=True)
    local = found.pop("local")
    differ = {engine: differing(local, other) for engine, other in found.items()}
    n_rows = sum(frame.height for frame in local.values())
    for engine, names in differ.items():
        told = f"differs in {', '.join(names)}" if names else f"the same {n_rows:,} rows in the same order"
        print(f"{engine}: {told}")
    sys.exit(1 if any(differ.values()) else 0)


if __name__ == "__main__":
    main()
