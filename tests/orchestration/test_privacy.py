"""Laws of quiet: no tool tells anybody of a run, and no secret stands in a log or a table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingest.articles import Refusal, quarantine_frame
from ingest.polling.log import Poll, poll_log, write_log
from ingest.redaction import redacted
from ingest.settings import Home, project_root
from orchestration import alerts

_SECRET = "T0000/B0000/s3cr3tpart"
# Any connection that is not loopback's ends the process at once, wherever a library opens it.
_GUARD = """
import json, os, socket, sys
TOLD = os.environ["GUARD"]
def guard(event, args):
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            open(TOLD, "a").write(json.dumps([event, str(address)]) + "\\n")
    elif event == "socket.getaddrinfo" and str(args[0]) not in ("127.0.0.1", "::1", "localhost", "None"):
        open(TOLD, "a").write(json.dumps([event, str(args[0])]) + "\\n")
sys.addaudithook(guard)
"""


@pytest.mark.slow
def test_a_whole_run_asks_nobody(tmp_path: Path) -> None:
    """Dagster, dbt, Great Expectations and DuckDB at work, without any switch in the environment that quiets them."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(_GUARD)
    (tmp_path / "a.txt").write_text("Norway's foreign minister met Iceland's foreign minister in Oslo on Friday.")
    quiet = ("DO_NOT_TRACK", "DAGSTER_DISABLE_TELEMETRY", "GX_ANALYTICS_ENABLED", "DBT_SEND_ANONYMOUS_USAGE_STATS")
    environment = {name: value for name, value in os.environ.items() if name not in quiet} | {
        "PYTHONPATH": str(tmp_path / "site"), "GUARD": str(tmp_path / "told"), "CHANCERY_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    command = [sys.executable, "-m", "orchestration.cli", "run", str(tmp_path / "a.txt")]
    done = subprocess.run(command, cwd=project_root(), env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "told").read_text() == "" if (tmp_path / "told").exists() else True


def test_telemetry_is_off_in_what_we_ship() -> None:
    shipped = yaml.safe_load((project_root() / "orchestration" / "dagster.yaml").read_text())
    assert shipped["telemetry"] == {"enabled": False}
    flags = yaml.safe_load((project_root() / "dbt_project" / "dbt_project.yml").read_text()).get("flags", {})
    assert flags.get("send_anonymous_usage_stats") is False


def test_dagster_listens_on_loopback_alone() -> None:
    lines = [line for line in (project_root() / "Makefile").read_text().splitlines() if "dagster dev" in line]
    assert lines and all("--host 127.0.0.1" in line for line in lines)


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("https://user:pw@example.org/a", "https://***@example.org/a"),
        ("asked https://example.org/f?api_key=abc&x=1 twice", "asked https://example.org/f?api_key=***&x=1 twice"),
        ("https://example.org/f?x=1&access_token=abc", "https://example.org/f?x=1&access_token=***"),
        ("https://example.org/f?X-Amz-Signature=abc", "https://example.org/f?X-Amz-Signature=***"),
        ("https://example.org/f?page=2", "https://example.org/f?page=2"),
        ("mail a@b.org", "mail a@b.org"),
    ],
)
def test_secrets_in_addresses_are_hidden(told: str, safe: str) -> None:
    assert redacted(told) == safe


def test_neither_quarantine_nor_the_log_of_polls_holds_a_token(tmp_path: Path) -> None:
    address = "https://example.org/feed?token=s3cr3t"
    frame = quarantine_frame([Refusal(address, "a", -1, None, "fetch", "http_error", f"{address}: 500")])
    assert "s3cr3t" not in json.dumps(frame.rows())
    home = Home.resolve(tmp_path)
    write_log(home, Poll("p", "s", "feed", address, "2025-07-26T10:00:00", detail=f"{address}: 500"))
    assert "s3cr3t" not in str(list(poll_log(home))) and "token=***" in str(list(poll_log(home)))


def test_the_webhook_stands_in_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:9/services/{_SECRET}"
    monkeypatch.setenv(alerts.WEBHOOK_VARIABLE, url)
    home = Home.resolve(tmp_path)
    told = alerts.alert(home, f"a run failed while {url} was asked")
    log = (home.logs / "alerts.log").read_text()
    assert "did not take" in told
    assert _SECRET not in told + log and url not in told + log
