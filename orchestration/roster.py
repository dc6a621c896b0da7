"""`chancery roster`: is the table of people and offices sound, and what does Wikidata know that it does not.

Belongs here: asking the query service, comparing terms of office, showing and writing the difference.
Does not belong here: reading the roster for the extraction (`ingest.lexicon.people`).

Answers are in the form of the SPARQL 1.1 Query Results JSON Format (W3C). Wikidata's statements are CC0.
"""

from __future__ import annotations

import bisect
import csv
import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import polars as pl

from ingest.errors import CheckFailed, EnvironmentProblem, UsageError
from ingest.fetching import Door, Limits, Refused, loopback_endpoints
from ingest.fold import fold_text
from ingest.lexicon import people as lexicon
from ingest.lexicon.places import countries
from ingest.settings import reference_dir

ENDPOINT = "https://query.wikidata.org/sparql"
OFFICES = {
    "head_of_state": "president",
    "head_of_government": "prime minister",
    "foreign_minister": "foreign minister",
}
_SEATS = ("head_of_government", "foreign_minister", "defence_minister")
_ANSWER = "application/sparql-results+json"
_LIMIT = 50_000_000  # bytes of one answer
_TIMEOUT = 70.0  # seconds; the service ends a query after 60
_PAUSE = 1.0  # seconds between two questions
_TRIES = 3
_LONGEST_WAIT = 60.0  # seconds that Retry-After may ask for
_HANDOVER = 31  # days that two holders of one seat may overlap before it is told
_COLUMNS = ("person_id", "name", "surname", "aliases", "code", "role", "role_class", "valid_from", "valid_to")

_HEADS = """
SELECT ?person ?personLabel ?iso ?start ?end (GROUP_CONCAT(DISTINCT ?alias; separator=";") AS ?aliases) WHERE {{
  ?country wdt:P298 ?iso ; p:{prop} ?held . ?held ps:{prop} ?person ; pq:P580 ?start .
  OPTIONAL {{ ?held pq:P582 ?end }}
  OPTIONAL {{ ?person skos:altLabel ?alias FILTER(LANG(?alias) = "en") }}
  FILTER(?start >= "{since}T00:00:00Z"^^xsd:dateTime || !BOUND(?end)) {only}
  SERVICE wikibase:label {{ bd:serviceParam wikibase:language "en" }}
}} GROUP BY ?person ?personLabel ?iso ?start ?end
"""
_MINISTERS = """
SELECT ?person ?personLabel ?iso ?start ?end (GROUP_CONCAT(DISTINCT ?alias; separator=";") AS ?aliases) WHERE {{
  ?office wdt:P279 wd:Q7330070 ; wdt:P1001|wdt:P17 ?country . ?country wdt:P298 ?iso .
  ?person p:P39 ?held . ?held ps:P39 ?office ; pq:P580 ?start .
  OPTIONAL {{ ?held pq:P582 ?end }}
  OPTIONAL {{ ?person skos:altLabel ?alias FILTER(LANG(?alias) = "en") }}
  FILTER(?start >= "{since}T00:00:00Z"^^xsd:dateTime || !BOUND(?end)) {only}
  SERVICE wikibase:label {{ bd:serviceParam wikibase:language "en" }}
}} GROUP BY ?person ?personLabel ?iso ?start ?end
"""


def question(office: str, since: date, codes: Sequence[str] = ()) -> str:
    """The SPARQL query for the holders of an office since a day, of all states or of some (ISO 3166 alpha-3)."""
    if office not in OFFICES:
        raise UsageError(f"no office {office!r}; there are {', '.join(OFFICES)}")
    known = set(countries()["code"])
    for code in codes:
        if code not in known:
            raise UsageError(f"no state {code!r}; codes are ISO 3166 alpha-3")
    only = f"VALUES ?iso {{ {' '.join(json.dumps(code) for code in codes)} }}" if codes else ""
    if office == "foreign_minister":
        return _MINISTERS.format(since=since.isoformat(), only=only)
    return _HEADS.format(
        prop={"head_of_state": "P35", "head_of_government": "P6"}[office], since=since, only=only
    )


