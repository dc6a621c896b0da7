"""Charts, drawn by the browser from what they are given; no tile, font or outline comes from outside.

Belongs here: marks, scales, colours. Blue is cooperation, vermilion conflict, green meetings: told apart with any colour
vision (Okabe and Ito) and on a light and a dark ground. Land is Natural Earth's (public domain), at a tenth of a degree.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl

COOPERATION, CONFLICT, MEETING, VISIT, QUIET = "#0a7bc4", "#d55e00", "#009e73", "#b8629b", "#7d828c"
CATEGORY_COLOURS = {
    "meeting": MEETING, "visit": VISIT, "consultation": QUIET, "cooperation": COOPERATION, "conflict": CONFLICT,
}  # fmt: skip
_MONTH = "%b %Y"
_CAPITAL = "upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)"


def click(name: str, *fields: str) -> alt.Parameter:
    """What a click on a mark tells."""
    return alt.selection_point(name=name, fields=list(fields), on="click", empty=False, nearest=False)


def clicked(event: Any, name: str) -> dict[str, Any] | None:
    """The fields of the mark that was clicked, or None."""
    found = (event or {}).get("selection", {}).get(name) or []
    return dict(found[0]) if found else None


def bars(rows: Sequence[dict[str, Any]], label: str, value: str, title: str, colour: str, keys: Sequence[str]) -> alt.Chart:
    """Horizontal bars, longest first, with their figures; a click tells `keys`."""
    base = alt.Chart(pl.DataFrame(rows)).encode(
        y=alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=230, ticks=False, domain=False)),
        x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickMinStep=1, format="d", grid=True)),
        tooltip=[alt.Tooltip(f"{label}:N", title="Pair"), alt.Tooltip(f"{value}:Q", title=title)],
    )
    return (
        base.mark_bar(color=colour, cursor="pointer", cornerRadiusEnd=2)
        .add_params(click("mark", *keys))
        .properties(height=max(90, 26 * len(rows) + 40))
    )


def months(rows: pl.DataFrame) -> alt.LayerChart:
    """Cooperation up, conflict down, and the line of what is left."""
    long = rows.select("month", Cooperation="n_cooperation", Conflict=-pl.col("n_conflict")).unpivot(
        index="month", variable_name="kind", value_name="events"
    )
    axis = _month_axis()
    stacked = alt.Chart(_dated(long)).mark_bar().encode(
        x=axis,
        y=alt.Y("events:Q", title="Events: cooperation up, conflict down", axis=alt.Axis(tickMinStep=1, format="d")),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["Cooperation", "Conflict"], range=[COOPERATION, CONFLICT]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[_month_tip(), alt.Tooltip("kind:N", title="Kind"), alt.Tooltip("events:Q", title="Events")],
    )  # fmt: skip
    net = alt.Chart(_dated(rows)).mark_line(point={"size": 45, "color": QUIET}, color=QUIET, strokeWidth=2).encode(
        x=_month_axis(bandPosition=0.5),
        y="net_cooperation:Q",
        tooltip=[
            _month_tip(), alt.Tooltip("net_cooperation:Q", title="Net cooperation"),
            alt.Tooltip("n_meetings:Q", title="Meetings held"),
        ],
    )  # fmt: skip
    return alt.layer(stacked, net).properties(height=280)


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """Dates as text, which the browser reads as days of UTC wherever it stands."""
    return rows.with_columns(pl.col(pl.Date).cast(pl.String))


def _month_axis(**more: Any) -> alt.X:
    return alt.X(
        "month:T", timeUnit="utcyearmonth", title=None, axis=alt.Axis(format=_MONTH, labelOverlap=True, tickCount=8), **more
    )


def _month_tip() -> alt.Tooltip:
    return alt.Tooltip("month:T", timeUnit="utcyearmonth", title="Month", format=_MONTH)


def tone(rows: pl.DataFrame) -> alt.LayerChart:
    """A pair's net cooperation by month, against the mean of its own last twelve; what is out of the ordinary is ringed."""
    data = _dated(rows.with_columns(kind=pl.when(pl.col("net_cooperation") >= 0).then(pl.lit("More cooperation")).otherwise(pl.lit("More conflict"))))
    axis = _month_axis()
    bars_ = alt.Chart(data).mark_bar().encode(
        x=axis,
        y=alt.Y("net_cooperation:Q", title="Net cooperation (events)", axis=alt.Axis(tickMinStep=1, format="d")),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["More cooperation", "More conflict"], range=[COOPERATION, CONFLICT]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[
            _month_tip(), alt.Tooltip("net_cooperation:Q", title="Net cooperation"),
            alt.Tooltip("baseline_net_cooperation:Q", title="Own baseline", format=".2f"), alt.Tooltip("n_events:Q", title="Events"),
        ],
    )  # fmt: skip
    baseline = alt.Chart(data).mark_tick(color=QUIET, thickness=3, width=26).encode(x=_month_axis(bandPosition=0.5), y="baseline_net_cooperation:Q")
    ringed = data.filter("is_unusual")
    if ringed.is_empty():
        return alt.layer(bars_, baseline).properties(height=240)
    unusual = (
        alt.Chart(ringed)
        .mark_point(size=160, color=VISIT, strokeWidth=3)
        .encode(x=_month_axis(bandPosition=0.5), y="net_cooperation:Q", tooltip=[alt.Tooltip("net_cooperation:Q", title="Unusual for this pair")])
    )
    return alt.layer(bars_, baseline, unusual).properties(height=240)


