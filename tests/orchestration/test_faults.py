"""Whatever breaks a run, and wherever: the published file is the old or the new one, and the next run finishes the work.

Belongs here: kills, full disks, missing permissions, readers and writers at once. Does not belong here: damage to
files at rest (`test_damage.py`) and hostile input (`tests/ingest`).

`make torture` breaks every named place and kills a hundred times (`KILLS`, `SEED`); the other tests are a sample of it.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from breaking import SECOND, Unbroken, command, ledger_adds_up, published, random_moments, unbroken
from small_world import write_articles

from ingest import faults, warehouse
from ingest.errors import EnvironmentProblem
from ingest.faults import POINTS
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import pipeline

KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("SEED", "20251125"))
_OF_FORGET = [name for name in POINTS if name.startswith("forget.")]
_OF_REPLAY = [name for name in POINTS if name.startswith("replay.")]
_OF_FETCH = ["polls.before_commit"]  # reached where a poll was made
_OF_LAKE = [name for name in POINTS if name.startswith("lake.")]  # reached by homes with a lake (`test_lake`)
_OF_RUN = [name for name in POINTS if name not in [*_OF_FORGET, *_OF_REPLAY, *_OF_FETCH, *_OF_LAKE]]
_OF_PUBLISH = [name for name in POINTS if name.startswith("publish.") and name != "publish.before_stamp"]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Unbroken:
    """The homes that an unbroken run leaves."""
    return unbroken(tmp_path_factory.mktemp("unbroken"))


def _settles(home: Home, whole: Unbroken, *words: str) -> None:
    """The file opens and is the old or the new one; the next run finishes, and gives what an unbroken one gives."""
    assert published(home) in (whole.old, whole.new)
    again = command(home, *(words or ("run", str(whole.files[1]))))
    assert again.code == 0, again.said
    assert published(home) == whole.new
    assert ledger_adds_up(home)
    assert not list(home.warehouse.glob(".publish-*"))


def test_there_are_enough_places_and_each_is_in_the_code() -> None:
    root = Path(faults.__file__).parents[1]
    code = "".join(p.read_text(encoding="utf-8") for part in ("ingest", "orchestration") for p in (root / part).rglob("*.py"))
    assert len(POINTS) >= 20
    assert [name for name in POINTS if f'faults.point("{name}")' not in code] == []


def test_faults_are_deaf_outside_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.SWITCH, "raw.before_object:full")
    monkeypatch.setattr(faults, "is_test_build", lambda: False)
    faults.point("raw.before_object")
    monkeypatch.setattr(faults, "is_test_build", lambda: True)
    with pytest.raises(OSError, match="No space left"):
        faults.point("raw.before_object")


def test_faults_are_listed() -> None:
    said = subprocess.run([sys.executable, "-m", "orchestration.cli", "faults"], capture_output=True, text=True).stdout
    assert all(name in said for name in POINTS)


def _content(home: Home) -> str | None:
    return warehouse.publishing.stored_hash(home.published)


def _with_another_article(home: Home) -> None:
    """Something to publish, without a build: a row of the marts in the working file."""
    with Warehouse(home) as store:
        store.con.execute("UPDATE marts.articles SET title = title || ' again'")


@pytest.mark.parametrize("name", _OF_PUBLISH)
def test_a_kill_while_publishing(home: Home, name: str) -> None:
    """A sample of the torture, without dbt: the file is the old or the new one, and the next publish settles it."""
    _with_another_article(home)
    old = _content(home)
    code = "import sys; from ingest import warehouse; from ingest.settings import Home; warehouse.publish(Home.resolve(sys.argv[1]))"
    env = os.environ | {faults.SWITCH: f"{name}:kill"}
    assert subprocess.run([sys.executable, "-c", code, str(home.root)], env=env).returncode == -signal.SIGKILL
    left = _content(home)
    assert left is not None and warehouse.verify(home) == []
    settled = warehouse.publish(home)
    assert (left == old) == settled.changed
    assert _content(home) not in (None, old) and not list(home.warehouse.glob(".publish-*"))
    assert warehouse.verify(home) == []


@pytest.mark.parametrize("name", ["publish.half_copied", "publish.before_sync", "publish.before_rename"])
def test_a_full_disk_while_publishing(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _with_another_article(home)
    old = home.published.read_bytes()
    faults._passed.clear()
    monkeypatch.setenv(faults.SWITCH, f"{name}:full")
    with pytest.raises(EnvironmentProblem, match="No space left on device"):
        warehouse.publish(home)
    assert home.published.read_bytes() == old and warehouse.verify(home) == []
    monkeypatch.delenv(faults.SWITCH)
    assert warehouse.publish(home).changed


@pytest.mark.parametrize("name", ["ingest.before_commit", "ingest.after_commit"])
def test_a_batch_is_in_or_out(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = write_articles(home.inbox / "second.jsonl", SECOND)
    faults._passed.clear()
    monkeypatch.setenv(faults.SWITCH, f"{name}:full")
    with pytest.raises((EnvironmentProblem, OSError)):
        pipeline.ingest(home, [path])
    monkeypatch.delenv(faults.SWITCH)
    assert pipeline.ingest(home, [path]).n_in == 1
    with Warehouse(home) as store:
        assert store.read("select count(*) from raw.articles where external_id = 'w-4'").item() == 1
    assert warehouse.verify(home) == []


@pytest.mark.torture
def test_a_full_disk_is_told_and_changes_nothing(whole: Unbroken, tmp_path: Path) -> None:
    home = whole.copy(tmp_path / "home")
    for name in ("raw.before_object", "publish.before_sync"):
        broken = command(home, "run", str(whole.files[1]), fault=f"{name}:full")
        assert broken.code == 3 and os.strerror(errno.ENOSPC) in broken.said, broken.said
        assert "Traceback" not in broken.said
        assert published(home) == whole.old
    _settles(home, whole)


@pytest.mark.torture
def test_readers_never_wait_and_never_see_half(whole: Unbroken, tmp_path: Path) -> None:
    """Three readers reopen the file all through twenty publishes: no error on either side, no mixed snapshot."""
    home = whole.copy(tmp_path / "home")
    staged = [whole.before.staging.read_bytes(), whole.after.staging.read_bytes()]
    done, wrong, seen = threading.Event(), [], set()

    def reader() -> None:
        code = (
            "import duckdb,sys,time\n"
            "last=None\n"
            "while True:\n"
            f"    con=duckdb.connect({str(home.published)!r},read_only=True)\n"
            "    one=con.execute('select count(*), min(snapshot_id), max(snapshot_id) from marts.articles').fetchone()\n"
            "    for _ in range(5):\n"
            "        two=con.execute('select count(distinct article_id) from marts.evidence').fetchone()[0]\n"
            "        again=con.execute('select count(*), min(snapshot_id), max(snapshot_id) from marts.articles').fetchone()\n"
            "        assert one==again and one[1]==one[2] and two<=one[0],(one,again,two)\n"
            "        time.sleep(0.4)\n"  # held open while further publishes pass
            "    con.close()\n"
            "    if one[1]!=last: print(one[1],flush=True)\n"
            "    last=one[1]\n"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            done.wait()
            process.terminate()
            said, complaint = process.communicate()
        seen.update(said.split())
        if "Error" in complaint and "KeyboardInterrupt" not in complaint:
            wrong.append(complaint)

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for thread in readers:
        thread.start()
    changed = 0
    for n in range(20):
        home.staging.write_bytes(staged[(n + 1) % 2])
        changed += warehouse.publish(home).changed
    done.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert changed == 20 and len(seen) == 2


@pytest.mark.torture
def test_of_four_pipelines_at_once_one_works_and_the_others_say_who_does(whole: Unbroken, tmp_path: Path) -> None:
    home = whole.copy(tmp_path / "home")
    outcomes = []

    def start() -> None:
        outcomes.append(command(home, "run", str(whole.files[1])))

    together = [threading.Thread(target=start) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    codes = sorted(outcome.code for outcome in outcomes)
    assert codes[0] == 0 and set(codes) <= {0, 3}
    for outcome in outcomes:
        assert outcome.code == 0 or "is being written by process" in outcome.said, outcome.said
    assert published(home) == whole.new


@pytest.mark.torture
@pytest.mark.parametrize("name", _OF_RUN)
def test_a_kill_at_every_place_of_a_run(whole: Unbroken, tmp_path: Path, name: str) -> None:
    home = whole.copy(tmp_path / "home")
    broken = command(home, "run", str(whole.files[1]), fault=f"{name}:kill")
    if name == "export.half":  # a run exports after it has published
        broken = command(home, "export", fault=f"{name}:kill") if not broken.is_killed else broken
    assert broken.is_killed, f"an ordinary run does not pass {name}: {broken.said}"
    _settles(home, whole)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_a_run_that_is_killed_at_one_place_after_another(whole: Unbroken, tmp_path: Path) -> None:
    """Each run takes up what the one before left, and is killed at the next place; the last one finishes."""
    home = whole.copy(tmp_path / "home")
    # the suites of raw and facts are looked at before anything is built
    first = [name for name in _OF_RUN if name.startswith(("raw.", "ingest.", "facts.", "check."))]
    for name in [*first, *(name for name in _OF_RUN if name not in first and name != "export.half")]:
        broken = command(home, "run", str(whole.files[1]), fault=f"{name}:kill")
        assert broken.is_killed, f"{name}: {broken.said}"
        assert published(home) in (whole.old, whole.new), name
    assert published(home) == whole.new
    _settles(home, whole)


@pytest.mark.torture
@pytest.mark.parametrize("name", _OF_REPLAY)
def test_a_kill_at_every_place_of_a_replay(whole: Unbroken, tmp_path: Path, name: str) -> None:
    home = Home.resolve(tmp_path / "home")
    shutil.copytree(whole.after.root, home.root)
    assert command(home, "replay", fault=f"{name}:kill").is_killed
    assert published(home) == whole.new
    _settles(home, whole, "run", str(whole.files[1]))
    _settles(home, whole, "replay")


@pytest.mark.torture
@pytest.mark.parametrize("name", _OF_FORGET)
def test_a_kill_at_every_place_of_a_removal(whole: Unbroken, tmp_path: Path, name: str) -> None:
    home = Home.resolve(tmp_path / "home")
    shutil.copytree(whole.after.root, home.root)
    with duckdb.connect(str(home.published), read_only=True) as con:
        article = con.execute("select article_id from marts.articles where external_id = 'w-2'").fetchone()[0]
    assert command(home, "forget", article, fault=f"{name}:kill").is_killed
    again = command(home, "forget", article)
    assert again.code == 0, again.said
    assert command(home, "verify").said.strip() == "No damage found."
    with duckdb.connect(str(home.published), read_only=True) as con:
        left = con.execute("select external_id from marts.articles order by 1").fetchall()
    assert left == [("w-1",), ("w-3",), ("w-4",)]
    for path in home.root.rglob("*"):
        assert not path.is_file() or b"will meet German Chancellor" not in path.read_bytes(), path


@pytest.mark.torture
@pytest.mark.timeout(4 * 3600)
def test_random_kills(whole: Unbroken, tmp_path: Path) -> None:
    """Three kills, then a run to its end, and so on: also what a kill left is killed upon."""
    print(f"KILLS={KILLS} SEED={SEED}", flush=True)
    home, longest, left = whole.copy(tmp_path / "home"), 0.0, Counter()
    landed: Counter[str] = Counter()
    for n, moment in enumerate(random_moments(SEED, whole.seconds)):
        broken = command(home, "run", str(whole.files[1]), kill=moment)
        assert broken.is_killed or broken.code == 0, broken.said
        seen = published(home)
        assert seen in (whole.old, whole.new), f"kill {n} at {moment}"
        if broken.is_killed:
            landed[broken.stage] += 1
            left["new" if seen == whole.new else "old"] += 1
        is_enough = landed.total() == KILLS
        if n % 3 == 2 or is_enough:
            again = command(home, "run", str(whole.files[1]))
            longest = max(longest, again.seconds)
            assert again.code == 0, again.said
            assert published(home) == whole.new and ledger_adds_up(home)
            home = whole.copy(tmp_path / "home")
            print(f"{landed.total()} kills", flush=True)
        if is_enough:
            break
    print(f"{landed.total()} runs killed: {dict(landed)}; the published file was {dict(left)}")
    print(f"each was finished by the next run, the longest in {longest:.1f} s; rows as after an unbroken run")


@contextmanager
def _disk(place: Path, options: str) -> Iterator[Callable[[str], None]]:
    """A file system of its own in memory; gives a way to change its options."""
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield lambda changed: subprocess.run(["mount", "-o", f"remount,{changed}", place], check=True) and None
    finally:
        subprocess.run(["umount", "-l", place], check=True)


_AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="a small file system is mounted by root alone")


@pytest.mark.torture
@_AS_ROOT
@pytest.mark.parametrize("megabytes_left", [0, 1, 2, 4, 6, 9, 12, 16, 24, 40])
def test_disks_of_ten_sizes(whole: Unbroken, tmp_path: Path, megabytes_left: int) -> None:
    """What is published stays where the next one does not fit, and comes once it does."""
    with _disk(tmp_path / "small", "size=900m") as change:
        home = whole.copy(tmp_path / "small" / "home")
        change(f"size={shutil.disk_usage(home.root).used + megabytes_left * 1_000_000}")
        broken = command(home, "run", str(whole.files[1]))
        print(f"{megabytes_left} MB left: exit code {broken.code}, {(broken.said.splitlines() or ['nothing'])[-1]}")
        assert broken.code in (0, 3) and "Traceback" not in broken.said, broken.said
        if broken.code:
            assert "chancery: " in broken.said and str(home.root) in broken.said
            assert published(home) == whole.old
        else:
            assert published(home) == whole.new
        change("size=900m")
        _settles(home, whole)


@pytest.mark.torture
@_AS_ROOT
@pytest.mark.parametrize("megabytes", [2, 10, 40])
def test_a_first_run_on_a_small_disk(whole: Unbroken, tmp_path: Path, megabytes: int) -> None:
    with _disk(tmp_path / "small", f"size={megabytes}m") as change:
        home = Home.resolve(tmp_path / "small" / "home")
        broken = command(home, "run", str(whole.files[0]))
        assert broken.code == 3 and "Traceback" not in broken.said, broken.said
        assert not home.published.exists()
        change("size=900m")
        assert command(home, "run", str(whole.files[0])).code == 0
        assert published(home) == whole.old


@pytest.mark.torture
@_AS_ROOT
def test_no_inode_is_left(whole: Unbroken, tmp_path: Path) -> None:
    with _disk(tmp_path / "few", "size=500m,nr_inodes=12") as change:
        home = Home.resolve(tmp_path / "few" / "home")
        broken = command(home, "run", str(whole.files[0]))
        assert broken.code == 3 and "Traceback" not in broken.said, broken.said
        change("nr_inodes=100k")
        assert command(home, "run", str(whole.files[0])).code == 0


@pytest.mark.torture
@pytest.mark.skipif(os.geteuid() != 0, reason="a file system is mounted by root alone")
def test_a_read_only_home_is_told(whole: Unbroken, tmp_path: Path) -> None:
    home = whole.copy(tmp_path / "home")
    mounted = subprocess.run(["mount", "--bind", home.root, home.root], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("no file system may be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", home.root], check=True)
        broken = command(home, "run", str(whole.files[1]))
        assert broken.code == 3 and "Traceback" not in broken.said, broken.said
        assert published(home) == whole.old
        # readers need no more
        asked = command(home, "query", "select count(*) as n from marts.articles")
        assert asked.code == 0 and "3" in asked.said
    finally:
        subprocess.run(["umount", "-l", home.root], check=True)
    _settles(home, whole)


def test_a_home_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    broken = command(Home.resolve(tmp_path / "file" / "home"), "run", str(tmp_path))
    assert broken.code == 3 and "Traceback" not in broken.said and "file" in broken.said
