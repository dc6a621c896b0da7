"""What an asset's page shows at a glance: counts by status, a small chart, the state of checks, ways to the documents.

Belongs here: metadata made of a table's rows, as Dagster shows it. Does not belong here: previews and row counts
(`catalogue`), serving the documents (`documents`).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import dagster as dg

from ingest.settings import Home
from ingest.warehouse import Warehouse

DOCUMENTS_VARIABLE = "CHANCERY_DOCUMENTS_URL"
"""Where `documents` serves; without it links lead to the files, which a browser opens only by hand."""
SCHEMAS = ("raw", "facts", "marts")
"""Layers whose tables are worth a chart; the models between them are steps."""
_DAYS = ("month", "published_date", "start_date", "first_seen")
"""Columns that date a row, the best first."""
_COLOURS = {"occurred": "#009e73", "planned": "#c28500", "denied": "#d55e00", "hypothetical": "#7d828c"}
_BLUE = "#0a7bc4"
_MONTHS = 24
"""How many months back from the latest a chart reaches."""


def _image(width: int, height: int, body: str, said: str) -> dg.MarkdownMetadataValue:
    """A drawing as Markdown that needs no file. The UI shows less than 1,000 characters at once, more only on a click."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<path d="M0 0h{width}v{height}H0z" fill="#fff"/>{body}</svg>'
    )
    return dg.MetadataValue.md(f"![{said}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})")


def bars(counts: Sequence[tuple[str, int]]) -> dg.MarkdownMetadataValue:
    """A bar for each name with its count."""
    top = max(count for _, count in counts) or 1
    body = ""
    for row, (name, count) in enumerate(counts):
        y, long = 20 + 22 * row, max(1, round(260 * count / top))
        body += (
            f'<text x="8" y="{y}">{escape(name)}</text><path d="M110 {y - 11}h{long}v14h-{long}z" fill="{_COLOURS.get(name, _BLUE)}"/>'
            f'<text x="{116 + long}" y="{y}">{count:,}</text>'
        )
    return _image(440, 12 + 22 * len(counts), body, "counts by status")


def columns(counts: Sequence[tuple[str, int]]) -> dg.MarkdownMetadataValue:
    """A column for each month, oldest first, with the first and last month and the highest count in words."""
    top, width = max(count for _, count in counts) or 1, 400 // max(len(counts), 6)
    steps = ((round(50 * count / top), width - 2) for _, count in counts)
    path = "M20 70" + "".join(f"v-{height}h{wide}v{height}h2" for height, wide in steps)
    first, last = escape(counts[0][0]), escape(counts[-1][0])
    body = f'<path d="{path}" fill="{_BLUE}"/><text x="20" y="14">most in a month: {top:,}</text><text x="20" y="86">{first}</text>'
    if last != first:
        body += f'<text x="{max(130, 20 + width * len(counts))}" y="86" text-anchor="end">{last}</text>'
    return _image(440, 94, body, f"rows by month, {first} to {last}")


def of_table(store: Warehouse, address: str) -> dict[str, Any]:
    """Counts by status as figures that Dagster plots from run to run, with a chart; else a chart of rows by month."""
    schema, name = address.split(".")
    if schema not in SCHEMAS:
        return {}
    found = store.read(
        f"select column_name from information_schema.columns where table_schema = '{schema}' and table_name = '{name}'"
    )["column_name"].to_list()
    shown: dict[str, Any] = {}
    if "status" in found:
        counts = store.read(f"select status, count(*)::int as n from {address} group by status order by n desc, status").rows()
        shown |= {f"n_{status}": count for status, count in counts}
        shown |= {"by status": bars(counts)} if counts else {}
    day = next((column for column in _DAYS if column in found), None)
    if day:
        months = store.read(f"""
            with counted as (
                select date_trunc('month', {day}) as month, count(*)::int as n from {address}
                where {day} is not null group by month
            ),
            last as (select max(month) as month from counted),
            spans as (select unnest(range(0, {_MONTHS})) as back)
            select strftime(last.month - to_months(spans.back::int), '%Y-%m') as month, coalesce(counted.n, 0) as n
            from last cross join spans
            left join counted on counted.month = last.month - to_months(spans.back::int)
            where last.month is not null and last.month - to_months(spans.back::int) >= (select min(month) from counted)
            order by spans.back desc
        """).rows()
        shown |= {"rows by month": columns(months)} if months else {}
    return shown


