"""The suites as declared: which frame each block looks at, and what is expected of it.

Belongs here: reading `suites/*.yaml`, the closed lists they refer to by `$name`, and the border checks on
both. Does not belong here: running anything; importing this module stays cheap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from ingest.articles import REASONS
from ingest.settings import reference_dir

SUITES = ("raw", "facts", "marts")
_FOLDER = Path(__file__).parent / "suites"
_LISTS = {
    "country_codes": (("countries", "code"),),
    "codes": (("countries", "code"), ("organizations", "code")),
    "event_types": (("event_types", "event_type"),),
    "topics": (("topic_names", "topic"),),
}
_NEW = re.compile(r"\$new\(([a-z_]+\.[a-z_]+)\)")
# Rows of an earlier build were checked then. By row number, because new rows lie together: by id, whole columns of
# text would be read.
_NEW_ARTICLES = (
    "(select * from {table} where rowid in (select seen.rowid from {table} as seen "
    "anti join intermediate.built_articles as built on seen.article_id = built.article_id))"
)
_TOUCHED = (
    "(select * from {table} where rowid in (select kept.rowid from {table} as kept "
    "semi join intermediate.{touched} as touched on kept.{own_key} = touched.{key}))"
)
_TOUCHED_BY = {
    "marts.articles": ("article_id", "int_touched_articles", "article_id"),
    "marts.statements": ("article_id", "int_changed_articles", "article_id"),
    "marts.meetings": ("meeting_id", "int_touched_facts", "fact_id"),
    "marts.events": ("event_id", "int_touched_facts", "fact_id"),
}
_OWN_KEYS = {"name", "expect", "column", "columns", "why", "severity"}
SEVERITIES = ("block", "warn")
"""What a failure does: `block` stops publishing, `warn` is told and kept with the results."""
_MAX_SHOWN = 8


@dataclass(frozen=True)
class Expectation:
    """One expectation over one table: its name, the library's name for its kind, and the arguments."""

    suite: str
    table: str
    name: str
    kind: str
    arguments: dict[str, Any]
    why: str
    severity: str = "block"

    @property
    def class_name(self) -> str:
        """The library's class: `column_values_to_be_unique` is `ExpectColumnValuesToBeUnique`."""
        return "Expect" + "".join(
            word if len(word) == 1 and word.isupper() else word.capitalize() for word in self.kind.split("_")
        )

    @property
    def statement(self) -> str:
        """The expectation in one line, closed lists shortened, as stored in `quality.validations`."""
        shown = ", ".join(f"{key}={_shortened(value)}" for key, value in self.arguments.items())
        return f"{self.name}: {self.kind}({shown})"


@dataclass(frozen=True)
class Block:
    """One frame, taken by a query with only the columns needed, and what is expected of it.

    `query` looks at everything, `query_of_new` only at what the last build has not seen; they may be the same.
    """

    table: str
    query: str
    query_of_new: str
    expectations: tuple[Expectation, ...]


def _shortened(value: Any) -> str:
    """A value for people: long closed lists as their first members and a count."""
    if isinstance(value, list) and len(value) > _MAX_SHOWN:
        return f"[{', '.join(map(str, value[:3]))}, … {len(value)} values]"
    if isinstance(value, datetime):
        return value.date().isoformat()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


@cache
def closed_list(name: str) -> tuple[str, ...]:
    """The members of a closed list that suites refer to as `$name`, from the reference tables."""
    if name == "quarantine_reasons":
        return tuple(sorted(REASONS))
    if name not in _LISTS:
        raise ValueError(f"suites refer to ${name}, which is none of {sorted(_LISTS)}")
    columns = [
        pl.read_csv(reference_dir() / f"{table}.csv", columns=[column], infer_schema=False)[column]
        for table, column in _LISTS[name]
    ]
    return tuple(sorted(set(pl.concat(columns).drop_nulls())))


def _argument(value: Any) -> Any:
    """An argument as the library wants it: `$name` resolved, dates as `datetime`."""
    if isinstance(value, str) and value.startswith("$"):
        return list(closed_list(value[1:]))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return value


def _query(text: str) -> str:
    """The query with closed lists put in as SQL list literals."""
    for name in (*_LISTS, "quarantine_reasons"):
        if f"${name}" in text:
            members = ", ".join("'" + member.replace("'", "''") + "'" for member in closed_list(name))
            text = text.replace(f"${name}", f"[{members}]")
    return text


def _new_rows(table: str) -> str:
    """The rows of a table that the last build has not seen, or that it made anew, as a relation."""
    if table in _TOUCHED_BY:
        own_key, touched, key = _TOUCHED_BY[table]
        return _TOUCHED.format(table=table, own_key=own_key, touched=touched, key=key)
    return _NEW_ARTICLES.format(table=table)


def _expectations(suite: str, table: str, row: dict[str, Any]) -> list[Expectation]:
    """The expectations of one declared row: one for each of its `columns`, or one."""
    shared = {key: _argument(value) for key, value in row.items() if key not in _OWN_KEYS}
    targets = row.get("columns") or ([row["column"]] if "column" in row else [None])
    several = len(targets) > 1
    severity = row.get("severity", "block")
    if severity not in SEVERITIES:
        raise ValueError(f"suite {suite}: {row['name']} has severity {severity!r}, none of {', '.join(SEVERITIES)}")
    return [
        Expectation(
            suite,
            table,
            f"{row['name']}_{column}" if several else row["name"],
            row["expect"],
            ({"column": column} if column else {}) | shared,
            row.get("why", ""),
            severity,
        )
        for column in targets
    ]


@cache
def suite_blocks(suite: str) -> tuple[Block, ...]:
    """The blocks of a suite. Raises `ValueError` for an unknown suite or a name given twice."""
    if suite not in SUITES:
        raise ValueError(f"no suite {suite!r}: there are {', '.join(SUITES)}")
    declared = yaml.safe_load((_FOLDER / f"{suite}.yaml").read_text(encoding="utf-8"))
    blocks = tuple(
        Block(
            block["table"],
            _NEW.sub(r"\1", _query(block["query"])),
            _NEW.sub(lambda found: _new_rows(found[1]), _query(block["query"])),
            tuple(
                expectation
                for row in block["expectations"]
                for expectation in _expectations(suite, block["table"], row)
            ),
        )
        for block in declared
    )
    names = [(item.table, item.name) for block in blocks for item in block.expectations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"suite {suite}: named twice: {twice}")
    return blocks


def suite_expectations(suite: str) -> tuple[Expectation, ...]:
    """Every expectation of a suite, in order."""
    return tuple(expectation for block in suite_blocks(suite) for expectation in block.expectations)
