"""A small world of hand-made raw and facts rows, written to a DuckDB file.

Belongs here: building the rows and the stand-in reference tables that the dbt tests read. Does not belong
here: running dbt (`conftest.py`), what is told (`dbt_scenario.py`) and what must come out (`test_*.py`).
"""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from ingest import tables

COUNTRIES = [
    "ARG",
    "AUS",
    "BRA",
    "CAN",
    "CHN",
    "DEU",
    "EGY",
    "FRA",
    "GBR",
    "IDN",
    "IND",
    "IRN",
    "ITA",
    "JOR",
    "JPN",
    "KEN",
    "KOR",
    "MEX",
    "NGA",
    "PAK",
    "QAT",
    "RUS",
    "TUR",
    "UKR",
    "USA",
    "VNM",
    "ZAF",
]
PEOPLE = {
    "dar": "PAK",
    "rubio": "USA",
    "munir": "PAK",
    "trump": "USA",
    "xi": "CHN",
    "putin": "RUS",
    "lula": "BRA",
    "ishiba": "JPN",
    "meloni": "ITA",
    "carney": "CAN",
    "fidan": "TUR",
    "sybiha": "UKR",
}
REFERENCE: dict[str, str] = {
    "cities": "name,country_code,latitude,longitude,population\n"
    "Washington,USA,38.9,-77.04,689545\n",
    "countries": "code,iso2,name,official_name,region,subregion,capital,latitude,longitude,groups\n"
    + "".join(f"{c},{c[:2]},{c.title()},,Asia,,Capital,1.0,2.0,UN;G20\n" for c in COUNTRIES),
    "organizations": "code,name,kind\nUN,United Nations,global\nG20,Group of Twenty,global\n",
    "topic_names": "topic,name,description\ntrade,Trade,Goods\nenergy,Energy,Oil\n",
    "event_types": "event_type,quad_class,goldstein,cameo_root,description,example\n"
    "SUPPORT,verbal_coop,5.0,05,Praise.,\nSANCTION,material_conf,-6.0,16,Ban.,\n",
    "people": "person_id,name,surname,aliases,code,role,role_class,valid_from,valid_to\n"
    "dar,Ishaq Dar,Dar,,PAK,foreign minister,foreign_minister,2024-03-11,\n",
}
CORRECTION_HEADER = "correction_id,action,fact_kind,fact_id,rule_id,field,value,reason,author,created_date\n"
SENTENCE = "They met — “at last” — on the day."


