"""Law of offsets: `substring(text, char_start + 1, char_end - char_start) = evidence`, in DuckDB, for every fact and statement
of every corpus at hand, as it is and with what shifts offsets sown into it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingest.articles import RECORD_SCHEMA, Batch, admit, quarantine_frame
from ingest.extract import extract

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared"
_SPACES = re.compile(r" ")


def _sown(what: str) -> Callable[[str], str]:
    """Every seventh blank has this beside it."""

    def sow(text: str) -> str:
        parts = text.split(" ")
        return " ".join(f"{part} {what}" if n % 7 == 3 else part for n, part in enumerate(parts))

    return sow


def _accents(text: str) -> str:
    """Capitals after a full stop wear a decomposed accent, and all that can is decomposed."""
    return unicodedata.normalize("NFD", _sown("Sa\u0303o Tome\u0301")(text))


VARIANTS: dict[str, Callable[[str], str]] = {
    "as_it_is": str,
    "emoji": _sown("\U0001f600\U0001f1f3\U0001f1f4"),
    "right_to_left": _sown("\u0648\u0632\u064a\u0631\u200f"),
    "decomposed": _accents,
    "crlf": lambda text: text.replace("\n", "\r\n").replace(". ", ".\r\n"),
    "unseen": lambda text: text.replace("a", "a\u200b").replace(" ", "\u00a0 "),
}


def _texts(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            if isinstance(row.get("text"), str):
                yield row


def _holds(rows: list[dict[str, str]], change: Callable[[str], str]) -> int:
    """The number of facts and statements of these articles, after every one was found at its offsets."""
    columns = {name: [None] * len(rows) for name in RECORD_SCHEMA} | {
        "position": list(range(len(rows))), "path": ["in"] * len(rows), "name": ["in"] * len(rows), "raw_sha256": ["0" * 64] * len(rows),
        "text": [change(row["text"]) for row in rows], "title": [row.get("title") for row in rows],
        "published_date": [row.get("published_date") for row in rows], "language": [row.get("language") or "en" for row in rows],
    }  # fmt: skip
    records = pl.DataFrame(columns, schema=RECORD_SCHEMA)
    articles = admit(Batch("in", None, records, quarantine_frame([]), len(rows), datetime(2025, 8, 1))).articles.unique("article_id")
    facts = extract(articles)
    with duckdb.connect() as con:
        con.register("articles", articles.select("article_id", "text").to_arrow())
        n = 0
        for table, words in (("evidence", "evidence"), ("statements", "quote")):
            con.register("told", facts[table].to_arrow())
            total, wrong = con.execute(
                f"SELECT count(*), count(*) FILTER (t.article_id IS NULL OR substring(t.text, char_start + 1, char_end - char_start) "
                f"<> {words} OR char_end <= char_start) FROM told LEFT JOIN articles AS t USING (article_id)"
            ).fetchone()
            assert wrong == 0, f"{wrong} of {total} {table}"
            n += total
    return n


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_fact_of_the_sample_lies_at_its_offsets(variant: str) -> None:
    assert _holds(list(_texts(ROOT / "data" / "sample")), VARIANTS[variant]) > 50


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_fact_of_the_annotated_articles_lies_at_its_offsets(variant: str) -> None:
    rows = list(_texts(ROOT / "tests" / "gold"))
    assert rows and _holds(rows, VARIANTS[variant]) > 50


@pytest.mark.torture
@pytest.mark.skipif(not (BESIDE / "corpora").is_dir(), reason="no corpora beside the checkout")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_fact_of_the_corpora_beside_lies_at_its_offsets(variant: str) -> None:
    rows = [*_texts(BESIDE / "corpora"), *_texts(BESIDE / "gold")]
    assert rows and _holds(rows, VARIANTS[variant]) > 50
