"""Sources: files in every form, and polls of a site on loopback. Each article once, edits as versions, nothing lost."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest
import yaml
from hostile import Site, serving
from test_pages import BODY

from ingest.articles import REASONS, admit
from ingest.errors import EnvironmentProblem, UsageError
from ingest.fetching.addresses import TEST_SWITCH
from ingest.lexicon import places
from ingest.polling import poll as polling
from ingest.polling.log import Poll, poll_log
from ingest.polling.pending import pending_batches, pending_files
from ingest.polling.roll import KINDS, named, roll
from ingest.polling.run import _alone, poll_all
from ingest.settings import Home, reference_dir
from ingest.sources import Batch, read_path, replay_batches
from ingest.sources.html import Readers
from ingest.warehouse import forgetting

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"


class _Kept(Readers):
    """Readers that stay when one test is done with them: to start them costs more than what a test asks."""

    def __exit__(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def readers() -> Iterator[_Kept]:
    kept = _Kept()
    yield kept
    for reader in kept.readers:
        reader.close()


@pytest.fixture(autouse=True)
def _shared_readers(readers: _Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ingest.sources", "ingest.polling.run"):
        monkeypatch.setattr(f"{module}.Readers", lambda: readers)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.ensure()
    return made


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with serving() as running:
        monkeypatch.setenv(TEST_SWITCH, f"127.0.0.1:{running.port}")
        yield running


def fixture(name: str, site: Site | None = None) -> str:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    return text.replace("HOST", site.url("") if site else "https://site.example")


def article(title: str, text: str = BODY) -> str:
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"


def listed(home: Home, **fields: object) -> None:
    """Give the home a list with one source."""
    row = {"name": "wire", "rate": 60_000, **fields}
    (home.root / "sources.yaml").write_text(yaml.safe_dump([row]), encoding="utf-8")


def fetched(home: Home, day: date | None = None) -> Poll:
    (done,) = poll_all(home, named(home, []), day)
    return done


def admitted(batches: Iterator[Batch]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Articles and refusals of batches, each batch accounted for."""
    articles, refused = [], []
    for batch in batches:
        assert batch.path.startswith("source:") or not batch.path.startswith("http")
        taken = admit(batch)
        assert taken.n_in == taken.articles.height + taken.quarantine.height
        articles.append(taken.articles)
        refused.append(taken.quarantine)
    assert set(pl.concat(refused)["reason"]) <= set(REASONS) if refused else True
    return (pl.concat(articles), pl.concat(refused)) if articles else (pl.DataFrame(), pl.DataFrame())


def taken(home: Home) -> tuple[pl.DataFrame, pl.DataFrame]:
    return admitted(pending_batches(home))


# Files


