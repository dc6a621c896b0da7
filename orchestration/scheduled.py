"""What a scheduled run of new articles costs from launch to publish: `python -m orchestration.scheduled --articles 100`.

Belongs here: a feed on loopback, the launch as the schedule launches it, and where the seconds go. Does not belong here:
what grows with the warehouse (`load`), the rate of the extraction (`bench`), and anything that the pipeline needs.

A run is launched in a process of its own, as the daemon does, over a home that holds the sample articles. The clock runs
from that launch until the process has ended; the parts are those that Dagster's own log of the run tells.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from statistics import median
from time import time
from typing import Any

import duckdb

from ingest.fetching.addresses import TEST_SWITCH
from ingest.settings import Home, project_root
from orchestration.load import Seconds
from orchestration.variants import Variants, read_rows

JOB = "feeds"
_PARTS = (
    ("fetch", ("sources__polls",)), ("read", ("raw",)), ("extract", ("facts",)), ("build", ("models",)),
    ("checks", ("raw_checks", "facts_checks", "marts_checks", "freshness_of_sources")),
    ("publish", ("published__warehouse", "published__parquet")),
)  # fmt: skip
"""What a part of the run is called, and the steps that make it up."""


def _page(row: dict[str, Any]) -> bytes:
    """An article as a web page."""
    title = escape(row.get("title") or "Untitled")
    text = "".join(f"<p>{escape(part)}</p>" for part in row["text"].split("\n") if part.strip())
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>".encode()


class Outlet:
    """A feed and its pages on loopback; each edition brings further articles."""

    def __init__(self) -> None:
        self._made = Variants(read_rows()).stream(len(read_rows()))
        self._pages: dict[str, bytes] = {}
        self.port = 0

    @property
    def address(self) -> str:
        """Of the feed."""
        return f"http://127.0.0.1:{self.port}/feed"

    def edition(self, n: int) -> None:
        """From now on the feed names `n` articles that nobody has seen."""
        rows = list(islice(self._made, n))
        items = []
        for row in rows:
            self._pages[f"/{row['id']}"] = _page(row)
            link, day = f"http://127.0.0.1:{self.port}/{row['id']}", f"{row['published_date']}T08:00:00Z"
            items.append(f"<item><link>{link}</link><guid>{row['id']}</guid><pubDate>{day}</pubDate></item>")
        self._pages["/feed"] = f"<rss version='2.0'><channel><title>Wire</title>{''.join(items)}</channel></rss>".encode()

    def answer(self, path: str) -> bytes | None:
        """What lies at a path."""
        return self._pages.get(path)


@contextmanager
def served() -> Iterator[Outlet]:
    """An outlet that answers."""
    outlet = Outlet()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = outlet.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/xml" if self.path == "/feed" else "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    outlet.port = server.server_port
    try:
        yield outlet
    finally:
        server.shutdown()
        server.server_close()


def steps(folder: Path) -> dict[str, tuple[float, float]]:
    """Start and end of every step of the latest run, from Dagster's log in this folder."""
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(folder)) as instance:
        latest = instance.get_run_records(limit=1)[0].dagster_run.run_id
        told = instance.get_run_step_stats(latest)
    return {item.step_key: (item.start_time, item.end_time) for item in told if item.start_time and item.end_time}


def split(launched: float, ended: float, told: dict[str, tuple[float, float]]) -> dict[str, float]:
    """The seconds between launch and end, by part: before the first step, in each kind of step, and all else."""
    begun = min(start for start, _ in told.values())
    parts = {"start-up": begun - launched}
    for name, keys in _PARTS:
        parts[name] = sum(told[key][1] - told[key][0] for key in keys if key in told)
    return parts | {"between and after": ended - launched - sum(parts.values())}


def _n_published(home: Home) -> int:
    with duckdb.connect(str(home.published), read_only=True) as con:
        return con.execute("select count(*) from marts.articles").fetchone()[0]


_EMPTY_JOB = """
import dagster as dg

@dg.op
def nothing():
    pass

@dg.job
def empty():
    nothing()
"""


def _executed(environment: dict[str, str], *job: str) -> Seconds:
    """A job of Dagster, launched and waited for. Raises `RuntimeError` when it fails."""
    tool, start = str(Path(sys.executable).with_name("dagster")), Seconds.now()
    done = subprocess.run([tool, "job", "execute", *job], cwd=project_root(), env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the run failed:\n{done.stderr[-3000:]}")
    return Seconds.now() - start


def launch(home: Home, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """One run, launched and waited for: seconds in all and by part. Raises `RuntimeError` when it fails."""
    before, launched = _n_published(home), time()
    whole, ended = _executed(environment, "-m", "orchestration.definitions", "-j", JOB), time()
    parts = split(launched, ended, steps(folder))
    return {
        "new articles": _n_published(home) - before,
        "in all": whole.shown(),
        "parts": {name: round(value, 1) for name, value in parts.items()},
    }


def measure(root: Path, n: int, times: int) -> dict[str, Any]:
    """`times` scheduled runs of `n` new articles each over a home with the sample, and the median of their seconds."""
    home, folder = Home.resolve(root / "home"), root / "dagster"
    home.ensure()
    folder.mkdir()
    shutil.copy(project_root() / "orchestration" / "dagster.yaml", folder / "dagster.yaml")
    with served() as outlet:
        row = {"name": "wire", "kind": "feed", "address": outlet.address, "rate": 60_000}
        (home.root / "sources.yaml").write_text(json.dumps([row]), encoding="utf-8")
        environment = os.environ | {
            "CHANCERY_HOME": str(home.root), "DAGSTER_HOME": str(folder), TEST_SWITCH: f"127.0.0.1:{outlet.port}",
        }  # fmt: skip
        first = [sys.executable, "-m", "orchestration.cli", "run", str(project_root() / "data" / "sample")]
        subprocess.run(first, cwd=project_root(), env=environment, capture_output=True, check=True)
        # the first run makes Dagster's own files and reads the project; no later one does
        outlet.edition(1)
        launch(home, folder, environment)
        runs = []
        for _ in range(times):
            outlet.edition(n)
            runs.append(launch(home, folder, environment))
        nothing_new = launch(home, folder, environment)["in all"]
        empty_job = root / "empty_job.py"
        empty_job.write_text(_EMPTY_JOB, encoding="utf-8")
        empty = median(_executed(environment, "-f", str(empty_job), "-j", "empty").clock for _ in range(times))
    return {
        "nothing new": nothing_new,
        "an empty job of Dagster": round(empty, 1),
        "runs": runs,
        "median": {name: median(run["in all"][name] for run in runs) for name in runs[0]["in all"]},
        "median parts": {name: median(run["parts"][name] for run in runs) for name in runs[0]["parts"]},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100, help="new articles in each run")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="chancery-scheduled-") as folder:
        print(json.dumps(measure(Path(folder), chosen.articles, chosen.runs), indent=1))


if __name__ == "__main__":
    os.environ.setdefault("DO_NOT_TRACK", "1")
    main()
