"""How the cost of each stage grows with the number of articles, as a drawing in SVG.

Belongs here: the drawing. Does not belong here: measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

from orchestration.bench.growth import STAGES

_COLOURS = ("#0a7bc4", "#d55e00", "#009e73", "#c28500", "#9a4fb5", "#7d828c")
_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 360, 56, 16
_PLOT_WIDTH, _PLOT_HEIGHT = 430, 300


def _scale(low: float, high: float, length: float) -> Any:
    """From a value to its place on a logarithmic axis of whole powers of ten."""
    first, last = floor(log10(low)), max(ceil(log10(high)), floor(log10(low)) + 1)
    return lambda value: length * (log10(value) - first) / (last - first), range(first, last + 1)


def _label(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10**power:g}"


def growth(rows: Sequence[dict[str, Any]]) -> str:
    """Seconds (up) by number of articles (across), both logarithmic: a line for each stage and one for the whole run."""
    rows = sorted(rows, key=lambda row: row["articles"])
    lines = {"all": [(row["articles"], row["seconds"]) for row in rows]}
    lines |= {name: [(row["articles"], max(row["stages"][name], 0.1)) for row in rows] for name in STAGES}
    across, xs = _scale(rows[0]["articles"], rows[-1]["articles"], _PLOT_WIDTH)
    up, ys = _scale(min(y for line in lines.values() for _, y in line), max(y for line in lines.values() for _, y in line), _PLOT_HEIGHT)
    base = _TOP + _PLOT_HEIGHT
    body = [f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>']
    for power in xs:
        x = _LEFT + across(10**power)
        body.append(f'<path d="M{x:.0f} {_TOP}V{base}" stroke="#e3e5e8"/><text x="{x:.0f}" y="{base + 18}" text-anchor="middle">{_label(power)}</text>')
    for power in ys:
        y = base - up(10**power)
        body.append(f'<path d="M{_LEFT} {y:.0f}h{_PLOT_WIDTH}" stroke="#e3e5e8"/><text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{_label(power)}</text>')
    body.append(f'<text x="{_LEFT + _PLOT_WIDTH / 2:.0f}" y="{base + 36}" text-anchor="middle">articles</text><text x="4" y="11">seconds</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = "#1f2328" if name == "all" else _COLOURS[(number - 1) % len(_COLOURS)]
        points = " ".join(f"{_LEFT + across(x):.1f},{base - up(y):.1f}" for x, y in line)
        width = 3 if name == "all" else 1.8
        dots = "".join(f'<circle cx="{point.split(",")[0]}" cy="{point.split(",")[1]}" r="3" fill="{colour}"/>' for point in points.split())
        body.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>{dots}')
        key = _TOP + 14 + 22 * number
        body.append(f'<path d="M510 {key}h18" stroke="{colour}" stroke-width="{width}"/><text x="534" y="{key + 4}">{escape(name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="#1f2328" role="img" aria-label="seconds of each stage by number of articles">'
        f"{''.join(body)}</svg>\n"
    )