def write_reference(folder: Path, corrections: str = "") -> None:
    """The stand-in reference tables as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**REFERENCE, "corrections": CORRECTION_HEADER + corrections}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


class World:
    """Rows for every raw and facts table, filled by one call a thing told."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {table.address: [] for table in tables.ALL}

    def article(self, article_id: str, published: str | None, source: str = "Alpha", **fields: object) -> str:
        """An article whose text is `SENTENCE`; no copy of another unless `text_hash` says so."""
        day = date.fromisoformat(published) if published else None
        row = {
            "article_id": article_id,
            "external_id": None,
            "source": source,
            "url": None,
            "title": None,
            "author": None,
            "text": SENTENCE,
            "published_at": day and datetime(day.year, day.month, day.day),
            "published_date": day,
            "date_source": "input" if day else "none",
            "language": "en",
            "n_words": 30,
            "text_hash": article_id,
            "raw_sha256": "0",
            "raw_position": 0,
            "batch_id": "b0",
            "first_seen_at": datetime(2025, 1, 1),
        }
        self.rows["raw.articles"].append({**row, **fields})
        return article_id

    def sketch(self, article_id: str, *shingles: int) -> None:
        """The shingles that an article's sketch keeps."""
        self.rows["facts.sketches"] += [
            {"article_id": article_id, "shingle": shingle} for shingle in shingles
        ]

    def meeting(
        self,
        report_id: str,
        article_id: str,
        codes: str,
        people: str = "",
        status: str = "occurred",
        day: str | None = None,
        precision: str = "day",
        rule_id: str = "R1",
        **fields: object,
    ) -> None:
        """A meeting as one article reports it; `codes` and `people` are separated by spaces."""
        self._dated(
            "facts.meetings",
            "meeting",
            report_id,
            article_id,
            day,
            precision,
            rule_id,
            {
                "status": status,
                "format": "in_person",
                "level": "ministerial",
                "city": None,
                "country_code": None,
                "codes": codes.split(),
                "topics": [],
                **fields,
            },
        )
        for person in people.split():
            code = PEOPLE[person]
            actor = {"actor_key": f"p:{person}", "name": person.title(), "role": "minister", "code": code}
            self.rows["facts.meeting_participants"].append(
                {"fact_id": report_id, "role_class": "minister", **actor}
            )
            self._actor(
                article_id, {**actor, "kind": "person", "code_kind": "country", "role_class": "minister"}
            )

    def event(
        self,
        report_id: str,
        article_id: str,
        event_type: str,
        source: str,
        target: str,
        status: str = "occurred",
        day: str | None = None,
        precision: str = "day",
        **fields: object,
    ) -> None:
        """A directed fact as one article reports it."""
        self._dated(
            "facts.events",
            "event",
            report_id,
            article_id,
            day,
            precision,
            "R1",
            {
                "event_type": event_type,
                "mode": None,
                "status": status,
                "source_code": source,
                "target_code": target,
                "city": None,
                "country_code": None,
                "topics": [],
                "cameo_root": "",
                **fields,
            },
        )

    def visit(
        self,
        report_id: str,
        article_id: str,
        visitor: str,
        host: str,
        person: str = "",
        status: str = "occurred",
        day: str | None = None,
        precision: str = "day",
        **fields: object,
    ) -> None:
        """A visit as one article reports it."""
        key = f"p:{person}" if person else None
        self._dated(
            "facts.visits",
            "visit",
            report_id,
            article_id,
            day,
            precision,
            "R1",
            {
                "actor_key": key,
                "visitor_code": visitor,
                "host_code": host,
                "city": None,
                "status": status,
                "days": None,
                **fields,
            },
        )
        if key:
            self._actor(
                article_id,
                {
                    "actor_key": key,
                    "name": person.title(),
                    "role": None,
                    "code": visitor,
                    "kind": "person",
                    "code_kind": "country",
                    "role_class": None,
                },
            )

    def statement(self, report_id: str, article_id: str, person: str) -> None:
        """A quotation."""
        self.rows["facts.statements"].append(
            {
                "fact_id": report_id,
                "article_id": article_id,
                "actor_key": f"p:{person}",
                "speaker_name": person.title(),
                "speaker_code": PEOPLE[person],
                "about_codes": [],
                "verb": "said",
                "quote": "at last",
                "char_start": 12,
                "char_end": 19,
            }
        )

    def _dated(
        self,
        address: str,
        kind: str,
        report_id: str,
        article_id: str,
        day: str | None,
        precision: str,
        rule_id: str,
        fields: dict[str, object],
    ) -> None:
        start = date.fromisoformat(day) if day else None
        self.rows[address].append(
            {
                "fact_id": report_id,
                "article_id": article_id,
                "start_date": start,
                "confidence": 0.9,
                "end_date": start if precision == "day" else None,
                "date_precision": precision if start else "unknown",
                **fields,
            }
        )
        self.rows["facts.evidence"].append(
            {
                "fact_kind": kind,
                "fact_id": report_id,
                "article_id": article_id,
                "sentence_index": 0,
                "char_start": 0,
                "char_end": len(SENTENCE),
                "evidence": SENTENCE,
                "trigger": "met",
                "rule_id": rule_id,
                "extractor_version": "1",
                "confidence": 0.9,
            }
        )

    def _actor(self, article_id: str, actor: dict[str, object]) -> None:
        rows = self.rows["facts.article_actors"]
        if not any(r["article_id"] == article_id and r["actor_key"] == actor["actor_key"] for r in rows):
            rows.append(
                {"article_id": article_id, "basis": "roster", "n_mentions": 1, "first_char": 0, **actor}
            )

    def part(self, article_ids: set[str]) -> World:
        """The rows of some of the articles."""
        part = World()
        of_fact = {
            row["fact_id"]: row["article_id"]
            for rows in self.rows.values()
            for row in rows
            if "fact_id" in row and "article_id" in row
        }
        for address, rows in self.rows.items():
            part.rows[address] = [
                row for row in rows if (row.get("article_id") or of_fact.get(row.get("fact_id"))) in article_ids
            ]
        return part

    def write(self, path: Path, shuffle: int | None = None) -> None:
        """Write every table to a DuckDB file, new or not, rows in another order for each `shuffle`."""
        with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.4.0"}) as connection:
            for table in tables.ALL:
                rows = list(self.rows[table.address])
                if shuffle is not None:
                    random.Random(shuffle).shuffle(rows)
                frame = table.conform(pl.DataFrame(rows, schema=table.polars_schema, strict=False))
                connection.execute(f"create schema if not exists {table.schema}")
                connection.execute(table.ddl())
                connection.register("frame", frame.to_arrow())
                connection.execute(f"insert into {table.address} by name select * from frame")
                connection.unregister("frame")
