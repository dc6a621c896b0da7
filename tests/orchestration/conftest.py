"""A small world that went through a real Dagster run once a session. Belongs here: fixtures, no tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_world import World, run_job, write_articles

from ingest.settings import Home


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Articles dropped in the inbox, the sensor's tick, and the run that it requested."""
    import dagster as dg

    from orchestration.defs.sensors import inbox
    from orchestration.place import Place

    home = Home.resolve(tmp_path_factory.mktemp("world"))
    home.ensure()
    write_articles(home.inbox / "articles.jsonl")
    tick = inbox(dg.build_sensor_context(resources={"place": Place(folder=str(home.root))}))
    request = tick.run_requests[0]
    run = run_job(request.job_name or "pipeline", home, run_config=request.run_config, tags=request.tags)
    return World(home, tick, run)


@pytest.fixture
def home(world: World, tmp_path: Path) -> Home:
    """A copy of the world's home that a test may spoil."""
    shutil.copytree(world.home.root, tmp_path / "copy")
    return Home.resolve(tmp_path / "copy")
