"""The page of questions: every query of `dbt_project/queries/` with its answer from the sample articles.

Belongs here: the page `dbt_project/queries/README.md`, written by `make docs`, held current by a test, and shown as
the first page of dbt's documentation. Does not belong here: the queries (one question a file, asked in its first line).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from ingest.settings import Home, dbt_dir, project_root
from orchestration import pipeline, reading

# The two comments are for dbt: what stands between them is its first page. Markdown shows neither.
_HEAD = """<!-- {% docs __overview__ %}<!-- -->
# Twenty questions

Each with its query and the answer that the articles of `data/sample/` give; written by `make docs` from the files beside
this page, do not edit. Run one with `chancery query "$(cat dbt_project/queries/NAME.sql)"`, or in any DuckDB client on
`warehouse/chancery.duckdb`, opened read-only. The sample is small: where an answer says that there is too little to
tell, it says so of these articles.

No table reads the clock. *Now* is `as_of_date` in `marts.warehouse_horizon`, the latest day on which an article was
published. Every table under `marts` says in its documentation what one row is, what to beware of (`caveats`) and how it
is asked (`example`).

"""
_FOOT = "\n<!-- {% enddocs %} -->\n"


@dataclass(frozen=True)
class Question:
    """One file of the folder."""

    name: str
    text: str
    sql: str


def folder() -> Path:
    """Where the queries lie."""
    return dbt_dir() / "queries"


def path() -> Path:
    """Where the page stands: shown by whoever opens the folder."""
    return folder() / "README.md"


def questions() -> list[Question]:
    """Every question, in the order of the files' names."""
    found = []
    for file in sorted(folder().glob("*.sql")):
        first, _, sql = file.read_text(encoding="utf-8").partition("\n")
        found.append(Question(file.stem, first.removeprefix("--").strip(), sql.strip()))
    return found


def cell(value: Any) -> str:
    """A value as text within a Markdown table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def markdown(frame: pl.DataFrame) -> str:
    """A frame as a Markdown table; numbers to the right."""
    head = f"| {' | '.join(frame.columns)} |"
    rule = "|" + "".join("---:|" if dtype.is_numeric() else "---|" for dtype in frame.dtypes)
    rows = [f"| {' | '.join(map(cell, row))} |" for row in frame.rows()]
    return "\n".join([head, rule, *rows])


def answers(home: Home) -> dict[str, pl.DataFrame]:
    """What the published file of a home says to each question, by name."""
    return {question.name: reading.query(home, question.sql) for question in questions()}


def page(home: Home) -> str:
    """The page as Markdown, with the answers of this home."""
    found = answers(home)
    parts = [
        f"## {number}. {question.text}\n\n`{question.name}.sql`\n\n```sql\n{question.sql}\n```\n\n{markdown(found[question.name])}\n"
        for number, question in enumerate(questions(), start=1)
    ]
    return _HEAD + "\n".join(parts) + _FOOT


def build_sample(home: Home) -> None:
    """Publish the sample articles in a home of their own; what was tested need not be tested again for a page."""
    pipeline.run(home, [project_root() / "data" / "sample"], is_checked=False)


def main() -> None:
    """Write the page."""
    with TemporaryDirectory(prefix="chancery-questions-") as place:
        home = Home.resolve(place)
        build_sample(home)
        path().write_text(page(home), encoding="utf-8")
    sys.stdout.write(f"{path()}\n")


if __name__ == "__main__":
    main()
