"""Superset over the sample in a real browser: every chart shows data, nobody else is asked, the next snapshot is seen."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from dashboard_pages import needed
from small_world import write_articles

from ingest.errors import EnvironmentProblem
from ingest.settings import Home, project_root
from orchestration.superset import __main__ as command
from orchestration.superset import files
from orchestration.superset.places import USER, State, assets_dir, python

# what the whole of this file may take on a busy machine: a first start is most of it
pytestmark = [pytest.mark.superset, pytest.mark.timeout(900)]

BROKEN = Path(__file__).parents[1] / "fixtures" / "broken"
REFUSED = ("truncated_line.jsonl", "huge_number.jsonl", "letter.docx")
CHARTS = {"world": 10, "country-pair": 7, "persons": 6, "quality": 10}
NEXT = {
    "id": "next-1",
    "source": "Fjord Courier",
    "published_date": "2025-11-20",
    "title": "Two presidents talk",
    "text": "HELSINKI, Nov 20 - Finnish President Alexander Stubb met Estonian President Alar Karis in Helsinki on Thursday.",
}
DRAWN = """
    () => [...document.querySelectorAll('.dashboard-component-chart-holder')].map(holder => ({
        name: holder.querySelector('[data-test="editable-title"], .header-title, input')?.innerText ?? '',
        shows: !!holder.querySelector('canvas, table tbody tr, svg.datamap path, .header-line, table.pvtTable'),
        says: [...holder.querySelectorAll('.ant-empty, .ant-alert, [role="alert"]')].map(found => found.innerText).join(' '),
        waits: !!holder.querySelector('.loading, [data-test="loading-indicator"]'),
    }))
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def published(home: Home, *paths: Path) -> None:
    """Run the pipeline as a person would, checks and all."""
    words = [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), "run", *map(str, paths)]
    done = subprocess.run(words, cwd=project_root(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample and three inputs that nobody can read, published."""
    try:
        python()
    except EnvironmentProblem as problem:
        assert not os.environ.get("CI"), problem
        pytest.skip(str(problem))
    home = Home.resolve(tmp_path_factory.mktemp("superset"))
    published(home, project_root() / "data" / "sample", *(BROKEN / name for name in REFUSED))
    return home


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """The server as `make superset` starts it; its port stands in `server.port`."""
    port = _free_port()
    words = [sys.executable, "-m", "orchestration.superset", "--port", str(port)]
    with (home.root / "server.log").open("wb") as log:
        process = subprocess.Popen(words, env=os.environ | {"CHANCERY_HOME": str(home.root)}, cwd=project_root(), stdout=log, stderr=log)
        process.port = port
        try:
            until = monotonic() + 600
            while monotonic() < until and process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                sleep(0.5)
            assert process.poll() is None, (home.root / "server.log").read_text()
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


@pytest.fixture(scope="module")
def page(server: Any, home: Home) -> Iterator[Any]:
    """A page of a browser that has logged in with the generated password; `page.asked` are its requests."""
    chromium = shutil.which("chromium")
    if not chromium and not os.environ.get("CI"):
        pytest.skip("no /usr/bin/chromium")
    with needed("playwright.sync_api").sync_playwright() as run:
        browser = run.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = browser.new_context(viewport={"width": 1400, "height": 2600}, base_url=f"http://127.0.0.1:{server.port}").new_page()
        found.set_default_timeout(120_000)
        found.asked = []
        found.on("request", lambda request: found.asked.append(request))
        found.goto("/login/")
        found.fill("input[type=text]", USER)
        found.fill("input[type=password]", State(home).password_file.read_text().strip())
        found.click("button[type=submit]")
        found.wait_for_url("**/superset/welcome/")
        yield found
        browser.close()


def drawn(page: Any, slug: str) -> list[dict[str, Any]]:
    """Open a dashboard; its charts once none waits."""
    page.goto(f"/superset/dashboard/{slug}/")
    until = monotonic() + 180
    while True:
        page.wait_for_timeout(500)
        charts = page.evaluate(DRAWN)
        settled = len(charts) == CHARTS[slug] and all((chart["shows"] or chart["says"]) and not chart["waits"] for chart in charts)
        if settled or monotonic() > until:
            return charts


def number(page: Any, title: str) -> int:
    """The figure of a big number on the dashboard that is open."""
    holder = page.locator(".dashboard-component-chart-holder").filter(has=page.get_by_text(title, exact=True)).first
    return int(holder.locator(".header-line").inner_text().replace(",", ""))


def asked_of_api(page: Any, path: str, body: dict[str, Any], method: str = "POST") -> Any:
    """An answer of Superset's interface to the user who is logged in."""
    token = page.request.get("/api/v1/security/csrf_token/").json()["result"]
    headers = {"X-CSRFToken": token, "Referer": page.url}
    return page.request.fetch(path, method=method, data=body, headers=headers)


@pytest.mark.parametrize("slug", CHARTS)
def test_every_chart_shows_data(page: Any, slug: str) -> None:
    charts = drawn(page, slug)
    assert len(charts) == CHARTS[slug]
    assert [chart for chart in charts if not chart["shows"] or chart["says"] or chart["waits"]] == []
    folder = os.environ.get("CHANCERY_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"superset-{slug}.png"))


def test_nobody_else_is_asked(page: Any) -> None:
    """Superset's own page has a tracker's image; the policy of its answers keeps the browser from asking for it."""
    drawn(page, "world")
    abroad = [request for request in page.asked if request.url.startswith("http") and urlsplit(request.url).hostname != "127.0.0.1"]
    assert {request.failure for request in abroad} <= {"csp"}
    policy = page.request.get("/superset/dashboard/world/").headers["content-security-policy"]
    assert "http" not in policy and "default-src 'self'" in policy


def test_a_filter_chooses_a_country(page: Any) -> None:
    drawn(page, "world")
    before = number(page, "Meetings")
    box = page.locator("[data-test='filter-bar'] .ant-select").first
    box.click()
    page.keyboard.type("Rwanda")
    page.locator(".ant-select-item-option", has_text="Rwanda").first.click()
    page.keyboard.press("Escape")
    page.locator("[data-test='filter-bar__apply-button']").click()
    until = monotonic() + 30
    while number(page, "Meetings") == before and monotonic() < until:
        page.wait_for_timeout(500)
    assert 0 < number(page, "Meetings") < before


def test_the_warehouse_and_nothing_else_is_read(page: Any) -> None:
    def run(sql: str) -> Any:
        database = page.request.get("/api/v1/database/").json()["result"][0]["id"]
        body = {"database_id": database, "sql": sql, "client_id": os.urandom(5).hex(), "runAsync": False, "schema": "marts"}
        return asked_of_api(page, "/api/v1/sqllab/execute/", body)

    assert run("select count(*) as n from marts.meetings").json()["data"][0]["n"] > 0
    for sql in (
        "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')", "copy marts.meetings to '/tmp/superset-leak.csv'",
        "create table marts.x as select 1", "delete from marts.meetings", "set enable_external_access = true", "attach '/tmp/superset-leak.duckdb' as x",
    ):  # fmt: skip
        answer = run(sql)
        assert answer.status >= 400, (sql, answer.text()[:300])
    assert not Path("/tmp/superset-leak.csv").exists() and not Path("/tmp/superset-leak.duckdb").exists()


def test_it_listens_on_the_loopback_asks_for_a_login_and_refuses_other_names(server: Any, page: Any) -> None:
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    listening = {found.laddr.ip for process in family for found in process.net_connections() if found.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    stranger = page.context.browser.new_context(base_url=f"http://127.0.0.1:{server.port}")
    assert stranger.request.get("/api/v1/dashboard/").status in (401, 403) or stranger.request.get("/api/v1/dashboard/").json()["count"] == 0
    assert stranger.request.get("/health", headers={"Host": "rebound.example"}).status == 400
    stranger.close()


def exported(home: Home) -> dict[str, str]:
    """What `make superset-export` would write."""
    state = State(home)
    command._inside(state, "give-out", USER, str(state.assets_file))
    return files.kept(json.loads(state.assets_file.read_text(encoding="utf-8")))


def test_what_is_in_superset_is_what_the_files_say_and_an_edit_comes_back_as_one_file(page: Any, home: Home) -> None:
    told = files.read(assets_dir())
    assert exported(home) == told
    found = page.request.get("/api/v1/chart/?q=(page_size:100)").json()["result"]
    chart = next(row["id"] for row in found if row["slice_name"] == "World: Places")
    assert asked_of_api(page, f"/api/v1/chart/{chart}", {"description": "Cities first."}, "PUT").status == 200
    edited = exported(home)
    assert [path for path in edited if edited[path] != told[path]] == ["charts/World_Places.yaml"]
    assert "Cities first." in edited["charts/World_Places.yaml"]


def test_the_next_snapshot_is_seen_without_a_restart(server: Any, page: Any, home: Home, tmp_path: Path) -> None:
    drawn(page, "world")
    before = number(page, "Meetings")
    published(home, write_articles(tmp_path / "next.jsonl", (NEXT,)))
    drawn(page, "world")
    assert number(page, "Meetings") == before + 1
    assert server.poll() is None


def test_a_later_start_has_nothing_to_set_up(server: Any, home: Home) -> None:
    assert command.set_up(home) is False
