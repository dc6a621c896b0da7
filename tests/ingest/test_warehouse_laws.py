"""Laws of the warehouse files: nothing twice, nothing lost, one writer, an atomic swap, damage found."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingest import warehouse
from ingest.articles import admit
from ingest.errors import DamagedData, EnvironmentProblem, UsageError
from ingest.settings import Home
from ingest.sources import read_path, store
from ingest.warehouse import Warehouse, writer_lock

MARKER = "xylograph-marker-4711"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    made = Home(tmp_path / "home")
    made.ensure()
    return made


def _write(path: Path, *texts: str) -> Path:
    path.write_text(
        "".join(
            json.dumps({"id": f"r{n}", "text": text, "published_date": "2025-07-25"}) + "\n"
            for n, text in enumerate(texts)
        )
    )
    return path


def _load(home: Home, path: Path) -> list[dict]:
    with Warehouse(home) as working:
        return [working.append(admit(b), b.path, b.sha256, b.arrived_at) for b in read_path(path, home)]


def _marts(home: Home) -> None:
    """The least that publishing and verifying need of the marts."""
    with Warehouse(home) as working:
        working.con.execute("CREATE SCHEMA IF NOT EXISTS marts")
        working.con.execute(
            "CREATE OR REPLACE TABLE marts.articles AS SELECT *, 's1' AS snapshot_id FROM raw.articles"
        )
        working.con.execute("CREATE OR REPLACE TABLE marts.evidence AS SELECT * FROM facts.evidence")
        working.con.execute(
            "CREATE OR REPLACE TABLE marts.meetings AS SELECT fact_id AS meeting_id FROM facts.meetings"
        )
        working.con.execute(
            "CREATE OR REPLACE TABLE marts.events AS SELECT fact_id AS event_id FROM facts.events"
        )
        working.con.execute(
            "CREATE OR REPLACE TABLE marts.statements AS SELECT fact_id AS statement_id, * FROM facts.statements"
        )


def test_the_same_inputs_again_change_nothing(home: Home, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", "Norway met Iceland.", "Chad met Niger.", "Chad met Niger.")
    first = _load(home, path)[0]
    assert (first["n_in"], first["n_ok"], first["n_duplicate"], first["n_quarantined"]) == (3, 3, 0, 0)
    again = _load(home, path)[0]
    assert again["already_loaded"] and again["n_ok"] == 0
    with Warehouse(home) as working:
        assert working.counts()["raw.ledger"] == 1


def test_every_input_is_counted_once(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    good = json.dumps({"id": "x", "text": "Norway met Iceland.", "published_date": "2025-07-25"})
    path.write_text(f"{good}\n{good}\nnot json\n{{}}\n")
    row = _load(home, path)[0]
    assert row["n_in"] == row["n_ok"] + row["n_duplicate"] + row["n_quarantined"] == 4
    assert (row["n_ok"], row["n_duplicate"], row["n_quarantined"]) == (1, 1, 2)


def test_a_second_writer_is_told_who_writes(home: Home) -> None:
    code = "import sys;from ingest.settings import Home;from ingest.warehouse import writer_lock\nwith writer_lock(Home.resolve(sys.argv[1])): pass"
    with writer_lock(home), writer_lock(home):
        done = subprocess.run(
            [sys.executable, "-c", code, str(home.root)], capture_output=True, text=True, check=False
        )
    assert "is being written by process" in done.stderr
    again = subprocess.run(
        [sys.executable, "-c", code, str(home.root)], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0


def test_publishing_swaps_under_an_open_reader(home: Home, tmp_path: Path) -> None:
    _load(home, _write(tmp_path / "a.jsonl", "Norway met Iceland."))
    _marts(home)
    assert warehouse.publish(home).changed
    reader = duckdb.connect(str(home.published), read_only=True)
    _load(home, _write(tmp_path / "b.jsonl", "Chad met Niger."))
    _marts(home)
    assert warehouse.publish(home).changed
    assert reader.execute("SELECT count(*) FROM raw.articles").fetchone() == (1,)
    reader.close()
    with duckdb.connect(str(home.published), read_only=True) as fresh:
        assert fresh.execute("SELECT count(*) FROM raw.articles").fetchone() == (2,)
    assert not list(home.warehouse.glob("*.wal")) and not list(home.warehouse.glob(".publish-*"))


def test_unchanged_content_leaves_the_file_untouched(home: Home, tmp_path: Path) -> None:
    _load(home, _write(tmp_path / "a.jsonl", "Norway met Iceland."))
    _marts(home)
    warehouse.publish(home)
    before = home.published.stat()
    assert not warehouse.publish(home).changed
    assert (before.st_ino, before.st_mtime_ns) == (
        home.published.stat().st_ino,
        home.published.stat().st_mtime_ns,
    )


def test_a_failed_publish_leaves_the_old_file(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _load(home, _write(tmp_path / "a.jsonl", "Norway met Iceland."))
    _marts(home)
    warehouse.publish(home)
    before = home.published.read_bytes()
    _load(home, _write(tmp_path / "b.jsonl", "Chad met Niger."))
    _marts(home)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.warehouse.publishing._sync", no_space)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        warehouse.publish(home)
    assert home.published.read_bytes() == before and not list(home.warehouse.glob(".publish-*"))


def test_damage_is_found(home: Home, tmp_path: Path) -> None:
    _load(
        home,
        _write(
            tmp_path / "a.jsonl", *(f"Norway met Iceland for the {n}th time in Oslo." for n in range(200))
        ),
    )
    _marts(home)
    warehouse.publish(home)
    assert warehouse.verify(home) == []
    good = home.published.read_bytes()
    used = [n for n in range(12_288, len(good)) if good[n : n + 12] == b"Norway met I"]
    for at in used[:: max(1, len(used) // 5)]:
        home.published.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert warehouse.verify(home), at
    home.published.write_bytes(good[: len(good) // 2])
    assert warehouse.verify(home)
    home.published.write_bytes(good)
    kept = next(p for p in home.raw.glob("??/*") if "." not in p.name)
    kept.write_bytes(kept.read_bytes()[:-1])
    assert [p.where for p in warehouse.verify(home)] == ["raw store"]


def test_a_damaged_working_file_names_the_way_out(home: Home) -> None:
    home.staging.write_bytes(b"no database")
    with pytest.raises(DamagedData, match="chancery replay"), Warehouse(home):
        pass


def test_a_broken_replay_brings_the_old_file_back(home: Home, tmp_path: Path) -> None:
    _load(home, _write(tmp_path / "a.jsonl", "Norway met Iceland."))
    with pytest.raises(RuntimeError), warehouse.rebuilt(home):
        raise RuntimeError
    with Warehouse(home) as working:
        assert working.counts()["raw.articles"] == 1


@pytest.mark.parametrize("others", [0, 2])
def test_a_forgotten_article_leaves_no_byte_and_stays_away(home: Home, tmp_path: Path, others: int) -> None:
    path = _write(
        tmp_path / "a.jsonl",
        f"Norway met Iceland. {MARKER}",
        *(f"Chad met Niger {n} times." for n in range(others)),
    )
    _load(home, path)
    with Warehouse(home) as working:
        article_id = working.con.execute(
            "SELECT article_id FROM raw.articles WHERE contains(text, ?)", [MARKER]
        ).fetchone()[0]
    warehouse.forget(home, article_id)
    left = [p for p in home.root.rglob("*") if p.is_file() and MARKER.encode() in p.read_bytes()]
    assert left == []
    row = _load(home, _write(tmp_path / "again.jsonl", f"Norway met Iceland. {MARKER}", "Togo met Benin."))[0]
    assert (row["n_ok"], row["n_quarantined"]) == (1, 1)
    with Warehouse(home) as working:
        assert working.con.execute("SELECT DISTINCT reason FROM raw.quarantine").fetchall() == [
            ("forgotten",)
        ]
        assert working.counts()["raw.articles"] == others + 1


def test_forgetting_what_is_not_there_is_a_usage_error(home: Home) -> None:
    with pytest.raises(UsageError, match="no article"):
        warehouse.forget(home, "a" + "0" * 20)


def test_replay_store_keeps_the_first_arrival(home: Home, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", "Norway met Iceland.")
    _load(home, path)
    when = store.arrivals(home.raw)[0].when
    _load(home, path)
    assert [a.when for a in store.arrivals(home.raw)] == [when] and isinstance(when, datetime)
