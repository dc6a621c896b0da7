"""The page of sizes holds what the command makes of the rates, and the sums are right."""

from __future__ import annotations

import json

import pytest

from orchestration import sizing
from orchestration.sizing import Assumed

RATES = {
    "articles": [100, 1_100],
    "machine": "2 cores",
    "seconds": {name: {"each": 0.001, "fixed": 10.0} for name in sizing.STAGES},
    "bytes": {name: {"each": 1_000.0, "fixed": 0.0} for name in sizing.STORES},
}


def test_a_rate_is_what_an_article_adds() -> None:
    small, large = ({"articles": n, "seconds": {"ingest": 5 + n / 100}} for n in (100, 1_100))
    assert sizing._line(small, large, "seconds", "ingest") == pytest.approx({"each": 0.01, "fixed": 5})


def test_what_shrinks_is_no_rate() -> None:
    small, large = ({"articles": n, "seconds": {"check": 5 - n / 1000}} for n in (100, 1_100))
    assert sizing._line(small, large, "seconds", "check")["each"] == 0


def test_the_narrowest_limit_comes_first() -> None:
    found = sizing.limits(RATES, Assumed())
    assert [n for n, _, _ in found] == sorted(n for n, _, _ in found)
    by_name = {what: n for n, what, _ in found}
    assert by_name["publishing in an hour"] == pytest.approx(3_590_000)
    assert by_name["a disk of 2,000 GB"] == pytest.approx(400_000_000)


def test_needs_are_told_for_each_size() -> None:
    lines = sizing.needs(RATES, Assumed()).splitlines()
    assert lines[0].count("articles |") == len(sizing.SIZES)
    row = next(line for line in lines if line.startswith("| `raw/`"))
    assert row == "| `raw/` | 1 GB | 100 GB | 1 TB |"
    assert next(line for line in lines if line.startswith("| batches")) == "| batches of the extraction | 125 | 12,500 | 125,000 |"


def test_the_tables_stand_between_their_marks() -> None:
    page = f"before\n{sizing.BEGIN}\nold\n{sizing.END}\nafter\n"
    assert sizing.with_tables(page, "new") == f"before\n{sizing.BEGIN}\n\nnew\n\n{sizing.END}\nafter\n"


def test_the_page_holds_what_the_rates_give() -> None:
    page = sizing.PAGE.read_text(encoding="utf-8")
    rates = json.loads(sizing.RATES.read_text(encoding="utf-8"))
    assert page == sizing.with_tables(page, sizing.tables(rates)), "python -m orchestration.sizing --write"
