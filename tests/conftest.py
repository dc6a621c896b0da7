"""What every test may use: a state folder per test, silent libraries. Belongs here: no test data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

if TYPE_CHECKING:
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
    """The published sample articles, untested, for reading only; made once, however many workers there are."""
    from ingest.settings import Home
    from orchestration.questions import build_sample

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    home = Home.resolve(shared / "sample")
    with FileLock(shared / "sample.lock"):
        if not home.published.exists():
            build_sample(home)
    return home
