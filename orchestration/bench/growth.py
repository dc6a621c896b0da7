"""What each stage costs on so many varied articles, and what a thousand new ones cost then.

Belongs here: one size of one input, in a process of its own (`measured`), so that the peak memory is the pipeline's. Does not
belong here: several sizes and the chart (`__main__`, `chart`), and the comparison of marts (`orchestration.load`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import psutil

from ingest.settings import Home, project_root
from orchestration import dbt
from orchestration.bench.extraction import CORPUS
from orchestration.load import cost, ratio, size_of
from orchestration.variants import Variants, read_rows, write

_PER_FILE = 100_000
_N_NEW = 1_000
STAGES = ("ingest", "extract", "near-duplicates", "dbt build", "checks", "publish")
_NEAR_DUPLICATES = ("int_touched_texts", "int_story_pairs", "int_article_stories")
"""The models that find articles that tell the same story in almost the same words."""


def _stages(home: Home, told: dict[str, dict[str, float]]) -> dict[str, float]:
    """Seconds on the clock of each stage; the search for near-duplicates is taken out of the build that it is part of."""
    clock = {name: value["clock"] for name, value in told.items()}
    near = sum(node.seconds for node in dbt.results(home) if node.unique_id.split(".")[2] in _NEAR_DUPLICATES)
    return {
        "ingest": clock["ingest"],
        "extract": clock["extract"],
        "near-duplicates": round(near, 1),
        "dbt build": round(clock["build"] - near, 1),
        "checks": round(sum(value for name, value in clock.items() if name.startswith("check")), 1),
        "publish": clock["publish"],
    }


def _resident(process: psutil.Process) -> int:
    """Bytes in memory of a process, none of one that has ended."""
    with suppress(psutil.Error):
        return process.memory_info().rss
    return 0


@contextmanager
def _peak_mb() -> Iterator[list[int]]:
    """Within: the most memory (MB) that this process and those it started hold together, looked at ten times a second."""
    peak, me, is_over = [0], psutil.Process(), threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            peak[0] = max(peak[0], round(sum(map(_resident, [me, *me.children(recursive=True)])) / 2**20))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield peak
    finally:
        is_over.set()
        looking.join()


def base_rows(source: str) -> list[dict[str, Any]]:
    """The articles of an input that are varied: Reuters' of 1987, where they are, or the sample articles."""
    return read_rows([project_root() / CORPUS] if source == "wire" else ())


def default_input() -> str:
    """News as an agency sends it, where that is at hand, else the sample articles."""
    return "wire" if (project_root() / CORPUS).exists() else "sample"


def make(root: Path, source: str, n: int) -> None:
    """`n` articles as files in `articles/`, and a thousand others in `new.jsonl`."""
    variants = Variants(base_rows(source))
    made, folder = variants.stream(), root / "articles"
    folder.mkdir(parents=True)
    for start in range(0, n, _PER_FILE):
        write(folder / f"part-{start:09}.jsonl", made, min(_PER_FILE, n - start))
    # every third, so that they spread over the days of a year
    write(root / "new.jsonl", islice(variants.stream(n), 0, None, 3), _N_NEW)


def _n_facts(home: Home) -> int:
    """Meetings, events and visits that are published."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        return sum(con.execute(f"select count(*) from marts.{name}").fetchall()[0][0] for name in ("meetings", "events", "visits"))


def measure(root: Path) -> dict[str, Any]:
    """A run over the articles made into an empty home, by stage; then one over the new ones, there and into an empty home."""
    home, empty = Home.resolve(root / "full"), Home.resolve(root / "empty")
    folder, path = root / "articles", root / "new.jsonl"
    with _peak_mb() as peak:
        whole = cost(home, folder)
    found = {
        "articles": whole["articles"],
        "facts": _n_facts(home),
        "seconds": whole["in all"]["clock"],
        "stages": _stages(home, whole["stages"]),
        "models": whole["models"],
        "peak_mb": peak[0],
        "bytes": {"input": size_of(folder), "raw": size_of(home.root / "raw"), "working": size_of(home.staging), "published": size_of(home.published)},
    }
    shutil.rmtree(folder)
    on_empty, on_full = cost(empty, path), cost(home, path)
    return found | {
        "new": {
            "articles": on_full["articles"],
            "seconds on empty": on_empty["in all"]["clock"],
            "seconds on these": on_full["in all"]["clock"],
            "of which the copy that publishes": on_full["stages"]["publish"]["clock"],
            "ratio without the copy": ratio(on_full, on_empty)["clock"],
        }
    }


def measured(source: str, n: int) -> dict[str, Any]:
    """`measure` of `n` articles of this input; they are made in one process and measured in another."""
    code = "import sys; from pathlib import Path; from orchestration.bench import growth"
    with tempfile.TemporaryDirectory(prefix="chancery-growth-") as folder:
        for call in ("growth.make(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))", "growth.told(Path(sys.argv[1]))"):
            command = [sys.executable, "-c", f"{code}; {call}", folder, source, str(n)]
            done = subprocess.run(command, cwd=project_root(), stdout=subprocess.PIPE, text=True, check=True)
    return {"input": source} | json.loads(done.stdout.splitlines()[-1])


def told(root: Path) -> None:
    """Print what `measure` found, as JSON on the last line."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    print(json.dumps(measure(root)))
