"""The same articles give the same rows, wherever and however they are read.

Belongs here: whole runs under other surroundings. Does not belong here: order and batches within one extraction
(`tests/ingest/test_extract.py`) and rows within the models (`tests/dbt`).

`make torture` goes through every combination (`RUNS` for some of them, by `SEED`); the other test changes all at once.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from breaking import SECOND, ledger_adds_up, published
from small_world import ARTICLES

from ingest.settings import Home, project_root

_RUN = """
import sys
from pathlib import Path
from ingest import batches, sources
from ingest.extract import engine
from ingest.settings import Home
from orchestration import pipeline
if sys.argv[2] == "small":
    batches.BATCH_BYTES, engine.PART_SENTENCES, engine.PART_WORDS, sources.MAX_BATCH_RECORDS = 9_000, 40, 500, 7
pipeline.run(Home.resolve(sys.argv[1]), [Path(name) for name in sys.argv[3:]], is_checked=False)
"""
_FACTORS = ("zone", "locale", "hash seed", "threads", "batches", "order", "files")
_LANGUAGES = ("tr_TR", "de_DE", "POSIX", "C")


def _rows() -> list[dict[str, Any]]:
    """The small world's articles and those of the sample that lie in lines: 60 articles, two languages."""
    lines = [
        line
        for path in sorted((project_root() / "data" / "sample").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [*ARTICLES, *SECOND, *map(json.loads, lines)]


def _write(folder: Path, rows: Sequence[dict[str, Any]], n_files: int) -> list[Path]:
    folder.mkdir(parents=True)
    paths = [folder / f"{n}.jsonl" for n in range(n_files)]
    for n, path in enumerate(paths):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[n::n_files]), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of compiled locales; where there is no `localedef`, those of the system alone are tried."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef"):
        for name in ("tr_TR", "de_DE"):
            subprocess.run(["localedef", "-i", name, "-f", "UTF-8", folder / f"{name}.UTF-8"], check=False, capture_output=True)
    return folder


def _published(root: Path, rows: Sequence[dict[str, Any]], changed: Sequence[bool], locales: Path, language: str) -> dict[str, Any]:
    """What is published after a run in which these factors are changed."""
    is_elsewhere = dict(zip(_FACTORS, changed, strict=True))
    home = Home.resolve(root / "home")
    mixed = random.Random(7).sample(rows, len(rows))
    paths = _write(root / "in", mixed if is_elsewhere["order"] else rows, 9 if is_elsewhere["files"] else 1)
    env = os.environ | {
        "TZ": "Pacific/Kiritimati" if is_elsewhere["zone"] else "UTC",
        "PYTHONHASHSEED": "4711" if is_elsewhere["hash seed"] else "0",
    }
    name = language + ".UTF-8" * ("_" in language) if is_elsewhere["locale"] else "C.UTF-8"
    # named to Python as well, which else takes UTF-8 for C
    env |= {"LC_ALL": name, "LANG": name, "LOCPATH": str(locales)} | ({"PYTHONCOERCECLOCALE": "0"} if is_elsewhere["locale"] else {})
    if not is_elsewhere["locale"]:
        env.pop("LOCPATH")
    n = "1" if is_elsewhere["threads"] else "4"
    env |= dict.fromkeys(["POLARS_MAX_THREADS", "CHANCERY_THREADS", "CHANCERY_WORKERS"], n)
    size = "small" if is_elsewhere["batches"] else "usual"
    done = subprocess.run(
        [sys.executable, "-c", _RUN, home.root, size, *paths], env=env, cwd=project_root(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert ledger_adds_up(home)
    found = published(home)
    shutil.rmtree(root)
    return found


def _differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, list[Any]]:
    """Rows that stand in one dump alone, a few of each mart."""
    return {
        name: [row for row in [*one[name], *other[name]] if (row in one[name]) != (row in other[name])][:4]
        for name in one
        if one[name] != other[name]
    }


@pytest.mark.slow
def test_nothing_around_a_run_changes_a_row(tmp_path: Path, locales: Path) -> None:
    """Order of input, files, zone, locale, hash seed, threads, batches: all at once, beside a plain run."""
    rows = _rows()
    with ThreadPoolExecutor(2) as pool:
        here = pool.submit(_published, tmp_path / "here", rows, [False] * 7, locales, "")
        elsewhere = pool.submit(_published, tmp_path / "elsewhere", rows, [True] * 7, locales, "tr_TR")
    assert here.result()["meetings"] and _differences(here.result(), elsewhere.result()) == {}


def _combinations() -> Iterator[tuple[int, tuple[bool, ...]]]:
    """Every combination of what is changed, or as many as `RUNS` says."""
    every = list(enumerate(product([False, True], repeat=len(_FACTORS))))[1:]
    yield from random.Random(int(os.environ.get("SEED", "7"))).sample(every, min(int(os.environ.get("RUNS", len(every))), len(every)))


@pytest.mark.torture
@pytest.mark.timeout(4 * 3600)
def test_no_combination_of_surroundings_changes_a_row(tmp_path: Path, locales: Path) -> None:
    rows = _rows()
    here = _published(tmp_path / "here", rows, [False] * 7, locales, "")

    def differences(numbered: tuple[int, tuple[bool, ...]]) -> dict[str, list[Any]]:
        n, changed = numbered
        return _differences(here, _published(tmp_path / str(n), rows, changed, locales, _LANGUAGES[n % len(_LANGUAGES)]))

    with ThreadPoolExecutor(2) as pool:
        n_runs = 0
        for (_, changed), found in zip(_combinations(), pool.map(differences, _combinations()), strict=True):
            n_runs += 1
            assert found == {}, [name for name, is_changed in zip(_FACTORS, changed, strict=True) if is_changed]
    print(f"{n_runs} combinations of {', '.join(_FACTORS)}: the same rows in {len(here)} marts")
