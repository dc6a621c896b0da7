"""The running daemon: what is dropped in the inbox, and what a feed brings, is published without anybody's doing. Takes minutes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.request import Request, urlopen

import duckdb
import pytest
from hostile import serving
from small_world import ARTICLES, write_articles

from ingest.fetching.addresses import TEST_SWITCH
from ingest.settings import Home

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 420
"""A cap for a machine that has other work; alone it takes a minute or two."""


def _n_published(home: Home) -> int:
    if not home.published.exists():
        return 0
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return connection.execute("select count(*) from marts.articles").fetchone()[0]


@contextmanager
def running(*commands: Sequence[str], folder: Path, **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Dagster's processes over a home and an instance of their own; ended together, whatever happens."""
    dagster_home = folder / "dagster"
    dagster_home.mkdir()
    shutil.copy(ROOT / "orchestration" / "dagster.yaml", dagster_home / "dagster.yaml")
    variables = os.environ | {"DAGSTER_HOME": str(dagster_home)} | environment
    processes = []
    with (folder / "daemon.log").open("ab") as log:
        # the storage is made once before: two processes that make it at the same time spoil it for each other
        made = [str(Path(sys.executable).with_name("dagster")), "instance", "info"]
        subprocess.run(made, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT, check=True)
        try:
            for name, *arguments in commands:
                command = [str(Path(sys.executable).with_name(name)), *arguments, "-w", "workspace.yaml"]
                processes.append(subprocess.Popen(
                    command, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
                ))  # fmt: skip
            yield processes
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
            for process in processes:
                process.wait(timeout=30)


def _wait(done: Callable[[], bool], processes: Sequence[subprocess.Popen[bytes]], folder: Path) -> None:
    """Until it is so; what the daemon said when it is not in time."""
    until = monotonic() + LIMIT_SECONDS
    while not done() and monotonic() < until and all(process.poll() is None for process in processes):
        sleep(1)
    assert done(), (folder / "daemon.log").read_text(errors="replace")[-3000:]


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_SECONDS + 60)
def test_the_daemon_publishes_what_is_dropped_in_the_inbox(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    home.ensure()
    (home.root / "sources.yaml").write_text("[]")
    with running(("dagster-daemon", "run"), folder=tmp_path, CHANCERY_HOME=str(home.root)) as processes:
        write_articles(home.inbox / "articles.jsonl")
        _wait(lambda: _n_published(home) >= 3, processes, tmp_path)
    assert _n_published(home) == 3


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _runs(port: int) -> list[tuple[str, str]]:
    """Job and status of every run, as the web server tells them."""
    question = json.dumps({"query": "{runsOrError{... on Runs{results{jobName status}}}}"}).encode()
    request = Request(f"http://127.0.0.1:{port}/graphql", question, {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=10) as answer:
            results = json.load(answer)["data"]["runsOrError"]["results"]
    except OSError:
        return []
    return [(row["jobName"], row["status"]) for row in results]


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_SECONDS + 60)
def test_a_feed_is_asked_by_the_schedule_and_its_meeting_is_published(tmp_path: Path) -> None:
    """Daemon and web server running, a feed with a link to its article on loopback, and nobody doing anything."""
    home = Home.resolve(tmp_path / "home")
    home.ensure()
    text = ARTICLES[0]["text"]
    port = _free_port()
    with serving() as site:
        item = f"<item><title>Ministers meet</title><link>{site.url('/a')}</link><guid>a</guid><pubDate>Sat, 26 Jul 2025 08:00:00 GMT</pubDate></item>"
        site.page("/feed", f"<rss version='2.0'><channel><title>Wire</title>{item}</channel></rss>", content_type="text/xml")
        site.page("/a", f"<html><body><article><h1>Ministers meet</h1><p>{text}</p><p>The talks took all day, officials said.</p></article></body></html>")
        (home.root / "sources.yaml").write_text(json.dumps([{"name": "wire", "kind": "feed", "address": site.url("/feed"), "rate": 6000}]))
        with running(
            ("dagster-daemon", "run"), ("dagster-webserver", "-h", "127.0.0.1", "-p", str(port)), folder=tmp_path,
            CHANCERY_HOME=str(home.root), CHANCERY_SCHEDULE="* * * * *", **{TEST_SWITCH: f"127.0.0.1:{site.port}"},
        ) as processes:  # fmt: skip
            _wait(lambda: _n_published(home) >= 1 and ("feeds", "SUCCESS") in _runs(port), processes, tmp_path)
    with duckdb.connect(str(home.published), read_only=True) as connection:
        assert connection.execute(
            "select codes, status, city, start_date::varchar from marts.meetings"
        ).fetchall() == [(["PAK", "USA"], "occurred", "Washington", "2025-07-25")]
        assert connection.execute("select source, url, date_source from marts.articles").fetchall() == [("wire", site.url("/a"), "feed")]
        assert connection.execute("select n_articles, n_articles_with_facts, n_failed_polls from marts.sources").fetchall() == [(1, 1, 0)]