def test_a_feed_in_a_file_gives_its_entries(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "poll.rss"
    path.write_text(fixture("rss.xml"), encoding="utf-8")
    articles, refused = admitted(read_path(path, home))
    first = articles.row(0, named=True)
    assert first["text"] == (
        "French Foreign Minister Jean-Noël Barrot met German Foreign Minister Johann Wadephul in Berlin on Monday.\n"
        "They discussed trade & security."
    )
    assert (first["external_id"], first["url"], first["title"], first["author"], first["source"], first["date_source"]) == (
        "https://site.example/?p=1", "https://site.example/readouts/1/", "Minister meets counterpart – readout",
        "Office of the Spokesperson", "Press Releases – Ministry of Harbours", "feed",
    )  # fmt: skip
    assert articles["published_at"].cast(pl.String).to_list() == ["2022-07-26 22:33:16.000000", "2022-07-25 13:00:00.000000"]
    assert articles["text"][1].startswith("The ministry welcomes")
    assert refused.select("position", "reason").rows() == [(2, "no_text")]


def test_an_atom_feed_packed_in_a_file_gives_its_entries(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "poll.xml.gz"
    path.write_bytes(gzip.compress(fixture("atom.xml").encode()))
    articles, _ = admitted(read_path(path, home))
    row = articles.row(0, named=True)
    assert row["title"] == "Talks resume in Delta"
    assert row["text"] == "Envoys of both countries met in Delta on Friday.\nThey will meet again next week."
    assert (str(row["published_at"]), row["published_date"], row["author"]) == ("2025-07-25 07:00:00", date(2025, 7, 25), "Press Office")


def test_nitf_gives_its_article_and_opens_no_file(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.nitf"
    path.write_text(fixture("nitf.xml"), encoding="utf-8")
    articles, _ = admitted(read_path(path, home))
    row = articles.row(0, named=True)
    assert row["text"] == "VIENNA - The foreign ministers of Austria and Hungary signed an accord on Saturday.\nThey thanked their envoys."
    assert (row["external_id"], row["title"], row["author"], row["source"], row["language"]) == (
        "agency-0042", "Ministers sign accord", "By Ada Lane", "Harbour Post", "en"
    )  # fmt: skip
    assert str(row["published_at"]) == "2025-07-26 07:15:00"


def test_newsml_gives_its_items(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(fixture("newsml.xml"), encoding="utf-8")
    articles, refused = admitted(read_path(path, home))
    row = articles.row(0, named=True)
    assert (row["external_id"], row["title"], row["author"], row["source"]) == (
        "urn:newsml:delta.example:20250726:1", "Ministers sign accord", "Ada Lane", "Delta Agency"
    )  # fmt: skip
    assert row["text"].startswith("The foreign ministers of Austria and Hungary") and str(row["published_at"]) == "2025-07-26 07:15:00"
    assert refused.select("position", "reason").rows() == [(1, "no_text")]


BROKEN_XML = {
    "sitemap.xml": ("SITEMAP", "list_of_links"),
    "bomb.xml": (
        '<!DOCTYPE l [<!ENTITY a "lollollollol">' + "".join(
            f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
        ) + "]><rss><channel><item><title>&m;</title><description>&m;</description></item></channel></rss>", None,
    ),
    "other.xml": ("<catalogue><item/></catalogue>", "invalid_feed"),
    "cut.rss": ("<rss><channel><item><title>x", None),
    "words.atom": ("no markup at all", "invalid_feed"),
    "path.rss": ("/etc/passwd", "invalid_feed"),
    "url.rss": ("http://127.0.0.1:1/feed", "invalid_feed"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_XML)
def test_broken_xml_is_refused_with_a_reason(home: Home, tmp_path: Path, name: str) -> None:
    text, reason = BROKEN_XML[name]
    path = tmp_path / name
    path.write_text(fixture("news_sitemap.xml") if text == "SITEMAP" else text, encoding="utf-8")
    articles, refused = admitted(read_path(path, home))
    assert articles.height + refused.height == 1
    assert (refused.height == 0 and articles["text"].str.len_chars().max() < 100) or reason in (None, refused["reason"][0])


def warc(*records: tuple[str, str, bytes]) -> bytes:
    """A web archive: address, head of the answer, body."""
    out = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:0>\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    for number, (url, head, body) in enumerate(records, start=1):
        content = f"HTTP/1.1 {head}\r\n\r\n".encode() + body
        out += (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Target-URI: {url}\r\n"
            f"WARC-Date: 2025-07-26T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(content)}\r\n\r\n"
        ).encode() + content + b"\r\n\r\n"  # fmt: skip
    return out


PAGE = ("https://post.example/a", "200 OK\r\nContent-Type: text/html; charset=utf-8", article("Accord").encode())
PICTURE = ("https://post.example/p.png", "200 OK\r\nContent-Type: image/png", b"\x89PNG")
MOVED = ("https://post.example/old", "301 Moved\r\nContent-Type: text/html\r\nLocation: /a", b"<p>moved</p>")
EMPTY = ("https://post.example/e", "200 OK\r\nContent-Type: text/html", b"")


def test_a_web_archive_gives_its_pages(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(warc(PAGE, PICTURE, MOVED, EMPTY)))
    articles, refused = admitted(read_path(path, home))
    assert articles.select("url", "title", "raw_position").rows() == [("https://post.example/a", "Accord", 0)]
    assert refused.select("position", "reason").rows() == [(3, "no_text")]


def test_a_packed_answer_in_a_web_archive_is_unpacked(home: Home, tmp_path: Path) -> None:
    body = gzip.compress(article("Accord").encode())
    head = f"200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}"
    path = tmp_path / "a.warc"
    path.write_bytes(warc(("https://post.example/a", head, body)))
    articles, _ = admitted(read_path(path, home))
    assert articles["title"].to_list() == ["Accord"]


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (warc(PAGE)[:-300], {"invalid_warc"}),
        (warc(PAGE, PAGE)[:-300], {"invalid_warc"}),
        (warc(PAGE) + b"rubbish\r\n" * 50, {"invalid_warc"}),
        (gzip.compress(warc(PAGE))[:-200], {"invalid_warc", "no_text"}),
        (b"filedesc://a.arc 0.0.0.0 20140301000000 text/plain 10\n1 0 X\n", {"invalid_warc"}),
        (b"\x00" * 5000, {"invalid_warc", "empty_file"}),
        (warc(PICTURE), {"empty_file"}),
        (warc(), {"empty_file"}),
    ],
)
def test_a_broken_web_archive_gives_what_it_can_and_reasons(home: Home, tmp_path: Path, data: bytes, reasons: set[str]) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    articles, refused = admitted(read_path(path, home))
    assert articles.height + refused.height >= 1
    assert set(refused["reason"]) <= reasons


# The list of sources


def test_the_projects_list_has_every_kind() -> None:
    found = roll(Home(Path("/nonexistent")))
    assert {source.kind for source in found} == set(KINDS)
    assert (reference_dir() / "sources.yaml").exists()


def test_every_row_of_the_projects_list_is_complete_and_plausible() -> None:
    """Said rather than left out: whose it is, in which language, how gently; over https where the host speaks it."""
    rows = yaml.safe_load((reference_dir() / "sources.yaml").read_text(encoding="utf-8"))
    states = set(places.countries()["code"])
    for row in (row for row in rows if row["kind"] != "folder"):
        assert row.keys() >= {"name", "kind", "address", "language", "country", "rate"}, row["name"]
        assert row["country"] is None or row["country"] in states, row["name"]
        assert row["language"] is None or len(row["language"]) == 2, row["name"]
        assert 0 < row["rate"] <= 30, row["name"]
        where = urlsplit(row["address"])
        assert re.fullmatch(r"([a-z0-9-]+\.)+(org|gov|com|gov\.uk)", where.netloc), row["name"]
        # the host of GDELT's files answers over https with the certificate of another
        assert where.scheme == "https" or where.netloc == "data.gdeltproject.org", row["name"]
        assert where.path not in ("", "/") and not where.fragment, row["name"]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("name: x", "not a list"), ("- 5", "not a row"), ("- {name: A b, kind: feed, address: 'https://x.example/'}", "name:"),
        ("- {name: a, kind: fax, address: 'https://x.example/'}", "kind:"), ("- {name: a, kind: feed}", "address"),
        ("- {name: a, kind: feed, address: 'https://x.example/', rate: 0}", "rate"), ("- {name: a, kind: feed, address: 'https://x.example/', rat: 1}", "no field rat"),
        ("- {name: a, kind: feed, address: 'https://x.example/', country: France}", "country"),
        ("- {name: a, kind: feed, address: 'https://x.example/', text: all}", "text:"),
        ("- {name: a, kind: feed, address: 'https://x.example/'}\n- {name: a, kind: feed, address: 'https://y.example/'}", "twice"), ("- {name: [}", "cannot be read"),
        ("- {name: a, kind: feed, address: 'ftp://x.example/'}", "only http and https"),
        ("- {name: a, kind: feed, address: x.example/feed}", "only http and https"),
        ("- {name: a, kind: feed, address: 'https://ann:pw@x.example/'}", "password"),
        ("- {name: a, kind: page, address: 'https://x.example:port/'}", "port"),
        ("- {name: a, kind: feed, address: 'https://x.example/{year}'}", "another place"),
        ("- {name: a, kind: feed, address: 'https://x.example/'}\n- {name: b, kind: page, address: 'https://x.example/'}", "an address twice"),
        ("- {name: a, kind: feed, address: 'https://x.example/', active: maybe}", "active"),
        ("- {name: a, kind: feed, address: 'https://x.example/', hours: soon}", "soon"),
    ],
)  # fmt: skip
def test_a_bad_list_says_where_and_what(home: Home, rows: str, complaint: str) -> None:
    (home.root / "sources.yaml").write_text(rows, encoding="utf-8")
    with pytest.raises(UsageError, match=complaint):
        roll(home)


def test_a_source_that_is_not_there_is_told(home: Home) -> None:
    listed(home, kind="feed", address="http://x.example/")
    with pytest.raises(UsageError, match="no source wave"):
        named(home, ["wave"])


# Polls


def test_a_feed_brings_the_pages_that_it_names(home: Home, site: Site) -> None:
    site.page("/feed", fixture("rss.xml", site), content_type="application/rss+xml")
    site.page("/readouts/1/", article("Minister meets counterpart"))
    site.page("/statements/2/", "gone", status=404)
    listed(home, kind="feed", address=site.url("/feed"), language="en")
    done = fetched(home)
    assert (done.outcome, done.n_listed, done.n_fetched, done.n_refused) == ("ok", 3, 1, 2)
    articles, refused = taken(home)
    row = articles.row(0, named=True)
    assert row["text"].startswith("The ministers met in Vienna for round one")
    assert (row["source"], row["title"], row["date_source"], row["external_id"]) == (
        "wire", "Minister meets counterpart – readout", "feed", site.url("/?p=1")
    )  # fmt: skip
    assert sorted(refused.select("path", "stage", "reason").rows()) == [
        (site.url("/empty/3/"), "fetch", "http_gone"), (site.url("/statements/2/"), "fetch", "http_gone"),
    ]  # fmt: skip
    assert pending_files(home) == []


def test_each_page_is_fetched_once_and_again_when_its_feed_says_it_changed(home: Home, site: Site) -> None:
    feed = fixture("atom.xml", site)
    site.page("/feed", feed, content_type="application/atom+xml")
    site.page("/news/1", article("Talks resume"))
    listed(home, kind="feed", address=site.url("/feed"))
    fetched(home)
    first, _ = taken(home)
    again = fetched(home)
    assert (again.n_fetched, again.n_known, site.asked["/news/1"]) == (0, 1, 1)
    site.page("/feed", feed.replace("2025-07-26T11:59", "2025-07-26T13:00"), content_type="application/atom+xml")
    site.page("/news/1", article("Talks resume", BODY.replace("useful", "very useful")))
    assert fetched(home).n_fetched == 1
    second, _ = taken(home)
    assert first["external_id"].to_list() == second["external_id"].to_list()
    assert first["article_id"][0] != second["article_id"][0]


def test_an_unchanged_list_is_asked_with_its_condition(home: Home, site: Site) -> None:
    site.page("/feed", fixture("atom.xml", site), content_type="application/atom+xml", etag='"1"')
    site.page("/news/1", article("Talks resume"))
    listed(home, kind="feed", address=site.url("/feed"))
    fetched(home)
    site.page("/feed", status=304)
    done = fetched(home)
    assert (done.outcome, done.n_fetched) == ("unchanged", 0)
    assert site.headers[-1]["if-none-match"] == '"1"'


def test_a_page_that_failed_is_tried_again_though_the_list_is_unchanged(home: Home, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.polling.memory._PAUSES", (0, 0))
    site.page("/feed", fixture("atom.xml", site), content_type="application/atom+xml", etag='"1"')
    site.page("/news/1", "no", status=500)
    listed(home, kind="feed", address=site.url("/feed"))
    monkeypatch.setattr("ingest.fetching.manners.Manners.backoff", staticmethod(lambda attempt: 0.0))
    assert fetched(home).n_refused == 1
    site.page("/news/1", article("Talks resume"))
    assert fetched(home).n_fetched == 1
    assert "if-none-match" not in site.headers[-2]


def test_articles_within_the_feed_need_no_page(home: Home, site: Site) -> None:
    site.page("/feed", fixture("rss.xml", site), content_type="application/rss+xml")
    listed(home, kind="feed", address=site.url("/feed"), text="feed", language="en")
    done = fetched(home)
    assert (done.n_fetched, sum(site.asked[path] for path in site.asked if "readouts" in path)) == (3, 0)
    articles, refused = taken(home)
    assert articles["source"].to_list() == ["wire", "wire"] and refused["reason"].to_list() == ["no_text"]


def test_a_news_sitemap_brings_its_pages(home: Home, site: Site) -> None:
    site.page("/sitemap_index.xml", fixture("sitemap_index.xml", site), content_type="application/xml")
    site.page("/news_sitemap.xml", gzip.compress(fixture("news_sitemap.xml", site).encode()), content_type="application/gzip")
    site.page("/world/accord", article("Accord"))
    site.page("/world/older", article("Older"))
    listed(home, kind="sitemap", address=site.url("/sitemap_index.xml"))
    assert fetched(home).n_fetched == 2
    articles, _ = taken(home)
    row = articles.filter(url=site.url("/world/accord")).row(0, named=True)
    assert (row["title"], row["date_source"], str(row["published_at"])) == (
        "Ministers sign accord & shake hands", "sitemap", "2025-07-26 07:15:00"
    )  # fmt: skip


def test_a_backfill_takes_what_was_published_on_its_day(home: Home, site: Site) -> None:
    site.page("/2025-07-25/map.xml", fixture("news_sitemap.xml", site), content_type="application/xml")
    site.page("/world/older", article("Older"))
    listed(home, kind="sitemap", address=site.url("/{yyyy}-{mm}-{dd}/map.xml"))
    done = fetched(home, date(2025, 7, 25))
    assert (done.day, done.n_fetched, site.asked["/world/accord"]) == ("2025-07-25", 1, 0)
    articles, _ = taken(home)
    assert articles["published_date"].to_list() == [date(2025, 7, 25)]


def zipped(rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.CSV", rows)
    return out.getvalue()


@pytest.mark.parametrize("form", ["articles", "global", "events"])
def test_gdelts_lists_bring_their_pages(home: Home, site: Site, form: str) -> None:
    row = "\t".join(["x"] * 57 + [site.url("/world/accord")])
    body = {
        "articles": fixture("gdelt_articles.json", site).encode(),
        "global": gzip.compress(fixture("gdelt_global.jsonl", site).encode()),
        "events": zipped(f"{row}\n{row}\nshort\trow\n"),
    }[form]
    site.page("/list", body, content_type="application/octet-stream")
    site.page("/world/accord", article("Accord"))
    site.page("/world/older", article("Older"))
    listed(home, kind="gdelt", address=site.url("/list"))
    done = fetched(home)
    assert (done.outcome, done.n_fetched, done.n_refused) == ("ok", 2 if form == "global" else 1, 1 if form == "articles" else 0)
    articles, refused = taken(home)
    assert set(articles["source"]) == ({"127.0.0.1"} if form == "events" else {"post.example"})
    assert refused["reason"].to_list() == (["forbidden_scheme"] if form == "articles" else [])


def test_one_page_is_fetched_whenever_it_changes(home: Home, site: Site) -> None:
    site.page("/page", article("Briefing"), last_modified="Sat, 26 Jul 2025 10:00:00 GMT")
    listed(home, kind="page", address=site.url("/page"))
    assert fetched(home).n_fetched == 1
    site.page("/page", status=304)
    assert fetched(home).outcome == "unchanged"
    articles, _ = taken(home)
    assert articles.select("title", "source").rows() == [("Briefing", "wire")]


def test_a_web_archive_is_fetched_once(home: Home, site: Site) -> None:
    site.page("/a.warc.gz", gzip.compress(warc(PAGE, PICTURE)), content_type="application/warc")
    listed(home, kind="warc", address=site.url("/a.warc.gz"))
    assert [fetched(home).n_fetched for _ in range(2)] == [1, 0]
    articles, _ = taken(home)
    assert articles["url"].to_list() == ["https://post.example/a"]


@pytest.mark.parametrize(
    ("kind", "status", "body", "reason"),
    [
        ("feed", 404, "gone", "http_gone"), ("feed", 200, "<html>no feed</html>", "invalid_feed"), ("sitemap", 200, "<rss/>", "invalid_xml"),
        ("sitemap", 200, "words", "invalid_xml"), ("gdelt", 200, "{broken", "invalid_json"), ("gdelt", 200, "a,b,c\n", "invalid_csv"),
        ("gdelt", 200, "PK\x03\x04broken", "bad_encoding"), ("page", 403, "no", "http_closed"), ("warc", 410, "no", "http_gone"),
    ],
)  # fmt: skip
def test_a_list_that_does_not_come_is_a_refusal(home: Home, site: Site, kind: str, status: int, body: str, reason: str) -> None:
    url = site.page("/list", body, status=status, content_type="text/html")
    listed(home, kind=kind, address=url)
    done = fetched(home)
    assert (done.outcome, done.reason, done.n_refused) == ("refused", reason, 1)
    _, refused = taken(home)
    assert refused.select("path", "reason").rows() == [(url, reason)]


def test_what_is_above_the_number_for_one_poll_comes_with_the_next(home: Home, site: Site) -> None:
    site.page("/map", fixture("news_sitemap.xml", site), content_type="text/xml", etag='"1"')
    site.page("/world/accord", article("Accord"))
    site.page("/world/older", article("Older"))
    listed(home, kind="sitemap", address=site.url("/map"), pages=1)
    assert [(done.n_fetched, done.n_deferred) for done in (fetched(home), fetched(home))] == [(1, 1), (1, 0)]


def test_a_host_that_wants_a_pause_gets_it_and_nothing_is_refused_for_it(home: Home, site: Site) -> None:
    site.page("/map", fixture("news_sitemap.xml", site), content_type="text/xml")
    site.page("/world/accord", "later", status=429, retry_after="7200")
    site.page("/world/older", "later", status=429, retry_after="7200")
    listed(home, kind="sitemap", address=site.url("/map"))
    done = fetched(home)
    assert done.n_refused + done.n_deferred == 2 and done.n_refused >= 1
    assert fetched(home).reason == "rate_limited"


def test_one_run_fetches_for_a_home_at_a_time(home: Home, site: Site) -> None:
    listed(home, kind="feed", address=site.url("/feed"))
    with _alone(home), pytest.raises(EnvironmentProblem, match="another process fetches"):
        fetched(home)


def test_the_log_tells_every_poll_and_bears_a_cut_line(home: Home, site: Site) -> None:
    listed(home, kind="feed", address=site.url("/feed"))
    fetched(home)
    (path,) = (home.raw / "polls").glob("*.jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"poll_id": "p1", "sour')
    assert [item.reason for item in poll_log(home)] == ["http_gone"]


# Polls over time


def entries(numbers: list[int], edited: frozenset[int] = frozenset()) -> str:
    items = "".join(
        f"<item><title>Story {n}</title><link>https://site.example/{n}</link><guid>g{n}</guid><pubDate>Tue, {n % 27 + 1:02d} Jul 2025 10:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;Story number {n} tells of talks{', as corrected' if n in edited else ''}.&lt;/p&gt;</description></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


POLLS = [entries(list(range(start + 9, start - 1, -1)), frozenset({12}) if start >= 8 else frozenset()) for start in range(0, 20, 2)]


def of_polls(polls: list[str], folder: Path) -> pl.DataFrame:
    """What the warehouse would hold: each article once."""
    home = Home(folder)
    for number, body in enumerate(polls):
        path = folder / "in" / f"{number}.rss"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    articles, refused = admitted(read_path(folder / "in", home))
    assert refused.height == 0
    again, _ = admitted(replay_batches(home))
    assert again.equals(articles)
    return articles.unique("article_id").select("article_id", "external_id", "title", "text", "published_at").sort("article_id")


def test_polls_replayed_doubled_or_out_of_order_give_the_same_articles(tmp_path: Path) -> None:
    straight = of_polls(POLLS, tmp_path / "straight")
    assert straight["external_id"].n_unique() == 28 and straight.height == 29
    shuffled = POLLS * 2
    random.Random(1).shuffle(shuffled)
    assert of_polls(shuffled, tmp_path / "shuffled").equals(straight)


def test_a_poll_that_dies_before_its_memory_is_made_good(home: Home, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.page("/feed", fixture("atom.xml", site), content_type="application/atom+xml")
    site.page("/news/1", article("Talks resume"))
    listed(home, kind="feed", address=site.url("/feed"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(polling, "note", die)
        fetched(home)
    assert fetched(home).n_fetched == 1
    articles, _ = taken(home)
    replayed, _ = admitted(replay_batches(home))
    assert articles.height == 1 and replayed["article_id"].to_list() == articles["article_id"].to_list()


def test_what_was_fetched_is_replayed_without_the_network(home: Home, site: Site) -> None:
    site.page("/feed", fixture("rss.xml", site), content_type="application/rss+xml")
    site.page("/readouts/1/", article("Minister meets counterpart").encode("utf-16"))
    listed(home, kind="feed", address=site.url("/feed"))
    fetched(home)
    first = taken(home)
    site.pages.clear()
    again = admitted(replay_batches(home))
    assert first[0].equals(again[0]) and first[1].equals(again[1])
    manifests = [json.loads(path.read_text().splitlines()[0]) for path in home.raw.glob("*/*.json")]
    assert {item["given"] for item in manifests} == {"source:wire"}


def test_to_forget_one_version_leaves_what_the_other_needs(home: Home, site: Site) -> None:
    """Two versions of a page that their feed tells alike share the bytes that describe them."""
    for words in ("useful", "very useful"):
        site.page("/feed", fixture("atom.xml", site), content_type="application/atom+xml")
        site.page("/news/1", article("Talks resume", BODY.replace("useful", words)))
        listed(home, kind="feed", address=site.url("/feed"))
        (home.fetch / "sources" / "wire.json").unlink(missing_ok=True)
        fetched(home)
    versions, _ = taken(home)
    assert versions.height == 2
    forgetting._drop_object(home.raw, versions["raw_sha256"][0])
    left, _ = admitted(replay_batches(home))
    assert left["article_id"].to_list() == [versions["article_id"][1]]
