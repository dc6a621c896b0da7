"""What a run costs on a full warehouse beside an empty one: `python -m orchestration.load --articles 100000 [BASE…]`.

Belongs here: filling a home with variants (`variants`), timing a run of new ones by stage, comparing marts with those
of a whole rebuild. Does not belong here: the rate of the extraction (`bench`) and anything that the pipeline needs.

Seconds of processor time stand beside seconds on the clock: on a machine that others use, only those can be compared.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import psutil

from ingest import warehouse
from ingest.settings import Home
from orchestration import dbt, pipeline
from orchestration.variants import Variants, read_rows, write

logger = logging.getLogger(__name__)

_PER_FILE = 100_000
_STAGES = ("ingest", "extract", "build", "check")
_ALONE = ("ingest", "extract")
"""Stages that no other process works for; dbt and Great Expectations start up meanwhile."""
_SHOWN_MODELS = 12


def _spent(process: psutil.Process) -> float:
    """Processor time of a process that has not ended."""
    try:
        return sum(process.cpu_times()[:2])
    except psutil.Error:
        return 0.0


@dataclass(frozen=True)
class Seconds:
    """A span on the clock, and the processor time of this process and those it started within it."""

    clock: float = 0.0
    processor: float = 0.0

    @classmethod
    def now(cls, *, is_alone: bool = False) -> Seconds:
        """Both as they stand; `is_alone`: the processor time of this process without others, which may start up beside it."""
        spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        if is_alone:
            return cls(perf_counter(), spent[0].ru_utime + spent[0].ru_stime)
        ended = sum(usage.ru_utime + usage.ru_stime for usage in spent)
        return cls(perf_counter(), ended + sum(map(_spent, psutil.Process().children(recursive=True))))

    def __add__(self, other: Seconds) -> Seconds:
        """Both spans, one after the other."""
        return Seconds(self.clock + other.clock, self.processor + other.processor)

    def __sub__(self, other: Seconds) -> Seconds:
        """What is left of the span without the other."""
        return Seconds(self.clock - other.clock, self.processor - other.processor)

    def shown(self) -> dict[str, float]:
        """For print, to a tenth."""
        return {"clock": round(self.clock, 1), "processor": round(self.processor, 1)}


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return path.stat().st_size if path.is_file() else sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


@contextmanager
def timed_stages() -> Iterator[dict[str, Seconds]]:
    """Within: seconds by stage of every run of the pipeline; checks by suite, the publishing copy apart."""
    seconds: dict[str, Seconds] = {}
    originals = [(pipeline, name, getattr(pipeline, name)) for name in _STAGES] + [
        (warehouse, "publish", warehouse.publish)
    ]

    def timed(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def outer(*args: Any, **kwargs: Any) -> Any:
            is_alone = name in _ALONE
            start = Seconds.now(is_alone=is_alone)
            try:
                return inner(*args, **kwargs)
            finally:
                key = f"{name} {args[1]}" if name == "check" else name
                seconds[key] = seconds.get(key, Seconds()) + (Seconds.now(is_alone=is_alone) - start)

        return outer

    for module, name, inner in originals:
        setattr(module, name, timed(name, inner))
    try:
        yield seconds
    finally:
        for module, name, inner in originals:
            setattr(module, name, inner)


def cost(home: Home, path: Path) -> dict[str, Any]:
    """A run over one file: seconds in all, by stage and without the publishing copy, and the dearest models."""
    start = Seconds.now()
    with timed_stages() as stages:
        result = pipeline.run(home, [path])
    whole = Seconds.now() - start
    nodes = sorted(dbt.results(home), key=lambda node: -node.seconds)[:_SHOWN_MODELS]
    return {
        "articles": result.ingested.n_ok,
        "in all": whole.shown(),
        "without the copy": (whole - stages["publish"]).shown(),
        "stages": {name: value.shown() for name, value in stages.items()},
        "models": {node.unique_id.split(".")[2]: round(node.seconds, 1) for node in nodes},
    }


def ratio(full: dict[str, Any], empty: dict[str, Any]) -> dict[str, float]:
    """How many times what it costs on an empty home a run costs on a full one, the publishing copy left out of both."""
    one, other = full["without the copy"], empty["without the copy"]
    return {name: round(one[name] / other[name], 2) for name in one}


def dump(home: Home) -> dict[str, list[tuple]]:
    """Every published mart as its rows in order, the snapshot's name left out."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        names = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        ).fetchall()
        return {
            name: con.execute(
                f"select {'* exclude (snapshot_id, first_seen_at)' if name == 'articles' else '*'} "
                f"from marts.{name} order by all"
            ).fetchall()
            for (name,) in names
        }


def differences(one: Home, other: Home) -> list[str]:
    """The marts that differ between two homes, by content hash where they are large."""
    sql = "select count(*), sum(hash(t)::hugeint) from (select * {left_out} from marts.{name}) as t"
    found = []
    with (
        duckdb.connect(str(one.published), read_only=True) as a,
        duckdb.connect(str(other.published), read_only=True) as b,
    ):
        listed = "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        names = [name for (name,) in a.execute(listed).fetchall()]
        if names != [name for (name,) in b.execute(listed).fetchall()]:
            return ["the list of tables"]
        for name in names:
            query = sql.format(
                name=name, left_out="exclude (snapshot_id, first_seen_at)" if name == "articles" else ""
            )
            if a.execute(query).fetchone() != b.execute(query).fetchone():
                found.append(name)
    return found


def fill(home: Home, made: Iterator[dict[str, Any]], n: int) -> None:
    """Bring `n` articles in, file by file, then build, check and publish once."""
    home.ensure()
    with tempfile.TemporaryDirectory(dir=home.root) as folder:
        for start in range(0, n, _PER_FILE):
            path = write(Path(folder) / f"part-{start}.jsonl", made, min(_PER_FILE, n - start))
            pipeline.ingest(home, [path])
            path.unlink()
            logger.info("%d articles read", start + _PER_FILE)
    with timed_stages() as stages:
        pipeline.run(home)
    logger.info("filled: %s", {name: value.shown() for name, value in stages.items()})


def measure(root: Path, base: list[Path], n: int, n_new: int) -> dict[str, Any]:
    """The cost of `n_new` articles on an empty home and on one of `n`, and whether a whole rebuild gives the same."""
    variants = Variants(read_rows(base))
    root.mkdir(parents=True, exist_ok=True)
    full, empty = Home.resolve(root / "full"), Home.resolve(root / "empty")
    fill(full, variants.stream(), n)
    # every third, so that they spread over the days of a year
    path = write(root / "new.jsonl", islice(variants.stream(n), 0, None, 3), n_new)
    found: dict[str, Any] = {"articles": n, "empty": cost(empty, path), "full": cost(full, path)}
    found["ratio"] = ratio(found["full"], found["empty"])
    logger.info("%s", json.dumps(found, indent=1))
    again = Home.resolve(root / "again")
    shutil.copytree(full.root, again.root)
    pipeline.build(again, is_whole=True)
    pipeline.publish(again)
    return found | {"differs": differences(full, again)}


def main() -> None:
    """Measure and print, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path, nargs="*", help="JSONL files; default: the sample articles")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="folder to work in and to leave; default: a temporary one")
    chosen = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stderr)
    root = chosen.keep or Path(tempfile.mkdtemp(prefix="chancery-load-"))
    try:
        print(json.dumps(measure(root, chosen.base, chosen.articles, chosen.new), indent=1))
    finally:
        if not chosen.keep:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    os.environ.setdefault("DO_NOT_TRACK", "1")
    main()
