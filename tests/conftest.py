"""What every test may use: a state folder per test, silent libraries. Belongs here: no test data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Any]], Path]:
    """`once(name, make)`: a folder that `make` fills, for reading only; made by one worker, however many there are."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own

    def made(name: str, make: Callable[[Path], Any]) -> Path:
        folder, is_made = shared / name, shared / f"{name}.made"
        with FileLock(shared / f"{name}.lock"):
            if not is_made.exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                is_made.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def sample(once: Callable[..., Path]) -> Home:
    """The published sample articles, untested."""
    from ingest.settings import Home
    from orchestration.questions import build_sample

    return Home.resolve(once("sample", lambda folder: build_sample(Home.resolve(folder))))
