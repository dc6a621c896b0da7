"""What an asset's page shows at a glance: counts by status, a small chart, the state of checks, ways to the documents.

Belongs here: metadata made of a table's rows, as Dagster shows it. Does not belong here: previews and row counts
(`catalogue`), serving the documents (`documents`).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
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


def _image(svg: str, said: str) -> dg.MarkdownMetadataValue:
    """A drawing as Markdown that needs no file."""
    coded = base64.b64encode(svg.encode()).decode()
    return dg.MetadataValue.md(f"![{said}](data:image/svg+xml;base64,{coded})")


def _svg(width: int, height: int, body: str) -> str:
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff" rx="4"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12" fill="#24272e">{ground}{body}</svg>'
    )


def bars(counts: Sequence[tuple[str, int]]) -> dg.MarkdownMetadataValue:
    """A bar for each name with its count."""
    top = max(count for _, count in counts) or 1
    body = "".join(
        f'<text x="8" y="{20 + 22 * row}">{escape(name)}</text>'
        f'<rect x="110" y="{9 + 22 * row}" width="{max(1, round(260 * count / top))}" height="14" rx="2" fill="{_COLOURS.get(name, _BLUE)}"/>'
        f'<text x="{116 + max(1, round(260 * count / top))}" y="{20 + 22 * row}">{count:,}</text>'
        for row, (name, count) in enumerate(counts)
    )
    said = ", ".join(f"{name} {count}" for name, count in counts)
    return _image(_svg(440, 12 + 22 * len(counts), body), said)


def columns(counts: Sequence[tuple[str, int]]) -> dg.MarkdownMetadataValue:
    """A column for each month, oldest first, with the first and last month and the highest count in words."""
    top, width = max(count for _, count in counts) or 1, 400 / max(len(counts), 6)
    body = "".join(
        f'<rect x="{20 + width * place:.1f}" y="{70 - 50 * count / top:.1f}" width="{width - 2:.1f}" height="{50 * count / top:.1f}" fill="{_BLUE}"/>'
        for place, (_, count) in enumerate(counts)
    )
    first, last = escape(counts[0][0]), escape(counts[-1][0])
    body += f'<text x="20" y="86">{first}</text><text x="{max(90, 20 + width * len(counts)):.0f}" y="86" text-anchor="end">{last if last != first else ""}</text>'
    body += f'<text x="20" y="14" fill="#5b606a">most in a month: {top:,}</text>'
    return _image(_svg(440, 94, body), f"rows by month, {first} to {last}, at most {top}")


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
            select strftime(date_trunc('month', {day}), '%Y-%m') as month, count(*)::int as n from {address}
            where {day} is not null group by month order by month desc limit {_MONTHS}
        """).rows()
        shown |= {"rows by month": columns(months[::-1])} if months else {}
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


_CHECKS = """
    select suite, count(*)::int as checks, count(*) filter (where success)::int as held,
        count(*) filter (where not success and severity = 'warn')::int as warned,
        count(*) filter (where not success and severity is distinct from 'warn')::int as failed
    from (
        select * from quality.validations
        qualify dense_rank() over (partition by suite order by checked_at desc) = 1
    ) group by suite order by list_position(['raw', 'facts', 'marts'], suite)
"""
_HORIZON = "select first_published, as_of_date from marts.warehouse_horizon"
_QUARANTINED = "select count(*)::int as n from raw.quarantine"


def of_warehouse(home: Home) -> dict[str, Any]:
    """Freshness and quality of the build that was published, in a few figures."""
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
        "data docs": data_docs(home, "marts"),
        "dbt docs": dbt_docs(home),
    }
