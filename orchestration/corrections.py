"""Hand corrections: rows of `corrections.csv`, written with care and read back.

Belongs here: what a correction may say, whether what it names exists, and writing the table. Does not belong here:
applying it (dbt, `int_correction_targets` and after) and telling it (`report`).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import duckdb

from ingest.errors import EnvironmentProblem, UsageError
from ingest.lexicon import places, topics, words
from ingest.settings import Home, reference_dir
from orchestration import reading

KINDS = ("meeting", "event", "visit", "statement")
ACTIONS = ("reject", "merge", "split", "set")
STATUSES = ("occurred", "planned", "denied", "hypothetical")
_BY_LETTER = {"m": "meeting", "e": "event", "v": "visit", "s": "statement"}
_LISTED = ";"


@dataclass(frozen=True)
class Correction:
    """One row of `corrections.csv`: what is wrong, what is right, who says so and why; empty where it says nothing."""

    correction_id: str
    action: str
    fact_kind: str
    fact_id: str
    rule_id: str
    field: str
    value: str
    reason: str
    author: str
    created_date: str


HEADER = tuple(f.name for f in fields(Correction))


def _one_of(*known: str) -> Callable[[str], str | None]:
    return lambda value: None if value in known else f"must be one of {', '.join(known)}"


def _day(value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "must be a day as YYYY-MM-DD"
    return None


def _country(value: str) -> str | None:
    known = set(places.countries()["code"])
    return None if value in known else "must be the ISO 3166 alpha-3 code of a country in countries.csv"


def _side(value: str) -> str | None:
    known = set(places.countries()["code"]) | set(places.organizations()["code"])
    return None if value in known else "must be a code of countries.csv or organizations.csv"


def _sides(value: str) -> str | None:
    wrong = [code for code in value.split(_LISTED) if _side(code)]
    if wrong:
        return f"has codes that neither countries.csv nor organizations.csv knows: {', '.join(wrong)}"
    return None if len(set(value.split(_LISTED))) > 1 else "needs at least two codes, separated by semicolons"


def _topics(value: str) -> str | None:
    known = set(topics.topic_names()["topic"])
    wrong = [name for name in value.split(_LISTED) if name not in known]
    return f"has topics that topics.csv does not know: {', '.join(wrong)}" if wrong else None


def _type(value: str) -> str | None:
    known = sorted(words.event_types()["event_type"])
    return None if value in known else f"must be one of {', '.join(known)}"


def _count(value: str) -> str | None:
    return None if value.isdigit() and 0 < int(value) < 400 else "must be a number of days from 1 to 399"


def _root(value: str) -> str | None:
    return None if value in {f"{n:02}" for n in range(1, 21)} else "must be a CAMEO root from 01 to 20"


def _text(value: str) -> str | None:
    return None if len(value) <= 200 and value.isprintable() else "must be one line of at most 200 characters"


_WHEN = {
    "start_date": _day,
    "end_date": _day,
    "date_precision": _one_of("day", "week", "month", "year", "unknown"),
}
_WHERE = {"city": _text, "country_code": _country}
FIELDS: dict[str, dict[str, Callable[[str], str | None]]] = {
    "meeting": {
        "status": _one_of(*STATUSES),
        "format": _one_of("in_person", "call", "video", "unknown"),
        "level": _one_of("head", "ministerial", "envoy", "official", "unknown"),
        "codes": _sides,
        "topics": _topics,
    }
    | _WHEN
    | _WHERE,
    "event": {
        "status": _one_of(*STATUSES),
        "event_type": _type,
        "mode": _text,
        "source_code": _side,
        "target_code": _side,
        "topics": _topics,
        "cameo_root": _root,
    }
    | _WHEN
    | _WHERE,
    "visit": {
        "status": _one_of(*STATUSES),
        "visitor_code": _side,
        "host_code": _country,
        "actor_id": _text,
        "days": _count,
        "city": _text,
    }
    | _WHEN,
    "statement": {
        "speaker_code": _side,
        "speaker_name": _text,
        "actor_id": _text,
        "about_codes": lambda value: next(filter(None, map(_side, value.split(_LISTED))), None),
    },
}
"""By kind of fact the fields that a correction may set, each with what is wrong about a value; lists are written with
semicolons, and an empty value clears the field."""
_NEVER_EMPTY = (
    "status",
    "event_type",
    "source_code",
    "target_code",
    "visitor_code",
    "host_code",
    "codes",
    "date_precision",
)


def path() -> Path:
    """The table of corrections."""
    return reference_dir() / "corrections.csv"


def load() -> list[Correction]:
    """Every correction, in the order of the file. Raises `UsageError` when the file is no such table."""
    try:
        with path().open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {path()}: {error.strerror or error}") from error
    except csv.Error as error:
        raise UsageError(f"{path()} is no CSV: {error}") from error
    if not rows or tuple(rows[0]) != HEADER:
        raise UsageError(f"{path()}: line 1 must be {','.join(HEADER)}")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(HEADER):
            raise UsageError(f"{path()}: line {number} has {len(row)} fields, not {len(HEADER)}")
    return [Correction(*row) for row in rows[1:]]


def problems_of(row: Correction) -> list[str]:
    """What is wrong with a row by itself, in words; nothing when it may stand."""
    found = []
    if row.action not in ACTIONS:
        found.append(f"action {row.action!r} must be one of {', '.join(ACTIONS)}")
    if row.fact_kind and row.fact_kind not in KINDS:
        found.append(f"fact_kind {row.fact_kind!r} must be one of {', '.join(KINDS)}")
    if not row.reason.strip():
        found.append("a reason must be given")
    if _day(row.created_date):
        found.append(f"created_date {row.created_date!r} {_day(row.created_date)}")
    if bool(row.fact_id) == bool(row.rule_id):
        found.append("either fact_id or rule_id must be given, not both")
    if row.rule_id:
        if row.action not in ("reject", "set"):
            found.append(f"a rule can be rejected or set, not {row.action}")
        if row.rule_id not in set(words.frames()["rule_id"]):
            found.append(f"no rule {row.rule_id!r} in frames.csv")
    if row.action == "merge" and (not row.value or row.value == row.fact_id):
        found.append("a merge needs the id of another fact as its value")
    if row.action != "set" and row.field:
        found.append("a field belongs to set alone")
    if row.action == "set":
        found += _problems_of_value(row)
    return found


def _problems_of_value(row: Correction) -> list[str]:
    kinds = [row.fact_kind] if row.fact_kind in FIELDS else []
    if not kinds:
        return ["a set correction must name its fact_kind"]
    known = FIELDS[row.fact_kind]
    if row.field not in known:
        return [f"a {row.fact_kind} has no field {row.field!r} to set; it has {', '.join(sorted(known))}"]
    if not row.value:
        return [f"{row.field} cannot be empty"] if row.field in _NEVER_EMPTY else []
    wrong = known[row.field](row.value)
    return [f"{row.field} {row.value!r} {wrong}"] if wrong else []


def check() -> list[str]:
    """What is wrong with the whole table: `line N: …` for each problem."""
    rows = load()
    found, seen = [], {}
    for number, row in enumerate(rows, 2):
        found += [f"line {number}: {problem}" for problem in problems_of(row)]
        if row.correction_id in seen:
            found.append(
                f"line {number}: correction_id {row.correction_id!r} stands on line {seen[row.correction_id]} too"
            )
        seen.setdefault(row.correction_id, number)
    return found


def kind_of(fact_id: str) -> str:
    """The kind that an id's first letter tells. Raises `UsageError`."""
    kind = _BY_LETTER.get(fact_id[:1])
    if kind is None:
        raise UsageError(
            f"{fact_id!r} is no fact id: they begin with m (meeting), e (event), v (visit) or s (statement)"
        )
    return kind


