"""What every test may use: a state folder per test, silent libraries, the published sample. Belongs here: no test data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.settings import Home

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
os.environ["GX_ANALYTICS_ENABLED"] = "false"


@pytest.fixture(scope="session", autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reaches the checkout's own state folder."""
    os.environ["CHANCERY_HOME"] = str(tmp_path_factory.mktemp("chancery-home"))


@pytest.fixture
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, also for code that reads the environment."""
    monkeypatch.setenv("CHANCERY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The published sample articles, untested: for reading only."""
    from orchestration.questions import build_sample

    home = Home.resolve(tmp_path_factory.mktemp("sample"))
    build_sample(home)
    return home
