"""Laws of the warehouse files: nothing is lost, readers see whole builds only, damage is found, the forgotten is gone."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
import pytest

from ingest import tables, warehouse
from ingest.articles import admit
from ingest.errors import DamagedData, EnvironmentProblem, UsageError
from ingest.polling.pending import note
from ingest.settings import Home
from ingest.sources import read_path, replay_batches, store
from ingest.warehouse import Warehouse, publishing, working

NOW = datetime(2025, 11, 14, 12)
TEXT = "The foreign ministers of Norway and Latvia met in Riga on Friday to talk about fish, officials said. Number {}."
MARK = "xylographic zephyr marmalade"
_MARTS = (
    "CREATE SCHEMA IF NOT EXISTS marts",
    "CREATE OR REPLACE TABLE marts.articles AS SELECT article_id, title, text, NULL::VARCHAR AS snapshot_id FROM raw.articles",
    "CREATE OR REPLACE TABLE marts.evidence AS SELECT 'meeting' AS fact_kind, 'm' || article_id AS fact_id, article_id, "
    "4 AS char_start, 21 AS char_end, substring(text, 5, 17) AS evidence FROM raw.articles",
    "CREATE OR REPLACE TABLE marts.statements AS SELECT 's' || article_id AS statement_id, article_id, 0 AS char_start, "
    "3 AS char_end, substring(text, 1, 3) AS quote FROM raw.articles",
    "CREATE OR REPLACE TABLE marts.meetings AS SELECT 'm' || article_id AS meeting_id FROM raw.articles",
    "CREATE OR REPLACE TABLE marts.events AS SELECT 'e' || article_id AS event_id FROM raw.articles",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state folder."""
    return Home(tmp_path / "home")


def record(n: int, text: str | None = None) -> dict[str, str]:
    """One input record."""
    return {"id": f"r{n}", "text": text or TEXT.format(n), "published_date": "2025-11-14", "language": "en"}


def load(home: Home, records: list[dict[str, str]], name: str = "in.jsonl") -> list[dict[str, object]]:
    """Put the records into a file, read it and append it: the ledger rows."""
    path = home.root.parent / name
    path.write_text("".join(json.dumps(row) + "\n" for row in records), encoding="utf-8")
    rows = []
    with Warehouse(home) as house:
        for batch in read_path(path, home):
            rows.append(house.append(admit(batch), batch.path, batch.sha256, batch.arrived_at))
    return rows


def build(home: Home) -> None:
    """The least marts that publishing and verifying need, in the working file."""
    with Warehouse(home) as house:
        for sql in _MARTS:
            house.con.execute(sql)


def published(home: Home, n: int = 3) -> Home:
    """The home with n articles, published."""
    load(home, [record(i) for i in range(n)])
    build(home)
    warehouse.publish(home)
    return home


def ids(home: Home) -> list[str]:
    """The articles' ids, in the order of their records."""
    with Warehouse(home) as house:
        return house.read("SELECT article_id FROM raw.articles ORDER BY external_id")["article_id"].to_list()


def facts_for(article_ids: list[str], version: str = "x1") -> dict[str, pl.DataFrame]:
    """Facts frames that hold one extraction and one meeting with a participant for each article."""
    frames = {table.name: table.empty() for table in tables.FACTS}
    n = len(article_ids)
    facts = [f"m{version}{article}" for article in article_ids]
    frames["extractions"] = pl.DataFrame(
        {
            "article_id": article_ids,
            "extractor_version": [version] * n,
            "outcome": ["ok"] * n,
            "n_sentences": [1] * n,
        }
    )
    blank = {column.name: [None] * n for column in tables.FACTS_MEETINGS.columns}
    filled = {
        "fact_id": facts, "article_id": article_ids, "status": ["occurred"] * n, "format": ["call"] * n,
        "level": ["head"] * n, "date_precision": ["unknown"] * n, "codes": [["LVA", "NOR"]] * n, "topics": [[]] * n,
        "confidence": [0.9] * n,
    }  # fmt: skip
    frames["meetings"] = pl.DataFrame(blank | filled, schema=tables.FACTS_MEETINGS.polars_schema)
    person = {"fact_id": facts, "actor_key": ["l:a:NOR"] * n, "name": ["A"] * n, "role": [None] * n}
    frames["meeting_participants"] = pl.DataFrame(
        person | {"role_class": [None] * n, "code": ["NOR"] * n},
        schema=tables.FACTS_MEETING_PARTICIPANTS.polars_schema,
    )
    return frames


