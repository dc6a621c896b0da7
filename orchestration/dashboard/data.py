"""Rows of the published file, opened read-only for each query and closed again, so that a new snapshot is seen at once.

Belongs here: opening, and the lists that several pages choose from. Does not belong here: queries of one page.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from ingest.settings import Home
from orchestration import reading

_MOST_PEOPLE = 3_000
"""A longer list to choose from would make every page of it slow."""


def rows(sql: str, *values: Any) -> pl.DataFrame:
    """The rows of a query with its values bound, one by one or by name in a dictionary. Raises `EnvironmentProblem` where nothing is published."""
    with reading.published(Home.resolve(None)) as connection:
        return pl.from_arrow(connection.execute(sql, values[0] if values and isinstance(values[0], dict) else list(values)).to_arrow_table())


def dicts(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The same as dictionaries."""
    return rows(sql, *values).to_dicts()


def names() -> dict[str, str]:
    """Countries and organisations that stand in a fact, by code, in the order of their names."""
    return dict(
        rows("""
            with seen as (select distinct unnest(codes) as code from marts.timeline),
            named as (
                select code, name from marts.dim_country union all select code, name from marts.dim_organization
            )
            select seen.code, coalesce(named.name, seen.code) as name
            from seen left join named on seen.code = named.code order by name, seen.code
        """).iter_rows()
    )


def all_names() -> dict[str, str]:
    """Every country and organisation by code, for what is only named."""
    return dict(
        rows("select code, name from marts.dim_organization union all select code, name from marts.dim_country").iter_rows()
    )


def countries() -> dict[str, str]:
    """Countries that met or acted with another, by code, in the order of their names."""
    return dict(
        rows("""
            with seen as (
                select country_a as code from marts.relations_by_country_pair_month
                union select country_b from marts.relations_by_country_pair_month
                union select country_a from marts.meetings_by_country_pair
                union select country_b from marts.meetings_by_country_pair
            )
            select dim_country.code, dim_country.name
            from marts.dim_country semi join seen on dim_country.code = seen.code order by dim_country.name
        """).iter_rows()
    )


def topics() -> dict[str, str]:
    """Topics by code."""
    return dict(rows("select topic, name from marts.dim_topic order by name").iter_rows())


def people(asked: str | None = None) -> dict[str, str]:
    """The people whom most articles name, and the one that is asked for, by id; the country tells apart those of one name."""
    return dict(
        rows(
            """
            select actor_id, name || coalesce(' (' || code || ')', '') as shown
            from marts.actors where kind = 'person'
            qualify row_number() over (order by n_articles desc, name, actor_id) <= ? or actor_id = ?
            order by n_articles desc, name, actor_id
            """,
            _MOST_PEOPLE,
            asked,
        ).iter_rows()
    )


def places() -> dict[str, str]:
    """Countries in which something took place, by code, in the order of their names."""
    return dict(
        rows("""
            select code, name from marts.dim_country
            where code in (select country_code from marts.timeline) order by name
        """).iter_rows()
    )
