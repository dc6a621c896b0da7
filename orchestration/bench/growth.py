"""What each stage costs on so many varied articles, and what a thousand new ones cost then: `python -m orchestration.bench.growth 10000`.

Belongs here: one size, in this process, so that the peak memory is its own. Does not belong here: several sizes and the
chart (`__main__`, `chart`), and the comparison of marts (`orchestration.load`).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.settings import Home
from orchestration import dbt
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


def _peak_mb() -> int:
    """The most memory that this process held, or any of those it started."""
    return round(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024)


def measure(root: Path, n: int) -> dict[str, Any]:
    """A run over `n` articles into an empty home, by stage; then one over a thousand new ones, there and into an empty home."""
    variants = Variants(read_rows())
    made, folder = variants.stream(), root / "articles"
    folder.mkdir(parents=True)
    for start in range(0, n, _PER_FILE):
        write(folder / f"part-{start:09}.jsonl", made, min(_PER_FILE, n - start))
    home, empty = Home.resolve(root / "full"), Home.resolve(root / "empty")
    whole = cost(home, folder)
    found = {
        "articles": whole["articles"],
        "seconds": whole["in all"]["clock"],
        "stages": _stages(home, whole["stages"]),
        "peak_mb": _peak_mb(),
        "bytes": {"input": size_of(folder), "raw": size_of(home.root / "raw"), "working": size_of(home.staging), "published": size_of(home.published)},
    }
    shutil.rmtree(folder)
    # every third, so that they spread over the days of a year
    path = write(root / "new.jsonl", islice(variants.stream(n), 0, None, 3), _N_NEW)
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


def main(n: int) -> None:
    """Measure and print, as JSON on the last line."""
    with tempfile.TemporaryDirectory(prefix="chancery-growth-") as folder:
        print(json.dumps(measure(Path(folder), n)))


if __name__ == "__main__":
    os.environ.setdefault("DO_NOT_TRACK", "1")
    main(int(sys.argv[1]))
