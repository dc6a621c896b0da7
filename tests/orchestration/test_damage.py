"""A flipped bit or a cut tail is found, and a replay mends what the stored bytes can mend.

Belongs here: damage to files at rest. Does not belong here: runs that break (`test_faults.py`).
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from ingest import warehouse
from ingest.errors import DamagedData
from ingest.settings import Home
from orchestration import pipeline

_TIMES = [10, pytest.param(100, marks=pytest.mark.torture)]


def _spoil(path: Path, chooser: random.Random) -> bytes:
    """Flip one bit, or cut a tail; gives the bytes of before."""
    before = path.read_bytes()
    if chooser.random() < 0.5 and len(before) > 1:
        path.write_bytes(before[: chooser.randrange(1, len(before))])
    else:
        place, bit = chooser.randrange(len(before)), chooser.randrange(8)
        path.write_bytes(before[:place] + bytes([before[place] ^ (1 << bit)]) + before[place + 1 :])
    return before


def test_an_unspoilt_home_has_no_damage(home: Home) -> None:
    assert warehouse.verify(home) == []


@pytest.mark.parametrize("times", _TIMES)
def test_all_damage_to_stored_bytes_is_found(home: Home, times: int) -> None:
    chooser = random.Random(times)
    files = sorted(path for path in home.raw.rglob("*") if path.is_file())
    for _ in range(times):
        path = chooser.choice(files)
        before = _spoil(path, chooser)
        assert warehouse.verify(home), path
        path.write_bytes(before)
    assert warehouse.verify(home) == []


@pytest.mark.parametrize("times", _TIMES)
def test_all_damage_to_the_published_file_is_found(home: Home, times: int) -> None:
    chooser = random.Random(times + 1)
    for _ in range(times):
        before = _spoil(home.published, chooser)
        found = warehouse.verify(home)
        assert [problem.where for problem in found] == ["published file"]
        home.published.write_bytes(before)
    assert warehouse.verify(home) == []


def test_a_cut_working_file_is_found_and_replayed(home: Home) -> None:
    whole = home.staging.read_bytes()
    home.staging.write_bytes(whole[: len(whole) // 2])
    assert [problem.where for problem in warehouse.verify(home)] == ["working file"]
    with pytest.raises(DamagedData, match="chancery replay"), warehouse.Warehouse(home):
        pass
    home.staging.unlink()
    assert warehouse.verify(home) == []


def test_a_working_file_that_lost_commits_is_found(home: Home) -> None:
    """A write-ahead log that was cut opens without a word: the ledger tells what is missing."""
    with warehouse.Warehouse(home) as store:
        store.con.execute("DELETE FROM raw.articles WHERE external_id = 'w-1'")
    (found,) = warehouse.verify(home)
    assert found.where == "working file" and "the ledger tells of 3" in found.what


@pytest.mark.torture
def test_a_replay_rebuilds_from_what_is_intact(home: Home) -> None:
    shutil.rmtree(home.warehouse)
    home.ensure()
    result = pipeline.replay(home)
    assert result.ingested.n_ok == 3
    assert warehouse.verify(home) == []


def test_a_replay_over_damaged_bytes_says_which(home: Home) -> None:
    manifest = next(iter(home.raw.glob("*/*.json")))
    manifest.write_bytes(manifest.read_bytes().replace(b"articles", b"artickes", 1))
    published = home.published.read_bytes()
    with pytest.raises(DamagedData, match="is not as it was written"):
        pipeline.replay(home)
    assert home.published.read_bytes() == published