class Client:
    """Asks one service through the door: https to public addresses only, no redirects, bounded in time, size and pace.

    A loopback endpoint may be http; it is meant for tests and mirrors, and must be named by hand. Raises `UsageError` on
    an address that is refused and `EnvironmentProblem` when the service does not answer.
    """

    def __init__(self, endpoint: str = ENDPOINT, *, pause: float = _PAUSE) -> None:
        self._endpoint, self._pause = endpoint, pause
        limits = Limits(
            seconds=_TIMEOUT, step_seconds=_TIMEOUT, max_bytes=_LIMIT, tries=_TRIES, longest_wait=_LONGEST_WAIT, backoff=pause
        )
        self._door = Door(limits=limits, allowed=loopback_endpoints(endpoint))
        _refuse_address(self._door, endpoint)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def ask(self, query: str) -> list[dict[str, str]]:
        """The rows of an answer, each variable's value as text."""
        form = urlencode({"query": query, "format": "json"}).encode()
        try:
            answer = self._door.post(
                self._endpoint, form, "application/x-www-form-urlencoded", accept=(_ANSWER,), delay=self._pause
            )
        except Refused as problem:
            if problem.reason == "too_large":
                raise EnvironmentProblem(f"{self._endpoint}: the answer is larger than {_LIMIT:,} bytes") from problem
            raise EnvironmentProblem(
                f"{self._endpoint} does not answer ({problem.detail}); the roster stays as it is"
            ) from problem
        return _rows(answer.body, self._endpoint)


def _refuse_address(door: Door, endpoint: str) -> None:
    """Refuse what is neither https to a public address nor loopback."""
    if not loopback_endpoints(endpoint) and urlsplit(endpoint).scheme != "https":
        raise UsageError(f"{endpoint}: only https is asked")
    try:
        door.check(endpoint)
    except Refused as problem:
        if problem.reason in ("unknown_host", "fetch_timeout"):
            raise EnvironmentProblem(f"{problem.detail}; the roster stays as it is") from problem
        raise UsageError(f"{endpoint}: {problem.detail}") from problem


def _rows(body: bytes, endpoint: str) -> list[dict[str, str]]:
    try:
        bindings = json.loads(body)["results"]["bindings"]
        return [{name: cell["value"] for name, cell in row.items()} for row in bindings]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EnvironmentProblem(f"{endpoint}: the answer is no SPARQL result ({error!r})") from error


@dataclass(frozen=True, order=True)
class Term:
    """One term of office: who, for which state (ISO 3166 alpha-3), as what, from when to when (None: still, unknown)."""

    code: str
    role_class: str
    name: str
    since: date
    until: date | None = field(compare=False, default=None)
    aliases: tuple[str, ...] = field(compare=False, default=())
    person_id: str = field(compare=False, default="")


@dataclass(frozen=True)
class Difference:
    """What the service knows that the roster does not: `new` terms, `ended` ones (with the day of their end)."""

    new: tuple[Term, ...]
    ended: tuple[Term, ...]
    n_same: int
    unread: tuple[str, ...]


def _day(text: str | None) -> date | None:
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", text or "")
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def terms(rows: Iterable[dict[str, str]], role_class: str) -> tuple[list[Term], list[str]]:
    """The rows of an answer as terms, and what could not be read of it."""
    known = set(countries()["code"])
    found, unread = {}, []
    for row in rows:
        name, since = row.get("personLabel", ""), _day(row.get("start"))
        if row.get("iso") not in known or since is None or not name or re.fullmatch(r"Q\d+", name):
            unread.append(
                f"{row.get('person', '?')} {name or 'without a name'} {row.get('iso', '?')} {row.get('start', '?')}"
            )
            continue
        aliases = tuple(a for a in dict.fromkeys(row.get("aliases", "").split(";")) if _is_full_name(a, name))
        term = Term(row["iso"], role_class, name, since, _day(row.get("end")), aliases)
        old = found.get(term)
        if old is None or old.until is None:
            found[term] = term
    return sorted(found.values()), unread


def _is_full_name(alias: str, name: str) -> bool:
    """Whether another label serves as an alias: two words or more, letters only, not the name itself."""
    return alias != name and len(alias.split()) >= 2 and not re.search(r"[^\w .'’-]|\d", alias)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z]+", " ", fold_text(name).lower()).strip()


def difference(found: Sequence[Term], unread: Sequence[str] = ()) -> Difference:
    """What terms from the service add to `people.csv`. Terms agree when person, state and office do and days overlap."""
    roster = lexicon.people()
    held: dict[tuple[str, str, str], list[dict]] = {}
    ids: dict[tuple[str, str], str] = {}
    for row in roster.iter_rows(named=True):
        for form in (row["name"], *row["aliases"]):
            held.setdefault((_folded(form), row["code"], row["role_class"]), []).append(row)
            ids[(_folded(form), row["code"])] = row["person_id"]
    # who governs without a premier has one term, as president
    same = {"head_of_government": "head_of_state", "head_of_state": "head_of_government"}
    new, ended, n_same = [], [], 0
    for term in found:
        forms = [_folded(form) for form in (term.name, *term.aliases)]
        classes = [term.role_class, same.get(term.role_class, term.role_class), "monarch"]
        rows = [r for form in forms for c in classes for r in held.get((form, term.code, c), ())]
        until = term.until or date.max
        match = [
            r
            for r in rows
            if (r["valid_from"] or date.min) <= until and (r["valid_to"] or date.max) >= term.since
        ]
        person = next((ids[(form, term.code)] for form in forms if (form, term.code) in ids), "")
        if not match:
            new.append(_with_id(term, person))
        elif (
            term.until and all(r["valid_to"] is None for r in match) and term.until < datetime.now(UTC).date()
        ):
            ended.append(_with_id(term, match[0]["person_id"]))
        else:
            n_same += 1
    return Difference(tuple(sorted(new)), tuple(sorted(ended)), n_same, tuple(unread))


