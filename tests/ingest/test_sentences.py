"""What sentences say, class by class: every case of `sentences/*.yaml`, all read in one batch.

The sentences are of this project. A case holds `text`, may hold `published` (default: Saturday 2025-07-26) and tells
what must be found; what it does not name is not judged, an empty list says "none":
  meetings  [{sides: "FRA DEU", status: occurred, date, precision, city, country, format, participants, topics}]
  events    ["FRA>DEU ACCUSE", "FRA>DEU ACCUSE planned"]: all that are no CONSULT; status occurred when not said
  visits    ["FRA>DEU", "FRA>DEU planned"]
  people    {"Emmanuel Macron": FRA}: at least these, with their state or organisation; null: of none
  absent    ["Jordan"]: names or codes that no row may hold
  gap       why the extraction does not find it yet: the case must then fail, and loses the note when it passes

Belongs here: short texts for rules of grammar. Does not belong here: whole articles (`tests/gold`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from ingest.extract import extract

PUBLISHED = date(2025, 7, 26)  # a Saturday
FOLDER = Path(__file__).parent / "sentences"
CASES: dict[str, dict[str, Any]] = {
    f"{path.stem}-{number}": case
    for path in sorted(FOLDER.glob("*.yaml"))
    for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1)
}
LANGUAGES = {"spanish": "es"}  # files of another language than English
_KNOWN = {"text", "published", "meetings", "events", "visits", "people", "absent", "gap"}
_OF_MEETING = {
    "date": "start_date",
    "precision": "date_precision",
    "city": "city",
    "country": "country_code",
    "format": "format",
}


@pytest.fixture(scope="module")
def facts() -> dict[str, pl.DataFrame]:
    """The facts of all cases, read at once."""
    return extract(
        pl.DataFrame(
            {
                "article_id": list(CASES),
                "title": [None] * len(CASES),
                "text": [case["text"] for case in CASES.values()],
                "published_date": [case.get("published", PUBLISHED) for case in CASES.values()],
                "language": [LANGUAGES.get(key.split("-")[0], "en") for key in CASES],
                "source": [None] * len(CASES),
            },
            schema_overrides={"title": pl.String, "source": pl.String},
        )
    )


def _rows(facts: dict[str, pl.DataFrame], table: str, key: str) -> list[dict[str, Any]]:
    return list(facts[table].filter(pl.col("article_id") == key).iter_rows(named=True))


def _meetings(facts: dict[str, pl.DataFrame], key: str, wanted: list[dict[str, Any]]) -> tuple[list, list]:
    """What is wanted and what is found, each with the properties that some wanted meeting of those sides names."""
    people = facts["meeting_participants"]
    found = []
    for row in _rows(facts, "meetings", key):
        like = next((w for w in wanted if sorted(w["sides"].split()) == sorted(row["codes"])), {})
        seen = {"sides": " ".join(sorted(row["codes"])), "status": row["status"]}
        seen |= {name: row[column] for name, column in _OF_MEETING.items() if name in like}
        if "topics" in like:
            seen["topics"] = sorted(row["topics"])
        if "participants" in like:
            seen["participants"] = sorted(
                people.filter(pl.col("fact_id") == row["fact_id"])["name"].to_list()
            )
        found.append(seen)
    asked = [
        w
        | {"sides": " ".join(sorted(w["sides"].split())), "status": w.get("status", "occurred")}
        | {name: sorted(w[name]) for name in ("topics", "participants") if name in w}
        for w in wanted
    ]
    return sorted(asked, key=str), sorted(found, key=str)


def differences(facts: dict[str, pl.DataFrame], key: str) -> list[str]:
    """What a case asks for that the facts do not hold, and the other way round; empty: as it should be."""
    case, out = CASES[key], []
    if unknown := set(case) - _KNOWN:
        raise ValueError(f"{key}: unknown field {unknown}")
    if "meetings" in case:
        asked, found = _meetings(facts, key, case["meetings"])
        if sorted(map(_flat, asked)) != sorted(map(_flat, found)):
            out.append(f"meetings: asked {asked}, found {found}")
    for table in ("events", "visits"):
        if table in case:
            asked = {
                w if len(w.split()) > (2 if table == "events" else 1) else f"{w} occurred"
                for w in case[table]
            }
            found = {
                _directed(table, row)
                for row in _rows(facts, table, key)
                if row.get("event_type") != "CONSULT"
            }
            if asked != found:
                out.append(f"{table}: asked {sorted(asked)}, found {sorted(found)}")
    actors = _rows(facts, "article_actors", key)
    people = {row["name"]: row["code"] for row in actors if row["kind"] == "person"}
    for name, code in case.get("people", {}).items():
        if people.get(name, "nobody") != code:
            out.append(f"people: asked {name} of {code}, found {people}")
    for word in case.get("absent", []):
        if any(word in (row["name"], row["code"]) for row in actors):
            out.append(f"absent: found {word}")
    return out


def _flat(meeting: dict[str, Any]) -> str:
    return repr(sorted((name, str(value)) for name, value in meeting.items()))


def _directed(table: str, row: dict[str, Any]) -> str:
    if table == "visits":
        return f"{row['visitor_code']}>{row['host_code']} {row['status']}"
    return f"{row['source_code']}>{row['target_code']} {row['event_type']} {row['status']}"


@pytest.mark.parametrize("key", list(CASES))
def test_a_sentence_says(facts: dict[str, pl.DataFrame], key: str) -> None:
    found = differences(facts, key)
    gap = CASES[key].get("gap")
    if gap:
        assert found, f"found by now: take its note away ({gap})"
        pytest.xfail(gap)
    assert not found, "\n".join([CASES[key]["text"], *found])