def data_docs(home: Home, suite: str) -> dg.UrlMetadataValue:
    """The way to what Great Expectations wrote of a suite."""
    base = os.environ.get(DOCUMENTS_VARIABLE)
    path = home.quality_docs / suite / "index.html"
    return dg.MetadataValue.url(f"{base}/quality/{suite}/index.html" if base else path.as_uri())


def dbt_docs(home: Home, unique_id: str = "") -> dg.UrlMetadataValue:
    """The way to dbt's documentation, and in it to a model."""
    base = os.environ.get(DOCUMENTS_VARIABLE)
    page = f"{base}/dbt/static_index.html" if base else (home.root / "dbt" / "static_index.html").as_uri()
    return dg.MetadataValue.url(f"{page}#!/model/{unique_id}" if unique_id else page)


def site(home: Home) -> dg.UrlMetadataValue:
    """The way to the documentation as a site."""
    base = os.environ.get(DOCUMENTS_VARIABLE)
    return dg.MetadataValue.url(f"{base}/site/html/index.html" if base else (home.root / "site" / "html" / "index.html").as_uri())


_CHECKS = """
    select suite, count(*)::int as checks, count(*) filter (where success)::int as held,
        count(*) filter (where not success and severity = 'warn')::int as warned,
        count(*) filter (where not success and severity is distinct from 'warn')::int as failed
    from (
        select * from quality.validations
        qualify dense_rank() over (partition by suite order by checked_at desc) = 1
    ) group by suite order by list_position(['raw', 'facts', 'marts'], suite)
"""
_MAIN = ("articles", "meetings", "events", "visits", "statements")
_HORIZON = "select first_published, as_of_date from marts.warehouse_horizon"
_QUARANTINED = "select count(*)::int as n from raw.quarantine"


def of_warehouse(home: Home, counts: Mapping[str, int]) -> dict[str, Any]:
    """Freshness and quality of the build that was published, in a few figures; its rows by table in one."""
    with Warehouse(home) as store:
        checks, horizon = store.read(_CHECKS).rows(named=True), store.read(_HORIZON).rows(named=True)
        refused = store.read(_QUARANTINED).item()
        statuses = store.read("select status, count(*)::int as n from marts.timeline group by status order by n desc").rows()
    lines = [f"| {row['suite']} | {row['checks']} | {row['held']} | {row['warned']} | {row['failed']} |" for row in checks]
    table = "\n".join(["| suite | checks | held | warned | failed |", "|---|---:|---:|---:|---:|", *lines])
    return {
        "latest article": str(horizon[0]["as_of_date"]) if horizon else "no dated article",
        "earliest article": str(horizon[0]["first_published"]) if horizon else "no dated article",
        "quality": dg.MetadataValue.md(table),
        "checks_held": sum(row["held"] for row in checks),
        "checks_warned": sum(row["warned"] for row in checks),
        "inputs_in_quarantine": refused,
        **({"facts by status": bars(statuses)} if statuses else {}),
        **{name: counts.get(f"marts.{name}", 0) for name in _MAIN},
        "rows by table": dg.MetadataValue.md("\n".join(["| table | rows |", "|---|---:|", *(f"| {name} | {count:,} |" for name, count in counts.items())])),
        "data docs": data_docs(home, "marts"),
        "dbt docs": dbt_docs(home),
        "documentation": site(home),
    }
