"""How well a published warehouse agrees with annotated articles.

Belongs here: what is compared, and the figures. Does not belong here: building the warehouse (`evaluate`).

Both sides are brought into the same sets of facts per article, keyed by the article's `external_id`; only
articles that are in both are compared. An encounter counts as so many pairs of sides, held or planned; what
is denied or hypothetical must not appear as either.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from unicodedata import combining, normalize

import duckdb

_LIVE = {"occurred": "happened", "ongoing": "happened", "planned": "planned"}
_SUFFIXES = {"jr", "jr.", "ii", "iii"}
_QUADS = {
    "verbal cooperation": ("AGREE", "CONSULT", "SUPPORT", "CONCEDE"),
    "material cooperation": ("COOPERATE", "AID", "RETREAT"),
    "verbal conflict": ("REQUEST", "ACCUSE", "REJECT", "THREATEN"),
    "material conflict": ("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
}
_QUAD_OF = {event_type: quad for quad, event_types in _QUADS.items() for event_type in event_types}
_BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
_WEEK = timedelta(days=6)

Pair = tuple[str, str, str, str]
"""(article, side, side, happened|planned), the sides in alphabetical order."""


@dataclass
class Facts:
    """What is said about a set of articles, by people or by the warehouse."""

    pairs: set[Pair] = field(default_factory=set)
    unreal: set[tuple[str, str, str]] = field(default_factory=set)
    dates: dict[Pair, set[tuple[date, str]]] = field(default_factory=dict)
    places: dict[Pair, set[str]] = field(default_factory=dict)
    participants: set[tuple[str, str]] = field(default_factory=set)
    people: set[tuple[str, str, str]] = field(default_factory=set)
    events: set[tuple[str, str, str, str]] = field(default_factory=set)
    topics: set[tuple[str, str]] = field(default_factory=set)

    def add_meeting(
        self,
        article: str,
        sides: Iterable[str],
        status: str,
        day: date | None,
        precision: str | None,
        place: str | None,
    ) -> None:
        """One encounter, as pairs of its sides."""
        for a, b in combinations(sorted(set(sides)), 2):
            if status not in _LIVE:
                self.unreal.add((article, a, b))
                continue
            pair = (article, a, b, _LIVE[status])
            self.pairs.add(pair)
            if day:
                self.dates.setdefault(pair, set()).add((day, precision or "unknown"))
            if place:
                self.places.setdefault(pair, set()).add(place)


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F1 of one set against another."""

    gold: int
    found: int
    hits: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; nothing found where nothing is to be found is right."""
        return self.hits / self.found if self.found else float(not self.gold)

    @property
    def recall(self) -> float:
        """Share of what is to be found that was found."""
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Share:
    """Right ones among those that could be judged."""

    right: int
    judged: int

    @property
    def share(self) -> float | None:
        """None when there was nothing to judge."""
        return self.right / self.judged if self.judged else None


@dataclass(frozen=True)
class Band:
    """Rows of one confidence: `kind` meeting (pairs) or event, `low` to `high`, how many, mean confidence, how many right."""

    kind: str
    low: float
    high: float
    found: int
    confidence: float
    right: int

    @property
    def share(self) -> float:
        """Of the rows, those that are right."""
        return self.right / self.found if self.found else 0.0


@dataclass(frozen=True)
class Score:
    """All figures of one annotated file."""

    n_articles: int
    n_found: int
    agreements: Mapping[str, Agreement]
    shares: Mapping[str, Share]
    false_status: int
    differences: Mapping[str, Sequence[tuple[str, ...]]]
    calibration: Sequence[Band] = ()

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean distance of confidence from the share that is right, weighed by rows."""
        rows = sum(band.found for band in self.calibration)
        gap = sum(abs(band.confidence - band.share) * band.found for band in self.calibration)
        return gap / rows if rows else 0.0


def surname(name: str | None) -> str:
    """The last word of a name, in lower case, without accents and suffixes; a hyphen parts words."""
    plain = "".join(c for c in normalize("NFKD", name or "") if not combining(c)).replace("-", " ").lower()
    words = [word for word in plain.split() if word not in _SUFFIXES]
    return words[-1] if words else ""