def _with_id(term: Term, person_id: str) -> Term:
    return Term(term.code, term.role_class, term.name, term.since, term.until, term.aliases, person_id)


def _slug(term: Term, taken: set[str]) -> str:
    slug = _folded(term.name).replace(" ", "-")
    if slug in taken:
        slug = f"{slug}-{term.code.lower()}"
    return slug if slug not in taken else f"{slug}-{term.since.year}"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(found: Difference) -> Path:
    """Write the difference into `people.csv`, checked before it replaces the old one.

    Raises `CheckFailed` (the file stays as it is) when the result would not be sound.
    """
    path = Path(reference_dir()) / "people.csv"
    rows = _read(path)
    ends = {(t.person_id, t.code): t for t in found.ended}
    for row in rows:
        term = ends.get((row["person_id"], row["code"]))
        is_open = not row["valid_to"] and row["role_class"] in (*OFFICES, "monarch")
        if term and is_open and term.until and row["valid_from"] <= term.until.isoformat():
            row["valid_to"] = term.until.isoformat()
    taken = {row["person_id"]: row for row in rows}
    for term in found.new:
        person = term.person_id or _slug(term, set(taken))
        known = taken.get(person)
        row = {
            "person_id": person,
            "name": known["name"] if known else term.name,
            "surname": known["surname"] if known else term.name.split()[-1],
            "aliases": known["aliases"] if known else ";".join(term.aliases),
            "code": term.code,
            "role": OFFICES[term.role_class],
            "role_class": term.role_class,
            "valid_from": term.since.isoformat(),
            "valid_to": term.until.isoformat() if term.until else "",
        }
        taken.setdefault(person, row)
        place = bisect.bisect(rows, person, key=lambda r: r["person_id"])  # the file is in this order
        rows.insert(place, row)
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    old = path.read_bytes()
    fresh = path.with_suffix(".csv.new")
    fresh.write_text(out.getvalue(), encoding="utf-8")
    os.replace(fresh, path)
    try:
        lexicon.people.cache_clear()
        lexicon.people()
    except ValueError as error:
        fresh.write_bytes(old)
        os.replace(fresh, path)
        lexicon.people.cache_clear()
        raise CheckFailed(f"nothing written: {error}") from error
    return path


@dataclass(frozen=True)
class Soundness:
    """What `check` found: counts, and pairs of holders of one seat whose terms overlap by more than a month."""

    n_people: int
    n_terms: int
    n_offices: int
    doubled: tuple[str, ...]


def check() -> Soundness:
    """Read roster and offices as the extraction does: aliases unique, terms in order, every office typed.

    Raises `CheckFailed` with file, row and reason. A seat that two people hold at once is told, not refused: sources
    give months and years as days, and some states have two ministers.
    """
    lexicon.people.cache_clear()
    lexicon.offices.cache_clear()
    try:
        roster, offices = lexicon.people(), lexicon.offices()
    except ValueError as error:
        raise CheckFailed(str(error)) from error
    seats = roster.filter(
        pl.col("role_class").is_in(_SEATS) & ~pl.col("role").str.contains("acting|interim|deputy")
    )
    pairs = (
        seats.join(seats, on=["code", "role"], suffix="_other")
        .filter(
            (pl.col("person_id") != pl.col("person_id_other"))
            & (pl.col("valid_from") <= pl.col("valid_from_other"))
            & ((pl.col("valid_to") - pl.col("valid_from_other")).dt.total_days() > _HANDOVER)
        )
        .sort("code", "role", "valid_from", "person_id", "person_id_other")
    )
    doubled = tuple(
        f"{r['code']} {r['role']}: {r['person_id']} until {r['valid_to']}, {r['person_id_other']} from {r['valid_from_other']}"
        for r in pairs.iter_rows(named=True)
    )
    return Soundness(roster["person_id"].n_unique(), roster.height, offices.height, doubled)


def refresh(
    endpoint: str,
    since: date,
    offices: Sequence[str],
    codes: Sequence[str],
    *,
    pause: float = _PAUSE,
) -> Difference:
    """Ask for every office and compare. Writes nothing."""
    asked = [(office, question(office, since, codes)) for office in offices]
    found, unread = [], []
    with Client(endpoint, pause=pause) as client:
        for office, query in asked:
            some, odd = terms(client.ask(query), office)
            found += some
            unread += odd
    return difference(found, unread)
