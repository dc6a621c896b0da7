"""The dashboard's pages: what they show of a published file, and that article text is never more than text."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from dashboard_pages import PAGES, needed, read, run_page

from ingest.settings import Home
from orchestration import reading

needed("streamlit")
words = needed("orchestration.dashboard.words")

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) $\\\\sum$ :red[loud] <img src=x onerror=alert(1)> **bold**"


@pytest.fixture
def shown(sample: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The sample as the home that the pages read."""
    monkeypatch.setenv("CHANCERY_HOME", str(sample.root))
    return sample


def one(home: Home, sql: str) -> str:
    return reading.query(home, sql).item()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_one_title_and_no_empty_block(shown: Home, name: str) -> None:
    page = read(run_page(name))
    assert page.tags.count("h1") == 1
    assert not {"None", "nan", "NaN", "NaT"} & set(page.text.split())


def test_nothing_published_is_said_and_no_error_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANCERY_HOME", str(tmp_path))
    testing = needed("streamlit.testing.v1")
    app = testing.AppTest.from_string("from orchestration.dashboard import app\napp.main()\n", default_timeout=30).run()
    assert not app.exception
    assert "nothing is published" in read(app).text


def test_figures_of_the_world_are_those_of_the_tables(shown: Home) -> None:
    held = one(shown, "select count(*) from marts.meetings where status = 'occurred'")
    page = read(run_page("world"))
    assert f"Meetings held{held}" in page.text


def test_a_fact_opens_its_sentence_with_its_words_marked(shown: Home) -> None:
    fact = reading.query(
        shown,
        "select fact_id, evidence, trigger from marts.evidence where fact_kind = 'meeting' and trigger = 'met' order by all limit 1",
    ).row(0, named=True)
    page = read(run_page("explore", fact=fact["fact_id"]))
    assert fact["evidence"] in page.text
    assert "met" in page.marks


def test_a_fact_that_is_not_there_is_said(shown: Home) -> None:
    assert "No fact m000" in read(run_page("explore", fact="m000")).text


def test_the_address_filters_and_what_it_names_wrongly_is_ignored(shown: Home) -> None:
    planned = one(shown, "select count(*)::int from marts.timeline where status = 'planned' and category = 'meeting'")
    page = read(run_page("explore", status="planned", kind="meeting", country="NOWHERE", since="yesterday", page="x"))
    assert f"{planned} facts" in page.text


def test_filters_of_explore_narrow_to_what_all_of_them_say(shown: Home) -> None:
    row = reading.query(
        shown,
        "select fact_id, codes, actor_ids[1] as person, topics[1] as topic, country_code, start_date from marts.timeline"
        " where len(actor_ids) > 0 and len(topics) > 0 and country_code is not null and start_date is not null order by fact_id limit 1",
    ).row(0, named=True)
    page = read(
        run_page(
            "explore", country=row["codes"], person=row["person"], topic=row["topic"], place=row["country_code"],
            since=str(row["start_date"]), until=str(row["start_date"]), status="occurred",
        )
    )  # fmt: skip
    assert any(row["fact_id"] in link for link in page.links)
    alone = one(shown, f"select count(*)::int from marts.timeline where start_date = '{row['start_date']}'")
    assert sum("fact=" in link for link in page.links) < alone
    assert "Nothing in the warehouse fits" in read(run_page("explore", since="2099-01-01")).text


def test_a_change_of_a_filter_is_written_to_the_address(shown: Home) -> None:
    app = run_page("explore", fact="m000", page="2")
    app.multiselect(key="filter-status").set_value(["denied"]).run()
    assert app.query_params.get("status") in ("denied", ["denied"])
    assert "fact" not in app.query_params and "page" not in app.query_params
    denied = one(shown, "select count(*)::int from marts.timeline where status = 'denied'")
    assert f"{denied} facts" in read(app).text


def test_links_of_a_list_keep_the_filters(shown: Home) -> None:
    links = read(run_page("explore", status="planned")).links
    assert links and all("status=planned" in link for link in links if "fact=" in link)


def test_a_pair_is_the_same_from_both_sides_and_says_when_it_never_met(shown: Home) -> None:
    there, back = (read(run_page("country_pair", a=a, b=b)).text for a, b in (("RUS", "USA"), ("USA", "RUS")))
    assert there.partition("Meetings held")[2] == back.partition("Meetings held")[2]
    stranger = one(
        shown,
        "select code from marts.dim_country where code in (select country_a from marts.relations_by_country_pair_month)"
        " and code not in (select country_a from marts.meetings_by_country_pair where country_b = 'USA')"
        " and code < 'USA' order by code limit 1",
    )
    assert "No meeting of these two" in read(run_page("country_pair", a=stranger, b="USA")).text
    assert "two different countries" in read(run_page("country_pair", a="USA", b="USA")).text