def annotated(rows: Iterable[Mapping[str, Any]]) -> Facts:
    """The facts that annotators wrote down."""
    facts = Facts()
    for row in rows:
        article = row["id"]
        for meeting in row["meetings"]:
            day = date.fromisoformat(meeting["date"]) if meeting.get("date") else None
            sides = [*meeting["countries"], *meeting.get("organizations", [])]
            facts.add_meeting(
                article, sides, meeting["status"], day, meeting.get("precision"), meeting.get("country")
            )
            if meeting["status"] in _LIVE:
                facts.participants |= {(article, surname(name)) for name in meeting.get("participants", [])}
        facts.people |= {
            (article, surname(person["name"]), person.get("country") or person.get("organization"))
            for person in row["persons"]
            if person.get("country") or person.get("organization")
        }
        facts.events |= {
            (article, event["source"], event["target"], event["type"])
            for event in row["events"]
            if event["status"] in _LIVE
        }
        facts.topics |= {(article, topic) for topic in row["topics"]}
    return facts


_MEETINGS = """
    select distinct articles.external_id, meetings.codes, meetings.status, meetings.start_date,
    meetings.date_precision, meetings.country_code
    from marts.meetings
    inner join marts.evidence on evidence.fact_kind = 'meeting' and evidence.fact_id = meetings.meeting_id
    inner join marts.articles on evidence.article_id = articles.article_id
"""
_PARTICIPANTS = """
    select distinct articles.external_id, meeting_participants.name
    from marts.meeting_participants
    inner join marts.evidence
        on evidence.fact_kind = 'meeting' and evidence.fact_id = meeting_participants.meeting_id
    inner join marts.articles on evidence.article_id = articles.article_id
    where meeting_participants.name is not null
"""
_PEOPLE = """
    select articles.external_id, article_actors.name, article_actors.code
    from marts.article_actors
    inner join marts.actors on article_actors.actor_id = actors.actor_id
    inner join marts.articles on article_actors.article_id = articles.article_id
    where actors.kind = 'person'
"""
_EVENTS = """
    select distinct articles.external_id, events.source_code, events.target_code, events.event_type
    from marts.events
    inner join marts.evidence on evidence.fact_kind = 'event' and evidence.fact_id = events.event_id
    inner join marts.articles on evidence.article_id = articles.article_id
    where events.status in ('occurred', 'ongoing', 'planned')
"""
_RATED_MEETINGS = """
    select distinct articles.external_id, meetings.codes, meetings.status, meetings.confidence
    from marts.meetings
    inner join marts.evidence on evidence.fact_kind = 'meeting' and evidence.fact_id = meetings.meeting_id
    inner join marts.articles on evidence.article_id = articles.article_id
"""
_RATED_EVENTS = """
    select articles.external_id, events.source_code, events.target_code, events.event_type, max(events.confidence)
    from marts.events
    inner join marts.evidence on evidence.fact_kind = 'event' and evidence.fact_id = events.event_id
    inner join marts.articles on evidence.article_id = articles.article_id
    where events.status in ('occurred', 'ongoing', 'planned')
    group by all
"""
_TOPICS = """
    select articles.external_id, article_topics.topic
    from marts.article_topics inner join marts.articles on article_topics.article_id = articles.article_id
"""