def admitted_id(line: str) -> str:
    """The id that a record of a JSON line gets."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.jsonl"
        path.write_text(line, encoding="utf-8")
        (batch,) = read_path(path, Home(Path(folder) / "home"))
        return admit(batch).articles["article_id"].item()


def in_files(home: Home, words: str) -> list[Path]:
    """Files under raw/ and of the warehouse that hold the words."""
    places = [*home.raw.rglob("*"), *home.warehouse.rglob("*")]
    return [path for path in places if path.is_file() and words.encode() in path.read_bytes()]


def test_same_inputs_again_change_nothing(home: Home) -> None:
    records = [record(1), record(2), {"id": "r3", "text": ""}]
    (first,) = load(home, records)
    with Warehouse(home) as house:
        before = house.counts()
    (again,) = load(home, records)
    with Warehouse(home) as house:
        assert house.counts() == before
    assert (first["n_in"], first["n_ok"], first["n_quarantined"]) == (3, 2, 1)
    assert not first["already_loaded"] and again["already_loaded"]
    assert (again["n_ok"], again["n_duplicate"], again["n_quarantined"]) == (0, 2, 1)


@pytest.mark.parametrize(
    ("records", "n_ok", "n_duplicate", "n_quarantined"),
    [
        ([record(1), record(2)], 2, 0, 0),
        ([record(1), record(1), record(1)], 1, 2, 0),
        ([record(0), record(1)], 1, 1, 0),
        (
            [record(0), record(0), {"id": "x"}, {"id": "y", "text": "A", "published_date": "2025-02-30"}],
            0,
            2,
            2,
        ),
    ],
)
def test_every_input_is_counted_once(
    home: Home, records: list[dict[str, str]], n_ok: int, n_duplicate: int, n_quarantined: int
) -> None:
    load(home, [record(0)], "before.jsonl")
    (row,) = load(home, records)
    assert (row["n_ok"], row["n_duplicate"], row["n_quarantined"]) == (n_ok, n_duplicate, n_quarantined)
    with Warehouse(home) as house:
        ledger = house.read(
            "SELECT sum(n_in) n, sum(n_ok + n_duplicate + n_quarantined) m, sum(n_ok) k FROM raw.ledger"
        )
        counts = house.counts()
    assert ledger.row(0) == (len(records) + 1, len(records) + 1, counts["raw.articles"])
    assert counts["raw.quarantine"] == n_quarantined


def test_pending_is_what_this_version_has_not_read(home: Home) -> None:
    load(home, [record(n) for n in range(5)])
    everything = ids(home)
    with Warehouse(home) as house:
        house.write_facts(facts_for(everything[:3]), everything[:3])
        left = list(house.pending("x1", most=1))
        assert [batch.height for batch in left] == [1, 1]
        assert pl.concat(left)["article_id"].to_list() == sorted(everything[3:])
        (newer,) = house.pending("x2")
        assert newer["article_id"].to_list() == sorted(everything)
        assert newer.columns == list(tables.RAW_ARTICLES.polars_schema)


def test_facts_of_the_given_articles_only_are_replaced(home: Home) -> None:
    load(home, [record(n) for n in range(3)])
    first, *others = ids(home)
    with Warehouse(home) as house:
        house.write_facts(facts_for([first, *others]), [first, *others])
        house.write_facts(facts_for([first], "x2"), [first])
        versions = house.read("SELECT article_id, extractor_version FROM facts.extractions")
        assert dict(versions.iter_rows()) == {first: "x2"} | dict.fromkeys(others, "x1")
        assert house.counts()["facts.meetings"] == house.counts()["facts.meeting_participants"] == 3
        house.write_facts(facts_for([]), [first])
        assert house.counts()["facts.meetings"] == house.counts()["facts.meeting_participants"] == 2


def test_broken_write_leaves_the_facts_as_they_were(home: Home) -> None:
    load(home, [record(1)])
    (article,) = ids(home)
    with Warehouse(home) as house:
        house.write_facts(facts_for([article]), [article])
        broken = facts_for([article], "x2") | {
            "meetings": facts_for([article], "x2")["meetings"].drop("codes")
        }
        with pytest.raises(ValueError, match="facts.meetings"):
            house.write_facts(broken, [article])
        assert house.read("SELECT extractor_version FROM facts.extractions").item() == "x1"


def test_results_of_a_suite_replace_those_of_the_same_run(home: Home) -> None:
    row = {
        "run_id": "r", "suite": "raw", "table_name": "raw.articles", "expectation": "e", "success": True,
        "observed": None, "checked_at": NOW, "severity": "block",
    }  # fmt: skip
    with Warehouse(home) as house:
        for run, success in (("r", True), ("r", False), ("s", True)):
            house.validations(pl.DataFrame([row | {"run_id": run, "success": success}]))
        kept = house.read("SELECT run_id, success FROM quality.validations ORDER BY 1")
    assert kept.rows() == [("r", False), ("s", True)]


_OTHER_WRITER = (
    "import sys; from pathlib import Path; from ingest.settings import Home; from ingest.errors import *\n"
    "from ingest.warehouse import writer_lock\n"
    "try:\n"
    "    with writer_lock(Home(Path(sys.argv[1]))): print('taken')\n"
    "except EnvironmentProblem as error: print(error)\n"
)


def _ask_for_lock(home: Home) -> str:
    """What another process is told that wants to write."""
    code = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _OTHER_WRITER, str(home.root)],
        cwd=code,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_second_writer_is_told_who_writes(home: Home) -> None:
    with warehouse.writer_lock(home), warehouse.writer_lock(home):
        told = _ask_for_lock(home)
    assert f"process {os.getpid()} (" in told and str(home.warehouse) in told
    assert _ask_for_lock(home) == "taken\n"


def test_inner_lock_does_not_let_go(home: Home) -> None:
    with warehouse.writer_lock(home):
        with warehouse.writer_lock(home):
            pass
        assert "is being written by" in _ask_for_lock(home)


def test_open_reader_keeps_its_rows_and_the_next_sees_the_new(home: Home) -> None:
    published(home, 2)
    count = "SELECT count(*) FROM marts.articles"
    with duckdb.connect(str(home.published), read_only=True) as reader:
        load(home, [record(7)], "more.jsonl")
        build(home)
        assert warehouse.publish(home).changed
        assert reader.execute(count).fetchone() == (2,)
    with duckdb.connect(str(home.published), read_only=True) as reader:
        assert reader.execute(count).fetchone() == (3,)
        assert reader.execute("SELECT count(*) FROM quality.snapshots").fetchone() == (2,)


def test_same_content_leaves_the_published_file_alone(home: Home) -> None:
    published(home)
    before = home.published.stat()
    build(home)
    done = warehouse.publish(home)
    after = home.published.stat()
    assert not done.changed
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_published_file_stands_alone_and_old_clients_can_open_it(home: Home) -> None:
    published(home)
    assert not list(home.warehouse.glob(".publish-*"))
    assert not home.published.with_name(home.published.name + ".wal").exists()
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{home.published}' AS p (READ_ONLY)")
        tags = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'p'").fetchone()[0]
    assert tags["storage_version"].startswith("v1.4.0")


def _break_swap(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.os, "replace", refuse)


def _break_copy(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise duckdb.IOException("could not write all bytes: disk full")

    monkeypatch.setattr(publishing, "_comment", refuse)


def _break_working_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.staging.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("fault", [_break_swap, _break_copy, _break_working_file])
def test_failing_publish_leaves_the_published_file_as_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch, fault: object
) -> None:
    published(home)
    before = home.published.read_bytes()
    load(home, [record(8)], "more.jsonl")
    build(home)
    fault(home, monkeypatch)
    with pytest.raises((EnvironmentProblem, DamagedData), match=str(home.published)):
        warehouse.publish(home)
    assert home.published.read_bytes() == before
    assert not list(home.warehouse.glob(".publish-*"))


def test_publishing_sweeps_what_a_killed_one_left(home: Home) -> None:
    home.ensure()
    (home.warehouse / ".publish-1.duckdb").write_bytes(b"half")
    published(home)
    assert not list(home.warehouse.glob(".publish-*"))


def test_sound_home_has_no_problems(home: Home) -> None:
    home.ensure()
    assert warehouse.verify(home) == []
    assert warehouse.verify(published(home)) == []


@pytest.mark.parametrize("made", ["", "home"])
def test_what_is_no_state_folder_is_not_called_sound(home: Home, made: str) -> None:
    (home.root.parent / made).mkdir(exist_ok=True)
    with pytest.raises(EnvironmentProblem, match="no state folder" if made else "there is no folder"):
        warehouse.verify(home)
    assert list(home.root.parent.rglob("*")) == ([home.root] if made else [])


def test_an_input_of_which_no_ledger_tells_is_found(home: Home) -> None:
    """Its bytes and manifest are stored, its commit is lost."""
    published(home)
    path = home.root.parent / "late.jsonl"
    path.write_text(json.dumps(record(9)) + "\n", encoding="utf-8")
    batches = list(read_path(path, home))
    (found,) = warehouse.verify(home)
    assert (found.where, found.detail) == ("raw.ledger", str(path))
    with Warehouse(home) as house:
        for batch in batches:
            house.append(admit(batch), batch.path, batch.sha256, batch.arrived_at)
    assert warehouse.verify(home) == []


def test_an_input_that_came_again_under_another_name_is_told_of(home: Home) -> None:
    load(home, [record(1), {"id": "r2", "text": ""}])
    load(home, [record(1), {"id": "r2", "text": ""}], "again.jsonl")
    assert warehouse.verify(home) == []


def test_an_input_that_waits_is_told_of(home: Home) -> None:
    """What a poll brought, and no run has read yet."""
    published(home)
    path = home.root.parent / "late.jsonl"
    path.write_text(json.dumps(record(9)) + "\n", encoding="utf-8")
    known = store.arrivals(home.raw)
    list(read_path(path, home))
    note(home, "wire", [arrival for arrival in store.arrivals(home.raw) if arrival not in known])
    assert warehouse.verify(home) == []


def test_a_published_file_that_is_gone_is_found(home: Home) -> None:
    published(home)
    with Warehouse(home) as house:
        house.con.execute("UPDATE marts.articles SET title = 'another'")
    warehouse.publish(home)
    home.published.unlink()
    assert [problem.what[:7] for problem in warehouse.verify(home)] == ["is gone"]


def test_flipped_bit_in_the_store_is_found(home: Home) -> None:
    published(home)
    (path,) = (path for path in home.raw.glob("??/*") if path.suffix != ".json")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert [problem.detail for problem in warehouse.verify(home)] == [str(path)]


def test_missing_bytes_are_found(home: Home) -> None:
    published(home)
    (path,) = (path for path in home.raw.glob("??/*") if path.suffix != ".json")
    path.unlink()
    assert [problem.detail for problem in warehouse.verify(home)] == [path.name]


def test_flipped_bits_in_the_published_file_are_found(home: Home) -> None:
    """Each within the stored words of a table, where no header tells."""
    chance = random.Random(11)
    texts = [" ".join(chance.choices([f"{n:x}th" for n in range(4000)], k=120)) for _ in range(40)]
    load(home, [record(n, text) for n, text in enumerate(texts)])
    build(home)
    warehouse.publish(home)
    sound = home.published.read_bytes()
    data_at = [sound.find(text[:12].encode()) for text in texts]
    spots = [at + chance.randrange(12) for at in data_at if at >= 0]
    assert len(spots) >= 20
    for at in chance.sample(spots, 20):
        spoiled = bytearray(sound)
        spoiled[at] ^= 1 << chance.randrange(8)
        home.published.write_bytes(spoiled)
        assert warehouse.verify(home), at


def test_cut_tail_of_the_published_file_is_found(home: Home) -> None:
    published(home)
    os.truncate(home.published, home.published.stat().st_size // 2)
    assert warehouse.verify(home)


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("marts.evidence", "UPDATE marts.evidence SET char_start = char_start + 1"),
        ("marts.statements", "UPDATE marts.statements SET quote = 'no such words'"),
        ("raw.ledger", "UPDATE raw.ledger SET n_ok = n_ok - 1"),
        ("marts.meetings", "INSERT INTO marts.meetings VALUES ('m-without-evidence')"),
        ("raw.ledger", "ALTER TABLE raw.ledger DROP COLUMN path"),
    ],
)
def test_broken_law_is_found(home: Home, table: str, sql: str) -> None:
    load(home, [record(1)])
    build(home)
    with Warehouse(home) as house:
        house.con.execute(sql)
    warehouse.publish(home)
    # a wrong ledger is seen in the working file as well
    assert {problem.where for problem in warehouse.verify(home)} - {"working file"} == {table}


@pytest.mark.parametrize("kind", [duckdb.IOException, duckdb.TransactionException, duckdb.FatalException])
def test_a_disk_without_room_is_no_damage(home: Home, monkeypatch: pytest.MonkeyPatch, kind: type[duckdb.Error]) -> None:
    """Neither in a commit nor in opening the file: an environment to mend, and no call for a replay."""
    load(home, [record(1)])
    full = kind('Failed to commit: Could not write file "x.wal": No space left on device')

    def break_it(*_: object) -> None:
        raise full

    with pytest.raises(EnvironmentProblem, match="writing facts failed at .*No space left"), Warehouse(home) as house:
        monkeypatch.setattr(house, "_insert", break_it)
        house.write_facts({table.name: pl.DataFrame({"a": [1]}) for table in tables.FACTS}, ["a1"])
    monkeypatch.setattr(working, "connect", break_it)
    with pytest.raises(EnvironmentProblem, match="opening the working file failed at .*No space left"), Warehouse(home):
        pass


def test_broken_replay_gives_the_old_working_file_back(home: Home) -> None:
    load(home, [record(1)])
    before = ids(home)
    with pytest.raises(RuntimeError, match="half way"), warehouse.rebuilt(home):
        assert ids(home) == []
        raise RuntimeError("half way")
    assert ids(home) == before


def test_finished_replay_leaves_only_the_new_file(home: Home) -> None:
    load(home, [record(1)])
    before = ids(home)
    with warehouse.rebuilt(home):
        load(home, [record(1)])
    assert ids(home) == before
    assert [path.name for path in home.warehouse.glob("*.before-replay")] == []


def test_damaged_working_file_names_the_remedy(home: Home) -> None:
    home.ensure()
    home.staging.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedData, match="chancery replay"), Warehouse(home):
        pass


def test_missing_working_file_comes_from_the_published(home: Home) -> None:
    published(home)
    home.staging.unlink()
    assert len(ids(home)) == 3


def test_exports_are_the_marts_of_the_published_file(home: Home) -> None:
    with pytest.raises(EnvironmentProblem, match="nothing is published"):
        warehouse.export(home)
    published(home)
    (home.exports / "a_mart_that_was").mkdir()
    (home.exports / "a_mart_that_was" / "part-0.parquet").touch()
    written = warehouse.export(home)
    assert written == sorted(home.exports.rglob("*.parquet"))
    assert pl.read_parquet(home.exports / "articles" / "part-0.parquet").height == 3
    assert not (home.exports / "a_mart_that_was").exists()


def test_forgotten_text_is_in_no_file_and_stays_out(home: Home) -> None:
    records = [record(0), record(1, TEXT.format(MARK)), record(2)]
    load(home, records)
    _, marked, _ = ids(home)
    with Warehouse(home) as house:
        house.write_facts(facts_for([marked]), [marked])
    assert in_files(home, MARK)
    assert warehouse.forget(home, marked).article_id == marked
    assert in_files(home, MARK) == []
    assert len(ids(home)) == 2 and marked not in ids(home)
    with Warehouse(home) as house:
        assert house.counts()["facts.meetings"] == house.counts()["facts.extractions"] == 0
    build(home)
    warehouse.publish(home)
    assert warehouse.verify(home) == [] and in_files(home, MARK) == []


def test_forgotten_article_is_refused_ever_after(home: Home) -> None:
    load(home, [record(0), record(1)])
    warehouse.forget(home, ids(home)[1])
    (row,) = load(home, [record(1), record(0), record(2)], "again.jsonl")
    assert (row["n_in"], row["n_ok"], row["n_duplicate"], row["n_quarantined"]) == (3, 1, 1, 1)
    with Warehouse(home) as house:
        assert house.read("SELECT reason FROM raw.quarantine")["reason"].to_list() == ["forgotten"]
    build(home)
    warehouse.publish(home)
    for spoil in (False, True):
        if spoil:
            home.staging.write_bytes(b"no database" * 1000)
        with warehouse.rebuilt(home), Warehouse(home) as house:
            for batch in replay_batches(home):
                house.append(admit(batch), batch.path, batch.sha256, batch.arrived_at)
        assert len(ids(home)) == 2
        with Warehouse(home) as house:
            assert "forgotten" in house.read("SELECT reason FROM raw.quarantine")["reason"].to_list()


@pytest.mark.parametrize(
    "encode", [str.encode, lambda text: gzip.compress(text.encode()), lambda text: text.encode("utf-16")]
)
def test_article_is_forgotten_wherever_it_came(home: Home, encode: Callable[[str], bytes]) -> None:
    """Twice in a file with blank and unreadable lines, and once more in another, packed or not."""
    marked = json.dumps(record(1, TEXT.format(MARK)))
    others = [json.dumps(record(n)) for n in (0, 2, 3)]
    load(home, [json.loads(marked)], "alone.jsonl")
    path = home.root.parent / "many.jsonl.gz"
    path.write_bytes(
        encode("\n".join(["", others[0], "", marked, "no json", marked, others[1], "", others[2], ""]))
    )
    with Warehouse(home) as house:
        for batch in read_path(path, home):
            house.append(admit(batch), batch.path, batch.sha256, batch.arrived_at)
    (article,) = set(ids(home)) & {admitted_id(marked)}
    assert warehouse.forget(home, article).n_objects == 2
    assert in_files(home, MARK) == []
    replayed = pl.concat([admit(batch).articles for batch in replay_batches(home)])
    assert set(replayed["external_id"]) == {"r0", "r2", "r3"}
    with Warehouse(home) as house:
        kept = house.read("SELECT article_id, raw_sha256, raw_position FROM raw.articles").rows()
    assert set(kept) == set(replayed.select("article_id", "raw_sha256", "raw_position").rows())


def test_last_article_of_a_file_takes_the_bytes_with_it(home: Home) -> None:
    load(home, [record(0, TEXT.format(MARK))])
    (article,) = ids(home)
    assert warehouse.forget(home, article).n_objects == 1
    assert store.arrivals(home.raw) == []
    assert not [path for path in home.raw.glob("*/*") if path.is_file()]
    assert in_files(home, MARK) == []


def test_unknown_article_cannot_be_forgotten(home: Home) -> None:
    with pytest.raises(UsageError, match="no article a0"):
        warehouse.forget(home, "a0")