def test_a_person_shows_whom_they_met_and_their_offices(shown: Home) -> None:
    page = read(run_page("person", id="p:donald-trump"))
    met = reading.query(
        shown,
        "select name from marts.actors where actor_id = (select if(actor_a = 'p:donald-trump', actor_b, actor_a)"
        " from marts.meetings_by_actor_pair where 'p:donald-trump' in (actor_a, actor_b) order by n_meetings desc, n_planned desc limit 1)",
    ).item()
    assert met in page.text and "President, United States" in page.text


def test_a_second_snapshot_is_seen_at_once(shown: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copied(shown, tmp_path)
    monkeypatch.setenv("CHANCERY_HOME", str(home.root))
    before = run_page("quality")
    later = copied(shown, tmp_path / "later")
    changed(later, "delete from marts.timeline where fact_kind = 'visit'")
    later.published.replace(home.published)
    assert "Visits" in read(before).text and "Visits" not in read(before.run()).text


def copied(home: Home, place: Path) -> Home:
    """A home with a copy of the published file alone."""
    copy = Home.resolve(place)
    copy.warehouse.mkdir(parents=True)
    shutil.copy(home.published, copy.published)
    return copy


def changed(home: Home, *statements: str) -> None:
    """Statements run on a test's own copy."""
    with duckdb.connect(str(home.published)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_text_of_articles_is_text(shown: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copied(shown, tmp_path)
    monkeypatch.setenv("CHANCERY_HOME", str(home.root))
    fact = one(home, "select fact_id from marts.timeline where fact_kind = 'meeting' and len(people) > 0 order by fact_id limit 1")
    changed(
        home,
        f"update marts.articles set text = repeat('{HOSTILE} ', 200), title = '{HOSTILE}', source = '{HOSTILE}', url = 'javascript:alert(1)'",
        f"update marts.timeline set people = ['{HOSTILE}'], city = '{HOSTILE}' where fact_id = '{fact}'",
        f"update marts.actors set name = '{HOSTILE}' where kind = 'person'",
        f"update marts.sources set source = source || '{HOSTILE}', last_problem = '{HOSTILE}'",
    )
    for name in PAGES:
        page = read(run_page(name, fact=fact))
        assert not {"script", "img"} & set(page.tags), name
        assert not [link for link in page.links if link.lower().startswith(("javascript", "data"))], name
    page = read(run_page("explore", fact=fact))
    assert "<script>alert(1)</script> [x](javascript:alert(1)) $\\sum$ :red[loud]" in page.text.replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://example.org/a?b=1", True), ("HTTP://example.org", True), ("javascript:alert(1)", False), ("data:text/html,x", False),
        ("//example.org", False), ("file:///etc/passwd", False), (" https://example.org", True), ("http://[bad", False), (None, False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(address: str | None, is_link: bool) -> None:
    assert words.source_link(address, "title").startswith("<a ") == is_link


@pytest.mark.parametrize(
    ("sentence", "triggers", "expected"),
    [
        ("Dar met Rubio.", ["met"], "Dar <mark>met</mark> Rubio."),
        ("They signed a treaty & left.", ["signed treaty"], "They <mark>signed</mark> a <mark>treaty</mark> &amp; left."),
        ("A metro, then they met.", ["met"], "A metro, then they <mark>met</mark>."),
        ("<b>Met</b> twice.", ["met"], "&lt;b&gt;<mark>Met</mark>&lt;/b&gt; twice."),
        ("Nothing of it stands here.", ["zzz"], "<mark>Nothing of it stands here.</mark>"),
        ("They talked and met.", ["met", "talked"], "They <mark>talked</mark> and <mark>met</mark>."),
        ("😀 İ met 😀", ["met"], "😀 İ <mark>met</mark> 😀"),
    ],
)  # fmt: skip
def test_the_words_of_a_fact_are_marked(sentence: str, triggers: list[str], expected: str) -> None:
    assert words.marked(sentence, triggers) == expected


def test_dates_read_as_precise_as_they_are() -> None:
    start = date(2025, 8, 1)
    read_as = [words.dated(start, precision) for precision in ("day", "week", "month", "year")]
    assert read_as == ["1 Aug 2025", "week of 1 Aug 2025", "Aug 2025", "2025"]
    assert words.dated(None, "unknown", start) == "undated, told 1 Aug 2025"


def test_a_download_holds_no_formula() -> None:
    explore = needed("orchestration.dashboard.explore")
    told = explore.csv(pl.DataFrame({"who": ["=1+1", "-x", "fine", None], "n": [1, 2, 3, 4]})).decode().splitlines()
    assert told == ["who,n", "'=1+1,1", "'-x,2", "fine,3", ",4"]


def test_the_server_listens_on_the_loopback_and_tells_nobody() -> None:
    main = needed("orchestration.dashboard.__main__")
    flags = main.arguments(8501)
    assert {"--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--server.port=8501"} <= set(flags)
