"""What assets show in Dagster's UI: figures that are the tables' own, charts that need no file, links that open."""

from __future__ import annotations

import base64
import http.client
import threading
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import dagster as dg
import pytest
from small_world import World

from ingest.settings import Home
from orchestration import documents, glance, reading


def metadata(world: World, address: str) -> dict[str, Any]:
    """What the run of the small world showed of a table."""
    key = dg.AssetKey(address.split("."))
    found = [event for event in world.run.get_asset_materialization_events() if event.asset_key == key]
    return dict(found[-1].materialization.metadata)


def drawing(value: dg.MarkdownMetadataValue) -> ElementTree.Element:
    """The image within a Markdown value."""
    coded = value.md_str.partition("base64,")[2].rstrip(")")
    return ElementTree.fromstring(base64.b64decode(coded))


@pytest.mark.parametrize("address", ["facts.meetings", "marts.meetings", "marts.events", "marts.timeline"])
def test_a_table_with_status_shows_its_counts_by_status(world: World, address: str) -> None:
    shown = metadata(world, address)
    counted = reading.query(world.home, f"select status, count(*)::int as n from {address} group by status").rows()
    assert counted
    assert {name: shown[f"n_{name}"].value for name, _ in counted} == dict(counted)
    text = "".join(drawing(shown["by status"]).itertext())
    assert all(name in text for name, _ in counted)


def test_every_table_that_is_read_shows_rows_and_where_it_is_documented(world: World) -> None:
    for event in world.run.get_asset_materialization_events():
        shown = event.materialization.metadata
        schema = event.asset_key.path[0]
        if schema in {"raw", "facts", "marts"}:
            assert {"dagster/row_count", "preview", "data docs"} <= set(shown), event.asset_key
        if schema == "marts":
            assert shown["dbt docs"].value.endswith(f"#!/model/model.chancery.{event.asset_key.path[1]}")


def test_the_published_warehouse_tells_how_fresh_and_how_good_it_is(world: World) -> None:
    shown = metadata(world, "published.warehouse")
    assert shown["latest article"].value == "2025-07-27"
    assert shown["checks_held"].value > 0 and shown["inputs_in_quarantine"].value == 0
    assert all(f"| {suite} |" in shown["quality"].md_str for suite in ("raw", "facts", "marts"))


def test_charts_are_short_enough_for_the_page_to_show_them_at_once() -> None:
    counts = [(name, 12_345_678) for name in ("occurred", "planned", "denied", "hypothetical")]
    months = [(f"20{year}-{month:02}", 1_234_567 - month) for year in (25, 26) for month in range(1, 13)]
    assert len(glance.bars(counts).md_str) < 1000 and len(glance.columns(months).md_str) < 1000


def test_every_check_says_in_words_what_it_demands() -> None:
    from orchestration.definitions import defs

    graph = defs().get_repository_def().asset_graph
    bare = [key for key in graph.asset_check_keys if not graph.get(key).description]
    assert bare == []


def test_a_name_cannot_leave_its_drawing() -> None:
    shown = glance.bars([("<script>alert(1)</script>", 3), ("occurred", 0)])
    tags = {element.tag.rpartition("}")[2] for element in drawing(shown).iter()}
    assert tags == {"svg", "path", "text"}


@pytest.fixture
def site(world: World) -> Iterator[int]:
    """The documents of the small world on a free port."""
    found = documents.server(world.home, 0)
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield found.server_address[1]
    found.shutdown()
    found.server_close()


def status(port: int, path: str, host: str = "127.0.0.1:1") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_data_docs_are_served_and_nothing_beside_them(world: World, site: int) -> None:
    assert (world.home.quality_docs / "marts" / "index.html").is_file()
    assert status(site, "/quality/marts/index.html") == 200
    beside = ("/warehouse/chancery.duckdb", "/quality/../warehouse/chancery.duckdb", "/quality/%2e%2e/warehouse/chancery.duckdb", "/", "/quality/")
    assert [status(site, path) for path in beside] == [404] * len(beside)
    assert status(site, "/quality/marts/index.html", "evil.example:3001") == 403


def test_links_lead_to_the_server_where_there_is_one(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    home: Home = world.home
    monkeypatch.delenv(glance.DOCUMENTS_VARIABLE, raising=False)
    assert glance.data_docs(home, "marts").value.startswith("file:///")
    monkeypatch.setenv(glance.DOCUMENTS_VARIABLE, "http://127.0.0.1:3001")
    assert glance.data_docs(home, "marts").value == "http://127.0.0.1:3001/quality/marts/index.html"
    assert glance.dbt_docs(home).value == "http://127.0.0.1:3001/dbt/static_index.html"