def known_articles(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """External ids of the articles in the warehouse."""
    rows = connection.execute(
        "select external_id from marts.articles where external_id is not null"
    ).fetchall()
    return {external_id for (external_id,) in rows}


def published(connection: duckdb.DuckDBPyConnection, articles: set[str]) -> Facts:
    """The facts that the warehouse publishes about these articles."""

    def rows(sql: str) -> list[tuple]:
        return [row for row in connection.execute(sql).fetchall() if row[0] in articles]

    facts = Facts()
    for article, codes, status, day, precision, place in rows(_MEETINGS):
        facts.add_meeting(article, codes or [], status, day, precision, place)
    facts.participants = {(article, surname(name)) for article, name in rows(_PARTICIPANTS)}
    facts.people = {(article, surname(name), code) for article, name, code in rows(_PEOPLE)}
    facts.events = set(rows(_EVENTS))
    facts.topics = set(rows(_TOPICS))
    return facts


def is_date_right(want: date, precision: str, got: date, got_precision: str) -> bool:
    """Whether a date agrees with the annotated one at the annotated precision."""
    if precision == "day":
        return want == got
    if precision == "month" or (precision == "week" and got_precision == "month"):
        return (want.year, want.month) == (got.year, got.month)
    if precision == "year":
        return want.year == got.year
    return abs(want - got) <= _WEEK


def _agreement(gold: set, found: set) -> Agreement:
    return Agreement(len(gold), len(found), len(gold & found))


def _date_share(gold: Facts, found: Facts) -> Share:
    """Of the pairs in both that are dated: those with a date that agrees."""
    dated = gold.pairs & found.pairs & gold.dates.keys()
    right = sum(
        any(is_date_right(*want, *got) for want in gold.dates[pair] for got in found.dates.get(pair, ()))
        for pair in dated
    )
    return Share(right, len(dated))


def _place_share(gold: Facts, found: Facts) -> Share:
    """Of the pairs in both that are placed: those in the same country."""
    placed = gold.pairs & found.pairs & gold.places.keys()
    return Share(sum(bool(gold.places[pair] & found.places.get(pair, set())) for pair in placed), len(placed))


def _with_quad(events: set[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str | None]]:
    return {
        (article, source, target, _QUAD_OF.get(event_type)) for article, source, target, event_type in events
    }


def _without_consult(events: set[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
    return {event for event in events if event[3] != "CONSULT"}


def compare(gold: Facts, found: Facts, n_articles: int, n_found: int) -> Score:
    """Every figure, and what was missed or wrong."""
    with_meeting = {pair[0] for pair in gold.pairs | found.pairs}
    named = {person[:2] for person in gold.people}
    present = [
        {person for person in side.participants if person[0] in with_meeting} for side in (gold, found)
    ]
    agreements = {
        "meeting_pair": _agreement(gold.pairs, found.pairs),
        "participants": _agreement(*present),
        "person_code": _agreement(gold.people, {person for person in found.people if person[:2] in named}),
        "event": _agreement(gold.events, found.events),
        "event_no_consult": _agreement(_without_consult(gold.events), _without_consult(found.events)),
        "event_quad": _agreement(_with_quad(gold.events), _with_quad(found.events)),
        "topic": _agreement(gold.topics, found.topics),
    }
    shares = {"meeting_date": _date_share(gold, found), "meeting_place": _place_share(gold, found)}
    only_unreal = gold.unreal - {pair[:3] for pair in gold.pairs}
    differences = {
        "meeting missed": sorted(gold.pairs - found.pairs),
        "meeting wrong": sorted(found.pairs - gold.pairs),
        "event missed": sorted(gold.events - found.events),
        "event wrong": sorted(found.events - gold.events),
    }
    false_status = len({pair[:3] for pair in found.pairs} & only_unreal)
    return Score(n_articles, n_found, agreements, shares, false_status, differences)


def calibration(connection: duckdb.DuckDBPyConnection, gold: Facts, articles: set[str]) -> list[Band]:
    """How often rows of a confidence are right: pairs of encounters and events, held or planned, by band."""
    rated: dict[str, dict[tuple, float]] = {"meeting": {}, "event": {}}
    for article, codes, status, confidence in connection.execute(_RATED_MEETINGS).fetchall():
        if article in articles and status in _LIVE:
            for a, b in combinations(sorted(set(codes or [])), 2):
                key = (article, a, b, _LIVE[status])
                rated["meeting"][key] = max(confidence, rated["meeting"].get(key, 0.0))
    for *key, confidence in connection.execute(_RATED_EVENTS).fetchall():
        if key[0] in articles:
            rated["event"][tuple(key)] = max(confidence, rated["event"].get(tuple(key), 0.0))
    truth = {"meeting": gold.pairs, "event": gold.events}
    bands = []
    for kind, rows in rated.items():
        for low, high in itertools.pairwise(_BANDS):
            inside = {key: c for key, c in rows.items() if low <= c < high}
            if inside:
                mean = sum(inside.values()) / len(inside)
                bands.append(Band(kind, low, high, len(inside), mean, len(inside.keys() & truth[kind])))
    return bands


def score(connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]]) -> Score:
    """Score a warehouse against annotated rows."""
    shared = {row["id"] for row in rows} & known_articles(connection)
    gold = annotated(row for row in rows if row["id"] in shared)
    figures = compare(gold, published(connection, shared), len(rows), len(shared))
    return replace(figures, calibration=calibration(connection, gold, shared))
