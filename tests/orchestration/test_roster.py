"""`chancery roster`: against a loopback server that answers as Wikidata's query service does."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import polars as pl
import pytest

from ingest.errors import CheckFailed, EnvironmentProblem, UsageError
from ingest.lexicon import people as lexicon
from ingest.lexicon import places, words
from ingest.settings import reference_dir
from orchestration import cli, roster


class Service:
    """What the server answers: a queue of (status, headers, body); then the last one again. It keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    def take(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def row(name: str, iso: str, start: str, end: str | None = None, aliases: str = "") -> dict:
    """A binding in the service's form."""
    cells = {
        "person": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"},
        "personLabel": {"type": "literal", "xml:lang": "en", "value": name},
        "iso": {"type": "literal", "value": iso},
        "start": {"type": "literal", "datatype": "xsd:dateTime", "value": f"{start}T00:00:00Z"},
        "aliases": {"type": "literal", "value": aliases},
    }
    if end:
        cells["end"] = {"type": "literal", "datatype": "xsd:dateTime", "value": f"{end}T00:00:00Z"}
    return cells


def answer(*rows: dict) -> tuple[int, dict[str, str], bytes]:
    body = {"head": {"vars": ["person"]}, "results": {"bindings": list(rows)}}
    return 200, {"Content-Type": "application/sparql-results+json"}, json.dumps(body).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            state.asked.append((form["query"][0], self.headers["User-Agent"]))
            status, headers, body = state.take()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/sparql"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def own_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the reference tables that a test may write to."""
    copy = tmp_path / "reference"
    shutil.copytree(reference_dir(), copy)
    for module in (roster, words):
        monkeypatch.setattr(module, "reference_dir", lambda: copy)
    caches = (lexicon.people, lexicon.offices, places.countries, places.organizations)
    for cached in caches:
        cached.cache_clear()
    yield copy
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def ask(service: Service, office: str = "foreign_minister") -> roster.Difference:
    return roster.refresh(service.url, date(2025, 1, 1), [office], [], pause=0.0)


def test_a_new_term_is_told_and_a_known_one_is_not(service: Service) -> None:
    known = lexicon.people().filter(code="IND", role_class="foreign_minister").sort("valid_from")[-1]
    service.answers = [
        answer(
            row(known["name"][0], "IND", str(known["valid_from"][0])),
            row("Ada Example", "BRA", "2026-01-05", aliases="Ada M. Example;Ada;Q12"),
        )
    ]
    found = ask(service)
    assert found.n_same == 1 and not found.ended
    (term,) = found.new
    assert (term.code, term.name, term.since, term.aliases) == (
        "BRA",
        "Ada Example",
        date(2026, 1, 5),
        ("Ada M. Example",),
    )
    query, agent = service.asked[0]
    assert "Q7330070" in query and "2025-01-01" in query and "Chancery" in agent


def test_what_has_no_name_or_day_is_told_not_lost(service: Service) -> None:
    service.answers = [answer(row("Q99", "BRA", "2026-01-05"), row("Bo Example", "XXX", "2026-01-05"))]
    found = ask(service)
    assert not found.new and len(found.unread) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_after_its_wait(service: Service, status: int) -> None:
    service.answers = [(status, {"Retry-After": "0"}, b""), answer()]
    assert ask(service).n_same == 0
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [
        (500, {}, b""),
        (404, {}, b""),
        (301, {"Location": "http://127.0.0.1:1/"}, b""),
        (200, {}, b"<html>"),
        (200, {}, b'{"results": 1}'),
    ],
)
def test_no_answer_is_a_clear_message(service: Service, reply: tuple) -> None:
    service.answers = [reply]
    with pytest.raises(EnvironmentProblem, match="127.0.0.1"):
        ask(service)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/sparql",
        "ftp://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.1.1/x",
        "nowhere",
    ],
)
def test_other_addresses_are_refused_before_anything_is_sent(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError):
        roster.Client(address)


def test_an_answer_without_end_is_cut(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "_LIMIT", 1000)
    service.answers = [(200, {}, b"x" * 5000)]
    with pytest.raises(EnvironmentProblem, match="larger"):
        ask(service)


def test_unknown_office_or_state_is_refused() -> None:
    with pytest.raises(UsageError, match="no office"):
        roster.question("jester", date(2025, 1, 1))
    with pytest.raises(UsageError, match="no state"):
        roster.question("head_of_state", date(2025, 1, 1), ["ZZZ"])
    assert '"FRA"' in roster.question("head_of_state", date(2025, 1, 1), ["FRA"])


def test_the_command_shows_first_and_writes_only_when_told(
    service: Service, own_reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = own_reference / "people.csv"
    before = path.read_bytes()
    holder = lexicon.people().filter(
        (pl.col("code") == "NLD")
        & (pl.col("role_class") == "head_of_government")
        & pl.col("valid_to").is_null()
    )
    service.answers = [answer(row("Ada Example", "BRA", "2026-01-05"))]
    if holder.height:
        service.answers = [
            answer(
                row("Ada Example", "BRA", "2026-01-05"),
                row(holder["name"][0], "NLD", str(holder["valid_from"][0]), "2026-06-01"),
            )
        ]
    words = ["roster", "refresh", "--office", "head_of_government", "--endpoint", service.url]
    for extra, changed in ((), False), (("--write",), True):
        with pytest.raises(SystemExit) as end:
            cli.main([*words, *extra])
        assert not end.value.code
        assert "+ BRA head_of_government: Ada Example, 2026-01-05 to now" in capsys.readouterr().out
        assert (path.read_bytes() != before) is changed
    text = path.read_text(encoding="utf-8")
    assert "ada-example,Ada Example,Example,,BRA,prime minister,head_of_government,2026-01-05," in text
    assert not holder.height or f"{holder['person_id'][0]}," in text and "2026-06-01" in text
    again = roster.refresh(service.url, date(2025, 1, 1), ["head_of_government"], [], pause=0.0)
    assert not again.new and not again.ended


def test_a_difference_that_would_spoil_the_roster_is_not_written(own_reference: Path) -> None:
    before = (own_reference / "people.csv").read_bytes()
    bad = roster.Term("BRA", "head_of_state", "Ada Example", date(2026, 1, 5), date(2025, 1, 1))
    with pytest.raises(CheckFailed, match="nothing written"):
        roster.write(roster.Difference((bad,), (), 0, ()))
    assert (own_reference / "people.csv").read_bytes() == before


def test_the_roster_is_sound() -> None:
    found = roster.check()
    assert found.n_people > 7000 and found.n_offices > 1800
    assert len(found.doubled) < 25


def test_a_spoiled_roster_is_told_with_its_row(own_reference: Path) -> None:
    with (own_reference / "people.csv").open("a", encoding="utf-8") as handle:
        handle.write("no-office,No Office,Office,,FRA,jester,jester,2020-01-01,\n")
    with pytest.raises(CheckFailed, match="unknown role class"):
        roster.check()
