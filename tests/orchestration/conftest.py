"""A small world that went through a real Dagster run once a session. Belongs here: fixtures, no tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_world import World, run_job, write_articles

from ingest.settings import Home

_worlds: dict[Path, World] = {}
"""Those that this process made."""


def _make(folder: Path) -> World:
    """Articles dropped in the inbox of a home, the sensor's tick, and the run that it requested."""
    import dagster as dg

    from orchestration.defs.sensors import inbox
    from orchestration.place import Place

    home = Home.resolve(folder)
    home.ensure()
    write_articles(home.inbox / "articles.jsonl")
    tick = inbox(dg.build_sensor_context(resources={"place": Place(folder=str(home.root))}))
    request = tick.run_requests[0]
    run = run_job(request.job_name or "pipeline", home, run_config=request.run_config, tags=request.tags)
    assert run.success, [event.message for event in run.all_events if event.is_failure]
    return _worlds.setdefault(folder, World(home, tick, run))


@pytest.fixture(scope="session")
def world_home(once: Callable[..., Path]) -> Home:
    """The home of a small world after its run."""
    return Home.resolve(once("world", _make))


@pytest.fixture(scope="session")
def world(world_home: Home, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A small world with what Dagster said of its run."""
    return _worlds.get(world_home.root) or _make(tmp_path_factory.mktemp("own-world"))


@pytest.fixture
def home(world_home: Home, tmp_path: Path) -> Home:
    """A copy of the world's home that a test may spoil."""
    shutil.copytree(world_home.root, tmp_path / "copy")
    return Home.resolve(tmp_path / "copy")
