"""The running daemon: a file dropped in the inbox is published without anybody's doing. Takes minutes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import duckdb
import pytest
from small_world import write_articles

from ingest.settings import Home

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 180


def _n_published(home: Home) -> int:
    if not home.published.exists():
        return 0
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return connection.execute("select count(*) from marts.articles").fetchone()[0]


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_SECONDS + 60)
def test_the_daemon_publishes_what_is_dropped_in_the_inbox(tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    home.ensure()
    dagster_home = tmp_path / "dagster"
    dagster_home.mkdir()
    shutil.copy(ROOT / "orchestration" / "dagster.yaml", dagster_home / "dagster.yaml")
    environment = os.environ | {"CHANCERY_HOME": str(home.root), "DAGSTER_HOME": str(dagster_home)}
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", "workspace.yaml"]
    with (tmp_path / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            write_articles(home.inbox / "articles.jsonl")
            until = monotonic() + LIMIT_SECONDS
            while _n_published(home) < 3 and monotonic() < until and daemon.poll() is None:
                sleep(2)
            assert _n_published(home) == 3, (tmp_path / "daemon.log").read_text(errors="replace")[-3000:]
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(timeout=30)
