"""How sources are doing, as `chancery status` tells it, from the log of polls alone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from ingest.settings import Home
from orchestration import cli, freshness

LIST = """
- {name: wire, kind: feed, address: "https://wire.example/", hours: 2}
- {name: asleep, kind: feed, address: "https://asleep.example/", active: false}
- {name: drop, kind: folder, address: drop}
"""
NOW = datetime(2025, 7, 26, 12)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.ensure()
    (tmp_path / "sources.yaml").write_text(LIST, encoding="utf-8")
    return made


def log(home: Home, *polls: tuple[str, str, str | None]) -> None:
    path = home.raw / "polls" / "2025-07.jsonl"
    path.parent.mkdir(exist_ok=True)
    rows = [
        {"poll_id": f"p{number}", "source": source, "kind": "feed", "address": "https://x.example/", "started_at": f"2025-07-26T{hour}",
         "outcome": "refused" if reason else "ok", "reason": reason, "detail": reason and "what and where"}
        for number, (source, hour, reason) in enumerate(polls)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.parametrize(
    ("polls", "word", "failed"),
    [
        ([], "never asked", 0),
        ([("wire", "11:30:00", None)], "well", 0),
        ([("wire", "09:30:00", None)], "late", 0),
        ([("wire", "11:00:00", None), ("wire", "11:30:00", "http_error")], "failing", 1),
        ([("wire", "08:00:00", None), ("wire", "10:30:00", "http_error"), ("wire", "11:30:00", "http_error")], "failing, late", 2),
        ([("wire", "11:30:00", None), ("wire", "10:30:00", "http_error")], "well", 0),
    ],
)
def test_a_source_is_well_late_or_failing(home: Home, polls: list, word: str, failed: int) -> None:
    log(home, *polls)
    state = freshness.states(home, NOW)[0]
    assert (state.word, state.n_failed_in_a_row) == (word, failed)


def test_what_is_not_asked_is_never_late(home: Home) -> None:
    assert [state.is_late for state in freshness.states(home, NOW)[1:]] == [False, False]


def test_status_shows_each_source_and_its_trouble(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    log(home, ("wire", "11:00:00", None), ("wire", "11:30:00", "http_error"))
    with pytest.raises(SystemExit) as end:
        cli.main(["status", "--home", str(home.root)])
    told = capsys.readouterr().out
    assert not end.value.code
    assert "2025-07-26 11:30" in told and "wire failed 1 time: http_error: what and where" in told
    assert "read with every run" in told and "not asked" in told
