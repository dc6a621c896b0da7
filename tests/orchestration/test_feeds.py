"""Sources under Dagster: the job that asks them, a backfill, freshness, alerts, and runs whose process is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.events import DagsterEvent, DagsterEventType, EngineEventData
from hostile import Site, serving
from small_world import ARTICLES

from ingest import tables
from ingest.fetching.addresses import TEST_SWITCH
from ingest.polling.pending import pending_files
from ingest.settings import Home
from ingest.warehouse import Warehouse
from orchestration import alerts, reaper
from orchestration.definitions import defs
from orchestration.defs import sensors
from orchestration.place import Place


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(TEST_SWITCH, f"127.0.0.1:{running.port}")
        yield running


def feed(site: Site, path: str = "/feed") -> str:
    """A feed with the small world's articles in it; its address."""
    items = "".join(
        f"<item><title>{row['title']}</title><link>{site.url('/' + row['id'])}</link><guid>{row['id']}</guid>"
        f"<pubDate>{row['published_date']}T08:00:00Z</pubDate><description>&lt;p&gt;{row['text']}&lt;/p&gt;</description></item>"
        for row in ARTICLES
    )
    return site.page(path, f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>", content_type="application/rss+xml")


def list_sources(home: Home, *rows: dict[str, Any]) -> None:
    (home.root / "sources.yaml").write_text(yaml.safe_dump(list(rows)), encoding="utf-8")


def home_with_feed(site: Site, folder: Path) -> Home:
    """A home whose list names a feed that answers, one that does not, and a sitemap."""
    home = Home.resolve(folder)
    home.ensure()
    pages = "".join(
        f"<url><loc>{site.url('/page-' + day)}</loc><lastmod>{day}</lastmod></url>" for day in ("2025-07-26", "2025-07-27")
    )
    site.page("/map", f"<urlset>{pages}</urlset>", content_type="text/xml")
    text = ARTICLES[0]["text"]
    site.page("/page-2025-07-26", f"<html><body><article><h1>Talks</h1><p>{text}</p><p>{text}</p></article></body></html>")
    list_sources(
        home,
        {"name": "wire", "kind": "feed", "address": feed(site), "text": "feed", "rate": 60000},
        {"name": "silent-wire", "kind": "feed", "address": site.url("/none"), "rate": 60000},
        {"name": "map", "kind": "sitemap", "address": site.url("/map"), "rate": 60000, "active": False},
    )
    return home


@pytest.fixture(scope="module")
def run(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Any]]:
    """The first half of the schedule's job, over a home with two sources; `test_daemon` runs all of it."""
    home = home_with_feed(site, tmp_path_factory.mktemp("feeds"))
    with dg.DagsterInstance.ephemeral() as instance, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHANCERY_HOME", str(home.root))
        job = defs().resolve_job_def("feeds")
        half = [dg.AssetKey(["sources", "polls"]), *(dg.AssetKey(table.address.split(".")) for table in tables.RAW)]
        yield home, job.execute_in_process(instance=instance, asset_selection=half, raise_on_error=False)


def materialized(run: Any) -> dict[str, Any]:
    return {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in run.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    }


def test_what_a_feed_brings_is_read(run: tuple[Home, Any]) -> None:
    home, result = run
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    with Warehouse(home) as store:
        assert store.read("select source, count(*) as n from raw.articles group by source").rows() == [("wire", 3)]
        assert sorted(store.read("select source, outcome from raw.polls").rows()) == [("silent-wire", "refused"), ("wire", "ok")]
    assert pending_files(home) == []


def test_the_run_tells_what_each_source_gave(run: tuple[Home, Any]) -> None:
    told = materialized(run[1])
    polls = {name: told["sources/polls"][name].value for name in ("sources", "sources_refused", "articles_fetched", "inputs_refused")}
    assert polls == {"sources": 2, "sources_refused": 1, "articles_fetched": 3, "inputs_refused": 1}
    raw = {name: told["raw/articles"][name].value for name in ("inputs", "new", "duplicate", "quarantined")}
    assert raw == {"inputs": 4, "new": 3, "duplicate": 0, "quarantined": 1}
    assert "| wire | 3 | 3 | 0 | 0 |" in told["raw/articles"]["by_source"].md_str
    assert "http_gone" in told["sources/polls"]["by_source"].md_str


def test_each_source_has_its_freshness_check_which_blocks_nothing(run: tuple[Home, Any]) -> None:
    checks = {item.check_name: item for item in run[1].get_asset_check_evaluations() if item.check_name.endswith("_is_fresh")}
    assert {name: item.passed for name, item in checks.items()} == {"wire_is_fresh": True, "silent_wire_is_fresh": False}
    assert checks["silent_wire_is_fresh"].severity == dg.AssetCheckSeverity.WARN
    assert "http_gone" in checks["silent_wire_is_fresh"].metadata["last_problem"].value