def _exists(home: Home, kind: str, fact_id: str) -> bool:
    """Whether the published file has this fact, under this id or an earlier one, or a report of this id."""
    with reading.published(home) as connection:
        table = f"marts.{kind}s"
        by_id = connection.execute(f"select count(*) from {table} where {kind}_id = ?", [fact_id]).fetchone()[
            0
        ]
    return bool(by_id) or (kind != "statement" and reading.current_id(home, fact_id) != fact_id)


def report_in(home: Home, fact_id: str, article_id: str) -> str:
    """The report of a fact in one article: what a split names. Raises `UsageError` when there is none."""
    sql = "select report_id from marts.fact_reports where fact_id = ? and article_id = ? order by report_id limit 1"
    with reading.published(home) as connection:
        found = connection.execute(sql, [fact_id, article_id]).fetchone()
        if found is None:
            rows = connection.execute(
                "select distinct article_id from marts.fact_reports where fact_id = ? order by 1 limit 5",
                [fact_id],
            ).fetchall()
    if found is None:
        told = ", ".join(r[0] for r in rows) or "none"
        raise UsageError(f"article {article_id} does not report {fact_id}; these do: {told}")
    return found[0]


def _next_id(rows: Iterable[Correction]) -> str:
    numbers = [
        int(r.correction_id[1:]) for r in rows if r.correction_id[:1] == "c" and r.correction_id[1:].isdigit()
    ]
    return f"c{max(numbers, default=0) + 1:04}"


