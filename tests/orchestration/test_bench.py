"""What was measured is shown as it was measured."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from orchestration.bench import __main__ as bench
from orchestration.bench import chart, tables
from orchestration.bench.growth import STAGES


def _row(n: int) -> dict[str, Any]:
    return {
        "articles": n, "input": "sample", "facts": 4 * n, "seconds": n / 100, "stages": dict.fromkeys(STAGES, n / 1000), "peak_mb": 500,
        "new": {
            "articles": 1000, "seconds on empty": 20.0, "seconds on these": 30.0, "of which the copy that publishes": 5.0,
            "ratio without the copy": 1.25,
        },
    }  # fmt: skip


FOUND = {
    "at": "2026-01-01 00:00", "commit": "abc1234", "machine": "a machine", "load before": 0.1,
    "extraction": {"input": "these", "rows": [
        {"name": "extraction, 2 threads", "articles": 10, "rate": 3000.0, "peak_mb": 900},
        {"name": "spaCy NER", "articles": 10, "rate": 30.0, "peak_mb": 300},
        {"name": "spaCy full", "error": "no model"},
    ]},
    "growth": [_row(1_000), _row(100_000)],
    "scheduled": {
        "median": {"clock": 21.0}, "median parts": {"start-up": 4.0, "build": 6.0},
        "nothing new": {"clock": 9.0}, "an empty job of Dagster": 3.0,
    },
}  # fmt: skip


def test_stages_are_told_for_so_many_articles_whatever_the_size() -> None:
    head, small, large = tables.stages(FOUND["growth"])
    assert small[4:-1] == large[4:-1] == ["100.0"] * len(STAGES)
    assert len(head) == len(small) == len(large)


def test_rates_are_told_as_multiples_of_the_same_run() -> None:
    rows = {row[0]: row[-1] for row in tables.extraction(FOUND["extraction"])}
    assert rows["extraction, 2 threads"] == "100"
    assert rows["spaCy full"] == ""


@pytest.mark.parametrize("sizes", [(1_000, 100_000), (1_000, 10_000, 1_000_000), (2_500, 2_600)])
def test_the_chart_has_a_line_for_each_stage_and_a_point_for_each_size(sizes: tuple[int, ...]) -> None:
    drawn = ElementTree.fromstring(chart.growth([_row(n) for n in sizes]))
    lines = [node for node in drawn.iter() if node.tag.endswith("polyline")]
    assert len(lines) == len(STAGES) + 1
    points = [tuple(map(float, point.split(","))) for line in lines for point in line.get("points", "").split()]
    assert len(points) == len(lines) * len(sizes)
    width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


@pytest.mark.parametrize(
    ("rate", "words", "sketches", "told"),
    [(2_500, 10_000, 20_000, "5.0 times"), (6_000, 20_000, 20_000, "more than 5,000"), (2_500, 6_000, 20_000, "alone are slower")],
)
def test_what_stops_the_extraction_is_told_from_the_rates(rate: float, words: float, sketches: float, told: str) -> None:
    names = ("extraction", "words of it alone", "sketches of it alone")
    rows = [{"name": f"{name}, 2 threads", "rate": each} for name, each in zip(names, (rate, words, sketches), strict=True)]
    assert told in tables.floor({"rows": [*rows, {"name": "spaCy full", "error": "no model"}]})
    assert tables.floor({"rows": rows[:1]}) == ""


def test_a_page_shows_every_kept_result_latest_first() -> None:
    later = FOUND | {"at": "2026-02-01 00:00"}
    page = bench.page([FOUND, later])
    assert page.index("2026-02-01") < page.index("2026-01-01")
    assert page.count("growth.svg") == 1
    assert "| 21.0 s | 4.0 | 6.0 | 9.0 | 3.0 |" in page


def test_the_page_in_the_documentation_is_made_of_the_history() -> None:
    history = bench.kept()
    if not history:
        pytest.skip("nothing was kept yet")
    assert bench.HISTORY.with_suffix(".md").read_text(encoding="utf-8") == bench.page(history)