def timeline(rows: pl.DataFrame) -> alt.Chart:
    """Facts by day and category; full marks happened, hollow ones are planned, denied or possible. A click tells the fact."""
    return (
        alt.Chart(_dated(rows))
        .mark_point(size=120, strokeWidth=2, cursor="pointer", opacity=0.85)
        .encode(
            x=alt.X("sort_date:T", scale=alt.Scale(type="utc"), title=None, axis=alt.Axis(format="%-d %b %Y", labelOverlap=True, tickCount=7)),
            y=alt.Y("category:N", sort=list(CATEGORY_COLOURS), title=None, axis=alt.Axis(labelExpr=_CAPITAL, grid=True)),
            yOffset=alt.YOffset("lane:O"),
            stroke=alt.Color("category:N", scale=alt.Scale(domain=list(CATEGORY_COLOURS), range=list(CATEGORY_COLOURS.values())), legend=None),
            fill=alt.condition(
                "datum.status == 'occurred'",
                alt.Color("category:N", scale=alt.Scale(domain=list(CATEGORY_COLOURS), range=list(CATEGORY_COLOURS.values())), legend=None),
                alt.value("transparent"),
            ),
            tooltip=[
                alt.Tooltip("shown:N", title="Date"), alt.Tooltip("what:N", title="What"),
                alt.Tooltip("who:N", title="Who"), alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click("mark", "fact_id"))
        .properties(height=300)
    )  # fmt: skip


@cache
def _land() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("land.json").read_text(encoding="utf-8"))


def world_map(rows: Sequence[dict[str, Any]]) -> alt.LayerChart:
    """Circles where meetings were held, as large as they are many. A click tells the country."""
    land = alt.Chart(alt.Data(values=[_land()])).mark_geoshape(aria=False, fill=QUIET, fillOpacity=0.28, stroke=QUIET, strokeWidth=0.4)
    circles = alt.Chart(pl.DataFrame(rows)).mark_circle(color=MEETING, opacity=0.8, stroke="white", strokeWidth=0.8, cursor="pointer").encode(
        longitude="longitude:Q",
        latitude="latitude:Q",
        size=alt.Size(
            "n_meetings:Q", scale=alt.Scale(range=[60, 900]),
            legend=alt.Legend(title="Meetings held", orient="bottom", format="d", symbolFillColor=MEETING, values=_steps(rows)),
        ),
        tooltip=[
            alt.Tooltip("place:N", title="Place"), alt.Tooltip("n_meetings:Q", title="Meetings held"),
            alt.Tooltip("n_head_meetings:Q", title="of leaders"), alt.Tooltip("note:N", title="Point"),
        ],
    ).add_params(click("mark", "country_code"))  # fmt: skip
    return alt.layer(land, circles).project(type="equalEarth").properties(height=380)