def _write(rows: Iterable[Correction]) -> None:
    """Swap the table in by rename, so that a kill leaves the old one or the new one."""
    aside = path().with_suffix(".csv.new")
    try:
        with aside.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(map(astuple, rows))
        os.replace(aside, path())
    except OSError as error:
        raise EnvironmentProblem(f"cannot write {path()}: {error.strerror or error}") from error
    finally:
        aside.unlink(missing_ok=True)


def add(
    home: Home,
    action: str,
    *,
    fact_id: str = "",
    rule_id: str = "",
    fact_kind: str = "",
    field: str = "",
    value: str = "",
    reason: str,
    author: str,
    created_date: date,
) -> Correction:
    """Write one correction after seeing that it can be applied, and give it.

    Raises `UsageError` with everything that is wrong: unknown fact, rule, field or value, or the same said before.
    """
    rows = load()
    kind = fact_kind or (kind_of(fact_id) if fact_id else "")
    row = Correction(
        _next_id(rows),
        action,
        kind,
        fact_id,
        rule_id,
        field,
        value,
        " ".join(reason.split()),
        " ".join(author.split()),
        created_date.isoformat(),
    )
    found = problems_of(row)
    named = [name for name in (fact_id, value if action == "merge" else "") if name]
    if not found:
        found += [f"no {kind} {name} in {home.published}" for name in named if not _exists(home, kind, name)]
    same = [r for r in rows if astuple(r)[1:7] == astuple(row)[1:7]]
    found += [f"{same[0].correction_id} says the same already"] if same else []
    if found:
        raise UsageError("this correction cannot be made:\n  " + "\n  ".join(found))
    _write([*rows, row])
    return row


def withdraw(correction_id: str) -> Correction:
    """Take a correction out of the table and give it. Raises `UsageError` when there is none of this id."""
    rows = load()
    gone = next((r for r in rows if r.correction_id == correction_id), None)
    if gone is None:
        raise UsageError(f"no correction {correction_id!r} in {path()}")
    _write(r for r in rows if r is not gone)
    return gone


@dataclass(frozen=True)
class Effect:
    """What a correction did to a fact; `is_built` is False while no build has seen it."""

    correction_id: str
    action: str
    fact_id: str
    effect: str
    reason: str
    author: str
    created_date: str
    is_built: bool


def effects(home: Home, fact_id: str | None = None) -> list[Effect]:
    """Corrections with what they did, of one fact or of all; those that wait for the next build say so."""
    sql = (
        "select correction_id, action, fact_id, effect, reason, author, cast(created_date as varchar), true "
        "from marts.corrections_applied order by correction_id, fact_id"
    )
    try:
        with reading.published(home) as connection:
            done = [Effect(*row) for row in connection.execute(sql).fetchall()]
    except (EnvironmentProblem, duckdb.CatalogException):
        done = []
    built = {(e.correction_id, e.reason) for e in done}
    waiting = [
        Effect(
            r.correction_id,
            r.action,
            r.fact_id or r.rule_id,
            "waits for the next build",
            r.reason,
            r.author,
            r.created_date,
            False,
        )
        for r in load()
        if (r.correction_id, r.reason) not in built
    ]
    both = [*done, *waiting]
    if fact_id is None:
        return both
    now = reading.current_id(home, fact_id)
    return [e for e in both if {e.fact_id, reading.current_id(home, e.fact_id)} & {fact_id, now}]
