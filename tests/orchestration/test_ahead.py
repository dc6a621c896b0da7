"""Processes started ahead: they answer, say why they died, and never outlive who started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from orchestration import early
from orchestration.ahead import Worker, without_traceback

HERE = Path(__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}


@pytest.fixture
def worker() -> Iterator[Worker]:
    started = Worker.started("echo_worker", environment=ENVIRONMENT)
    yield started
    if started.is_alive:
        started.kill()


def test_orders_are_answered_one_after_the_other(worker: Worker) -> None:
    for text in ("first", "second\nline", "naïve – 世界"):
        first, last = worker.ordered({"text": text})
        assert first == {"step": 1}
        assert last["text"] == text
    worker.finish(10)
    assert not worker.is_alive


def test_one_that_dies_leaves_its_last_words(worker: Worker) -> None:
    assert list(worker.ordered({"die": True})) == []
    assert worker.last_words()[-1] == "out of paper"
    assert list(worker.ordered({"text": "anyone?"})) == []


def test_one_that_breaks_after_its_answer_is_told_of(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    assert [message.get("done") for message in worker.ordered({"break after": True})] == [None, True]
    worker.finish(10)
    assert "no more ink" in caplog.text


def test_one_that_was_not_needed_ends_without_a_word(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    worker.finish(10)
    assert not worker.is_alive
    assert not caplog.text


def test_none_outlives_its_caller_even_in_the_midst_of_its_work() -> None:
    code = (
        "from orchestration.ahead import Worker\n"
        "worker = Worker.started('echo_worker')\n"
        "next(worker.ordered({'seconds': 600}))\n"
        "print(worker.process.pid, flush=True)\n"
        "import time; time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        assert psutil.pid_exists(pid)
        caller.kill()
    deadline = monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and monotonic() < deadline:
        sleep(0.05)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        (["dagster", "job", "execute", "-j", "feeds"], True),
        (["dagster", "api", "execute_run"], True),
        (["dagster", "dev"], False),
        (["chancery", "run"], False),
        (["pytest"], False),
    ],
)
def test_only_a_process_that_carries_out_a_run_starts_any(
    monkeypatch: pytest.MonkeyPatch, words: list[str], is_one: bool
) -> None:
    monkeypatch.setattr(sys, "argv", words)
    assert early.carries_out_a_run() == is_one


def test_what_was_said_is_told_without_the_places_in_the_code() -> None:
    said = ["Encountered an error:\n[Errno 28] No space left\nTraceback (most recent call last):\n  File \"x.py\", line 1, in f\n    g()\nOSError: full", ""]
    assert without_traceback(said) == ["Encountered an error:", "[Errno 28] No space left", "OSError: full"]