def _steps(rows: Sequence[dict[str, Any]]) -> list[int]:
    """A few whole numbers for the legend."""
    top = max(row["n_meetings"] for row in rows)
    return sorted({1, max(1, top // 2), top})


def network(links: Sequence[dict[str, Any]], nodes: Sequence[dict[str, Any]], *, is_dark: bool = False) -> alt.LayerChart:
    """Countries on a circle, those of a region side by side; a line for each pair that met, the wider the oftener.

    On a narrow screen codes stand for the names.
    """
    count = max(1, len(nodes))
    spots = {
        node["code"]: (cos(2 * pi * place / count - pi / 2), sin(2 * pi * place / count - pi / 2)) for place, node in enumerate(nodes)
    }
    curves = []
    for number, pair in enumerate(links):
        (ax, ay), (bx, by) = spots[pair["country_a"]], spots[pair["country_b"]]
        for step in range(25):
            t = step / 24
            # a curve drawn towards the middle: (1-t)^2 a + t^2 b, its third point being the origin
            curves.append(
                {"pair": number, "step": step, "n_meetings": pair["n_meetings"], "label": pair["label"],
                 "x": (1 - t) ** 2 * ax + t**2 * bx, "y": (1 - t) ** 2 * ay + t**2 * by}
            )  # fmt: skip
    points = [
        {
            **node, "x": spots[node["code"]][0], "y": spots[node["code"]][1], "tx": spots[node["code"]][0] * 1.07, "ty": spots[node["code"]][1] * 1.07,
        }
        for node in nodes
    ]  # fmt: skip
    flat = alt.Axis(labels=False, ticks=False, domain=False, grid=False, title=None)
    reach = "(width < 500 ? 1.3 : 1.75)"
    scale = alt.Scale(domainMin=alt.ExprRef(f"-{reach}"), domainMax=alt.ExprRef(reach), zero=False, nice=False)
    x = alt.X("x:Q", axis=flat, scale=scale)
    y = alt.Y("y:Q", axis=flat, scale=alt.Scale(domain=[-1.2, 1.2]))
    lines = alt.Chart(pl.DataFrame(curves)).mark_line(opacity=0.55, color=MEETING).encode(
        x=x, y=y, order="step:Q", detail="pair:N",
        strokeWidth=alt.StrokeWidth("n_meetings:Q", scale=alt.Scale(range=[1, 7]), legend=None),
        tooltip=[alt.Tooltip("label:N", title="Pair"), alt.Tooltip("n_meetings:Q", title="Meetings held")],
    )  # fmt: skip
    dots = alt.Chart(pl.DataFrame(points)).mark_circle(opacity=1, cursor="pointer", color=MEETING).encode(
        x=x, y=y, size=alt.Size("n_meetings:Q", scale=alt.Scale(range=[40, 500]), legend=None),
        tooltip=[alt.Tooltip("name:N", title="Country"), alt.Tooltip("region:N", title="Region"), alt.Tooltip("n_meetings:Q", title="Meetings, by partner")],
    ).add_params(click("mark", "code"))  # fmt: skip
    return alt.layer(lines, dots, *_labels(points, flat, '#eceef2' if is_dark else '#24272e')).properties(height=480)


def _labels(points: Sequence[dict[str, Any]], flat: alt.Axis, ink: str) -> list[alt.Chart]:
    """Names beside their dots: to the right on the right side, to the left on the left."""
    made = []
    for align, side in (("left", 1), ("right", -1)):
        some = [point for point in points if (point["x"] >= 0) == (side == 1)]
        if some:
            made.append(
                alt.Chart(pl.DataFrame(some)).mark_text(
                    align=align, baseline="middle", fontSize=12, color=ink, text=alt.ExprRef("width < 500 ? datum.code : datum.name")
                ).encode(x=alt.X("tx:Q", axis=flat), y=alt.Y("ty:Q", axis=flat))
            )  # fmt: skip
    return made


def agenda(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Topics by quarter: the larger the square, the greater the topic's share of the quarter."""
    return (
        alt.Chart(pl.DataFrame(rows))
        .mark_square(color=COOPERATION, opacity=0.85)
        .encode(
            x=alt.X("quarter:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("topic:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)),
            size=alt.Size(
                "share:Q", scale=alt.Scale(domain=[0, 1], range=[20, 900]),
                legend=alt.Legend(title="Share", format=".0%", orient="bottom", values=[0.1, 0.5, 1]),
            ),
            tooltip=[
                alt.Tooltip("topic:N", title="Topic"), alt.Tooltip("quarter:N", title="Quarter"), alt.Tooltip("share:Q", title="Share of the quarter", format=".0%"),
                alt.Tooltip("n_facts:Q", title="Meetings and events"), alt.Tooltip("change:N", title="Against the year before"),
            ],
        )
        .properties(height=max(140, 34 * len({row["topic"] for row in rows}) + 70))
    )  # fmt: skip


def offices(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Offices as bars from first to last day; the shade tells roster from what the texts showed."""
    return (
        alt.Chart(pl.DataFrame(rows))
        .mark_bar(height=14, cornerRadius=3)
        .encode(
            x=alt.X("from:T", scale=alt.Scale(type="utc"), title=None, axis=alt.Axis(format="%Y", labelOverlap=True)),
            x2="to:T",
            y=alt.Y("office:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)),
            color=alt.Color("basis:N", scale=alt.Scale(domain=["roster", "learned"], range=[COOPERATION, VISIT]), legend=alt.Legend(title="Known from", orient="top")),
            tooltip=[alt.Tooltip("office:N", title="Office"), alt.Tooltip("span:N", title="Time"), alt.Tooltip("basis:N", title="Known from")],
        )
        .properties(height=max(90, 30 * len({row["office"] for row in rows}) + 60))
    )  # fmt: skip