def test_a_backfill_fetches_its_day_and_leaves_it_for_the_sensor(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_with_feed(site, tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        done = defs().resolve_job_def("backfill").execute_in_process(
            instance=instance, partition_key="2025-07-26", resources={"place": Place(folder=str(home.root))},
            run_config={"ops": {"sources__archive": {"config": {"names": ["map"]}}}},
        )  # fmt: skip
    told = materialized(done)["sources/archive"]
    assert (told["articles_fetched"].value, site.asked["/page-2025-07-27"]) == (1, 0)
    monkeypatch.setattr(sensors, "_SECONDS_TO_BE_READ", 0)
    tick = sensors.inbox(dg.build_sensor_context(resources={"place": Place(folder=str(home.root))}))
    assert len(tick.run_requests) == 1


# Alerts


def test_an_alert_is_a_line_and_a_message(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[dict[str, Any]] = []

    def hook(request: BaseHTTPRequestHandler) -> None:
        taken.append(json.loads(request.body))
        request.send_response(204)
        request.end_headers()

    monkeypatch.setenv(alerts.WEBHOOK_VARIABLE, site.script("/hook", hook))
    home = Home(tmp_path)
    assert alerts.alert(home, "run 1\nfailed") == "told in alerts.log and by webhook"
    assert taken == [{"text": "run 1\nfailed"}]
    assert (home.logs / "alerts.log").read_text().endswith(" run 1 failed\n")


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "file:///etc/passwd", "http://169.254.169.254/", "nonsense"])
def test_a_webhook_that_may_not_be_asked_is_told_not_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(alerts.WEBHOOK_VARIABLE, url)
    assert "did not take it" in alerts.alert(Home(tmp_path), "run 1 failed")
    assert len((tmp_path / "logs" / "alerts.log").read_text().splitlines()) == 2


def test_a_failed_run_is_told(tmp_path: Path) -> None:
    @dg.op
    def breaks() -> None:
        raise dg.Failure("the disk is full")

    @dg.job(name="pipeline")
    def broken() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        result = broken.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            "alerts", dagster_event=result.get_run_failure_event(), dagster_instance=instance, dagster_run=result.dagster_run,
            resources={"place": Place(folder=str(tmp_path))},
        ).for_run_failure()  # fmt: skip
        sensors.alerts_of_failed_runs(context)
    assert f"run {result.run_id} of pipeline failed" in (tmp_path / "logs" / "alerts.log").read_text()


# Runs whose process is gone


def under_way(instance: dg.DagsterInstance, pid: int, seconds_ago: float) -> dg.DagsterRun:
    """A run that said it works in a process, and nothing since."""
    @dg.job
    def empty() -> None:
        return None

    run = instance.create_run_for_job(empty, status=dg.DagsterRunStatus.STARTED)
    event = DagsterEvent(
        DagsterEventType.ENGINE_EVENT.value, job_name="empty", message="Executing steps in process",
        event_specific_data=EngineEventData(metadata={"pid": dg.MetadataValue.text(str(pid))}),
    )  # fmt: skip
    from time import time

    entry = dg.EventLogEntry(
        error_info=None, level=20, user_message="", run_id=run.run_id, timestamp=time() - seconds_ago, dagster_event=event, job_name="empty"
    )
    instance.handle_new_event(entry)
    return run


def _gone() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("pid", "seconds_ago", "is_dead"),
    [("gone", 60, True), ("gone", 5, False), ("here", 0, False), ("reused", 10**7, True)],
)
def test_a_run_whose_process_is_gone_is_marked_as_failed(pid: str, seconds_ago: float, is_dead: bool) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = under_way(instance, _gone() if pid == "gone" else os.getpid(), seconds_ago)
        told = reaper.reap(instance)
        assert bool(told) is is_dead
        assert instance.get_run_by_id(run.run_id).is_finished is is_dead


def test_places_of_ended_runs_are_given_back(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides={"concurrency": {"pools": {"default_limit": 1}}}) as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("duckdb", 1)
        run = under_way(instance, _gone(), 60)
        assert storage.claim_concurrency_slot("duckdb", run.run_id, "step").is_claimed
        reaper.reap(instance)
        assert not storage.claim_concurrency_slot("duckdb", "other", "step").is_claimed or not storage.get_concurrency_run_ids() & {run.run_id}
        assert run.run_id not in storage.get_concurrency_run_ids()
