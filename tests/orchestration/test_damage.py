"""A flipped bit or a cut tail is found, and a replay mends what the stored bytes can mend.

Belongs here: damage to files at rest. Does not belong here: runs that break (`test_faults.py`).
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from breaking import SECOND, command, published
from small_world import write_articles

from ingest import warehouse
from ingest.errors import DamagedData, EnvironmentProblem
from ingest.settings import Home
from ingest.warehouse.publishing import content_hash
from orchestration import pipeline

_TIMES = [8, pytest.param(100, marks=pytest.mark.torture)]


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


def _content(home: Home) -> str:
    """What the rows of the working file are, all tables."""
    with duckdb.connect() as con:
        con.execute(f"attach '{home.staging}' as work (read_only)")
        return content_hash(con, "work")


def _found_or_harmless(home: Home, path: Path, times: int) -> int:
    """Spoil a file so many times; what is not found has changed no row. Gives how many were found."""
    whole, chooser, n_found = _content(home), random.Random(times + 2), 0
    assert warehouse.verify(home) == []
    for _ in range(times):
        before = _spoil(path, chooser)
        is_found = bool(warehouse.verify(home))
        assert is_found or _content(home) == whole
        n_found += is_found
        path.write_bytes(before)
    assert warehouse.verify(home) == []
    return n_found


@pytest.mark.parametrize("times", _TIMES)
def test_damage_to_the_working_file_is_found_where_it_meets_a_row(home: Home, times: int) -> None:
    n_found = _found_or_harmless(home, home.staging, times)
    print(f"working file: {n_found} of {times} found, the others changed no row")
    assert n_found > times / 2


@pytest.mark.parametrize("times", _TIMES)
def test_damage_to_the_write_ahead_log_is_found_where_it_loses_a_row(home: Home, times: int) -> None:
    """A log that was cut opens without a word: the stored bytes tell what the ledger should tell of."""
    path = write_articles(home.root.parent / "second.jsonl", SECOND)
    broken = command(home, "ingest", str(path), fault="ingest.after_commit:kill")
    log = home.staging.with_name(home.staging.name + ".wal")
    assert broken.is_killed and log.stat().st_size
    n_found = _found_or_harmless(home, log, times)
    print(f"write-ahead log: {n_found} of {times} found, the others changed no row")
    assert n_found > times / 2


def test_what_is_looked_at_while_another_writes_is_not_called_damaged(home: Home) -> None:
    code = "import sys,time\nfrom ingest import warehouse\nfrom ingest.settings import Home\nhome = Home.resolve(sys.argv[1])\n" \
        "with warehouse.writer_lock(home), warehouse.Warehouse(home):\n print('writing', flush=True)\n time.sleep(60)"  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code, str(home.root)], stdout=subprocess.PIPE) as writing:
        assert writing.stdout.readline() == b"writing\n"
        with pytest.raises(EnvironmentProblem, match=f"is being written by process {writing.pid}"):
            pipeline.verify(home)
        writing.kill()


def test_a_missing_home_is_told(tmp_path: Path) -> None:
    told = command(Home.resolve(tmp_path / "nowhere"), "verify")
    assert told.code == 3 and f"there is no folder {tmp_path / 'nowhere'}" in told.said
    assert not (tmp_path / "nowhere").exists()


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


def test_a_published_file_that_is_damaged_where_its_hash_does_not_look_is_published_anew(home: Home) -> None:
    with home.published.open("ab") as file:
        file.write(b"x")
    assert [problem.where for problem in warehouse.verify(home)] == ["published file"]
    assert warehouse.publish(home).changed
    assert warehouse.verify(home) == []
    assert not warehouse.publish(home).changed


@pytest.mark.torture
@pytest.mark.parametrize("spoilt", ["all", "published", "staging"])
def test_a_replay_rebuilds_from_what_is_intact(home: Home, spoilt: str) -> None:
    rows = published(home)
    if spoilt == "all":
        shutil.rmtree(home.warehouse)
        home.ensure()
    else:
        path = getattr(home, spoilt)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert warehouse.verify(home)
    result = pipeline.replay(home)
    assert result.ingested.n_ok == 3
    assert warehouse.verify(home) == [] and published(home) == rows


def test_a_replay_over_damaged_bytes_says_which(home: Home) -> None:
    manifest = next(iter(home.raw.glob("*/*.json")))
    manifest.write_bytes(manifest.read_bytes().replace(b"articles", b"artickes", 1))
    before = home.published.read_bytes()
    with pytest.raises(DamagedData, match="is not as it was written"):
        pipeline.replay(home)
    assert home.published.read_bytes() == before
