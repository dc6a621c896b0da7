"""What makes the pipeline run: the schedule, the sensor, and the run that follows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb
from small_world import World, run_job, write_articles

from orchestration.definitions import defs
from orchestration.defs.sensors import inbox
from orchestration.place import Place


def _tick(world: World, cursor: str | None) -> Any:
    context = dg.build_sensor_context(cursor=cursor, resources={"place": Place(folder=str(world.home.root))})
    return inbox(context)


def test_hourly_schedule_asks_sources_first() -> None:
    schedule = defs().get_repository_def().get_schedule_def("hourly")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 1, 7, tzinfo=UTC))
    tick = schedule.evaluate_tick(context)
    assert len(tick.run_requests) == 1
    assert (schedule.job_name, schedule.cron_schedule) == ("feeds", "0 * * * *")


def test_new_files_give_one_run(world: World) -> None:
    assert len(world.tick.run_requests) == 1


def test_the_same_files_give_no_second_run(world: World) -> None:
    assert isinstance(_tick(world, world.tick.cursor), dg.SkipReason)


def test_a_further_file_gives_another_run(world: World) -> None:
    late = write_articles(world.home.inbox / "late.jsonl", ({"id": "w-9", "text": "More."},))
    try:
        again = _tick(world, world.tick.cursor)
        assert again.run_requests[0].run_key != world.tick.run_requests[0].run_key
    finally:
        late.unlink()


def test_a_file_still_being_written_waits(world: World) -> None:
    growing = write_articles(world.home.inbox / "growing.jsonl", age_seconds=0)
    try:
        assert isinstance(_tick(world, world.tick.cursor), dg.SkipReason)
    finally:
        growing.unlink()


def test_the_requested_run_publishes(world: World) -> None:
    failures = [event.message for event in world.run.all_events if event.is_failure]
    assert world.run.success, failures
    with duckdb.connect(str(world.home.published), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.articles").fetchone() == (3,)
        assert connection.execute("select count(*) from marts.meetings").fetchone()[0] >= 1


def test_every_table_tells_rows_and_shows_some(world: World) -> None:
    seen = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in world.run.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    }
    for name in ("raw/articles", "facts/evidence", "marts/meetings"):
        assert "dagster/row_count" in seen[name]
        assert seen[name]["preview"].md_str.startswith("| ")


def test_replay_gives_the_same_warehouse(world: World, home: Any) -> None:
    before = _contents(home)
    assert run_job("replay", home).success
    assert _contents(home) == before


def _contents(home: Any) -> list[tuple]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return connection.execute(
            "select * exclude (snapshot_id) from marts.articles order by all"
        ).fetchall() + [
            row
            for table in ("meetings", "events", "evidence", "meetings_by_country_pair")
            for row in connection.execute(f"select * from marts.{table} order by all").fetchall()
        ]
