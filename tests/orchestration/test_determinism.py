"""The same articles give the same rows, wherever and however they are read.

Belongs here: whole runs under other surroundings. Does not belong here: order and batches within one extraction
(`tests/ingest/test_extract.py`) and rows within the models (`tests/dbt`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import SECOND, command, ledger_adds_up, published
from small_world import ARTICLES, write_articles

from ingest.settings import Home

_ROWS = (*ARTICLES, *SECOND)
_ELSEWHERE = {
    "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711",
    "POLARS_MAX_THREADS": "1", "CHANCERY_THREADS": "1", "CHANCERY_WORKERS": "1",
}  # fmt: skip
_HERE = {
    "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0",
    "POLARS_MAX_THREADS": "4", "CHANCERY_THREADS": "4", "CHANCERY_WORKERS": "2",
}  # fmt: skip


def _home(root: Path, files: list[Path], surroundings: dict[str, str]) -> Home:
    home = Home.resolve(root)
    done = command(home, "run", *map(str, files), **surroundings)
    assert done.code == 0, done.said
    assert ledger_adds_up(home)
    return home


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """All articles in one file, read on a plain machine."""
    root = tmp_path_factory.mktemp("here")
    return _home(root / "home", [write_articles(root / "all.jsonl", _ROWS)], _HERE)


@pytest.mark.torture
def test_zone_locale_hash_seed_and_threads_change_nothing(here: Home, tmp_path: Path) -> None:
    files = [write_articles(tmp_path / "all.jsonl", _ROWS)]
    assert published(_home(tmp_path / "home", files, _ELSEWHERE)) == published(here)
