"""Files that readers take away: the published tables as Parquet or CSV, and its events in the field's interchange forms.

Belongs here: what a file holds and that it is whole. Does not belong here: the published file itself (`publishing`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest import faults
from ingest.errors import EnvironmentProblem, UsageError
from ingest.settings import Home, reference_dir
from ingest.warehouse.lake import lake_of, opened
from ingest.warehouse.literals import quoted
from ingest.warehouse.opening import told

FORMS = ("parquet", "csv", "cameo", "plover")
FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), or what would look as if it had been
made safe: whoever takes one apostrophe off a cell that matches has the cell as it was."""


# PLOVER's contexts (codebook 0.8) by our topics; those without a likeness are left out.
_CONTEXTS = {
    "arms_control": "military",
    "climate": "environment",
    "conflict": "military",
    "counterterrorism": "terrorism",
    "crime_justice": "crime",
    "critical_minerals": "natural_resource",
    "cyber": "cyber",
    "defense": "military",
    "democracy": "pro_democracy",
    "detainees": "legal",
    "diplomatic_ties": "diplomatic",
    "energy": "natural_resource",
    "finance_debt": "economic",
    "health": "health",
    "human_rights": "human_rights",
    "humanitarian": "human_security",
    "intelligence": "intelligence",
    "investment": "economic",
    "migration": "migration",
    "multilateral": "diplomatic",
    "nuclear": "cbrn",
    "peace_process": "peacekeeping",
    "refugees": "asylum",
    "sanctions": "economic",
    "technology": "technology",
    "territory": "territory",
    "trade": "economic",
}

# What an interchange row needs beside the event: its earliest report, and the words that state it.
_REPORTED = """
    reported as (
        select
            evidence.fact_id as event_id,
            count(*) as n_mentions,
            bool_or(evidence.sentence_index = 0) as is_in_first_sentence,
            arg_min(struct_pack(
                url := articles.url, source := articles.source, published := articles.published_date,
                language := articles.language, article_id := articles.article_id,
                sentence := evidence.evidence, rule := evidence.rule_id, version := evidence.extractor_version
            ), (coalesce(articles.published_date, date '9999-12-31'), articles.article_id, evidence.char_start)) as first
        from marts.evidence
        inner join marts.articles using (article_id)
        where evidence.fact_kind = 'event'
        group by evidence.fact_id
    ),
    names as (
        select code, name, 'country' as kind, null as type from marts.dim_country
        union all
        select code, name, 'organization', kind from marts.dim_organization
    )
"""

# The 61 columns of GDELT 2.0's event table, by name and in order. Empty, because nothing here tells of them: the ethnic
# and religious codes, the second and third types, AvgTone, where the actors (not the act) were, and ADM codes, feature
# ids and the position of cities. Codes are CAMEO's and FIPS 10-4's where `interchange_codes.csv` has one.
_CAMEO = f"""
    with {_REPORTED},
    codes as (
        select code, scheme, value
        from read_csv({{interchange}}, header = true, all_varchar = true)
    ),
    dated as (
        select
            *,
            case when date_precision = 'day' then start_date else first_reported end as day,
            status = 'planned' as is_announced
        from marts.events
        where status in ('occurred', 'planned')
    )
    select
        cast(('0x' || substr(e.event_id, 2, 15)) as bigint) as "GLOBALEVENTID",
        strftime(e.day, '%Y%m%d') as "SQLDATE",
        strftime(e.day, '%Y%m') as "MonthYear",
        strftime(e.day, '%Y') as "Year",
        printf('%.4f', year(e.day) + (dayofyear(e.day) - 1) / dayofyear(make_date(year(e.day), 12, 31))) as "FractionDate",
        {{actor1}},
        {{actor2}},
        cast(coalesce(r.is_in_first_sentence, false) as integer) as "IsRootEvent",
        e.cameo_root || '0' as "EventCode",
        e.cameo_root || '0' as "EventBaseCode",
        e.cameo_root as "EventRootCode",
        -- what is announced is so far only said
        case when e.is_announced and e.quad_class = 'material_coop' then 1
            when e.is_announced and e.quad_class = 'material_conf' then 3
            else list_position(['verbal_coop', 'material_coop', 'verbal_conf', 'material_conf'], e.quad_class)
        end as "QuadClass",
        -- CAMEO's own scores of 030 and 130
        case when e.is_announced and e.cameo_root = '03' then 4.0
            when e.is_announced and e.cameo_root = '13' then -4.4
            else e.goldstein
        end as "GoldsteinScale",
        coalesce(r.n_mentions, 0) as "NumMentions",
        e.n_sources as "NumSources",
        e.n_articles as "NumArticles",
        null as "AvgTone",
        {{geo1}},
        {{geo2}},
        case
            when e.city is not null and e.country_code = 'USA' then 3
            when e.city is not null then 4
            when e.country_code is not null then 1
            else 0
        end as "ActionGeo_Type",
        nullif(regexp_replace(concat_ws(', ', e.city, place.name), '[\t\r\n]', ' ', 'g'), '') as "ActionGeo_FullName",
        place_code.value as "ActionGeo_CountryCode",
        null as "ActionGeo_ADM1Code",
        null as "ActionGeo_ADM2Code",
        case when e.city is null then place.latitude end as "ActionGeo_Lat",
        case when e.city is null then place.longitude end as "ActionGeo_Long",
        null as "ActionGeo_FeatureID",
        strftime(e.first_reported, '%Y%m%d') || '000000' as "DATEADDED",
        regexp_replace(r.first.url, '[\t\r\n]', '', 'g') as "SOURCEURL"
    from dated as e
    left join reported as r on e.event_id = r.event_id
    left join names as source on e.source_code = source.code
    left join names as target on e.target_code = target.code
    left join codes as source_group on e.source_code = source_group.code and source_group.scheme = 'cameo_group'
    left join codes as target_group on e.target_code = target_group.code and target_group.scheme = 'cameo_group'
    left join marts.dim_country as place on e.country_code = place.code
    left join codes as place_code on e.country_code = place_code.code and place_code.scheme = 'fips'
    order by "SQLDATE", e.event_id
"""
# CAMEO's roles of the kinds of organisation; an armed group has none that fits all.
_TYPES = {"armed_group": None, "humanitarian": "NGO"}


def _cameo_actor(number: int, side: str) -> str:
    """GDELT's ten columns of an actor; a side without a code of CAMEO's keeps its own in `Code`."""
    code = f"e.{side}_code"
    types = " ".join(
        f"when {side}.type = '{kind}' then {'null' if value is None else repr(value)}"
        for kind, value in _TYPES.items()
    )
    columns = {
        "Code": f"coalesce({side}_group.value, {code})",
        "Name": f"upper({side}.name)",
        "CountryCode": f"case when {side}.kind = 'country' then {code} end",
        "KnownGroupCode": f"{side}_group.value",
        "EthnicCode": "null",
        "Religion1Code": "null",
        "Religion2Code": "null",
        "Type1Code": f"case when {side}.kind = 'country' then 'GOV' {types} else 'IGO' end",
        "Type2Code": "null",
        "Type3Code": "null",
    }
    return ", ".join(f'{value} as "Actor{number}{name}"' for name, value in columns.items())


def _cameo_geo(number: int) -> str:
    names = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
    return ", ".join(f'null as "Actor{number}Geo_{name}"' for name in names)


def cameo_sql() -> str:
    """The query of the CAMEO rows: events that occurred and, under roots 03 and 13, those announced."""
    return _CAMEO.format(
        interchange=quoted(reference_dir() / "interchange_codes.csv"),
        actor1=_cameo_actor(1, "source"),
        actor2=_cameo_actor(2, "target"),
        geo1=_cameo_geo(1),
        geo2=_cameo_geo(2),
    )


_PLOVER = f"""
    with {_REPORTED}
    select
        e.event_id as id,
        case when e.date_precision <> 'unknown' then e.start_date end as date,
        e.date_precision as datePrecision,
        e.event_type as eventType,
        e.mode as eventMode,
        list_distinct(list_filter(
            list_transform(e.topics, lambda topic: contexts[topic]), lambda context: context is not null
        )) as eventContext,
        e.status as eventStatus,
        e.quad_class as quadCode,
        e.goldstein as intensity,
        [{{{{'code': e.source_code, 'name': source.name, 'kind': source.kind}}}}] as actor,
        [{{{{'code': e.target_code, 'name': target.name, 'kind': target.kind}}}}] as recipient,
        {{{{'city': e.city, 'country': e.country_code}}}} as location,
        {{{{'publisher': r.first.source, 'url': r.first.url, 'publicationDate': r.first.published, 'language': r.first.language,
            'articleId': r.first.article_id, 'sentence': r.first.sentence}}}} as textInfo,
        {{{{'rule': r.first.rule, 'version': r.first.version, 'confidence': e.confidence, 'sources': e.n_sources,
            'articles': e.n_articles}}}} as coding
    from marts.events as e
    cross join (select map({{keys}}, {{values}}) as contexts)
    left join reported as r on e.event_id = r.event_id
    left join names as source on e.source_code = source.code
    left join names as target on e.target_code = target.code
    order by e.start_date nulls last, e.event_id
"""


def plover_sql() -> str:
    """The query of the PLOVER records, every status: readers that want what happened filter on `eventStatus`."""
    plain = _PLOVER.replace("{{", "{").replace("}}", "}")
    return plain.replace("{keys}", str(list(_CONTEXTS))).replace("{values}", str(list(_CONTEXTS.values())))


@contextmanager
def _source(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is published, read-only. Raises `EnvironmentProblem` while nothing is."""
    if lake := lake_of(home):
        with opened(lake) as con:
            yield con
        return
    if not home.published.exists():
        raise EnvironmentProblem(f"nothing is published in {home.root} yet: run `chancery run PATH` first")
    with duckdb.connect(str(home.published), read_only=True) as con:
        yield con


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' AND database_name = current_database() ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows]


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    sql = "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ? ORDER BY column_index"
    return con.execute(sql, [table]).fetchall()


def _for_spreadsheets(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """The table's rows with lists joined by semicolons and no cell that a spreadsheet would run."""
    parts = []
    for name, kind in _columns(con, table):
        value = f"array_to_string(\"{name}\", ';')" if kind.endswith("[]") else f'"{name}"'
        if kind.startswith("VARCHAR"):
            value = f"CASE WHEN regexp_matches({value}, {quoted(FORMULA)}) THEN '''' || {value} ELSE {value} END"
        parts.append(f'{value} AS "{name}"')
    return f"SELECT {', '.join(parts)} FROM marts.{table}"


def _copy(con: duckdb.DuckDBPyConnection, sql: str, target: Path, options: str) -> Path:
    """Write aside and rename, so that a reader never opens half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.new")
    try:
        con.execute(f"COPY ({sql}) TO {quoted(aside)} ({options})")
        os.replace(aside, target)
        faults.point("export.half")
    finally:
        aside.unlink(missing_ok=True)
    return target


def _parquet(con: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    names = _tables(con)
    written = [
        _copy(con, f"SELECT * FROM marts.{name}", folder / name / "part-0.parquet", "FORMAT parquet")
        for name in names
    ]
    # a table of an earlier version goes; any other folder that lies there is somebody's own
    for stale in folder.iterdir():
        if (
            stale.is_dir()
            and stale.name not in names
            and [p.name for p in stale.iterdir()] == ["part-0.parquet"]
        ):
            shutil.rmtree(stale)
    return written


def _csv(con: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    return [
        _copy(con, _for_spreadsheets(con, name), folder / f"{name}.csv", "FORMAT csv, HEADER")
        for name in _tables(con)
    ]


def _events_as_cameo(con: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    options = "FORMAT csv, HEADER, DELIMITER '\t', QUOTE '', ESCAPE ''"
    return [_copy(con, cameo_sql(), folder / "events.cameo.tsv", options)]


def _events_as_plover(con: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    return [_copy(con, plover_sql(), folder / "events.plover.jsonl", "FORMAT json")]


_WRITERS = {"parquet": _parquet, "csv": _csv, "cameo": _events_as_cameo, "plover": _events_as_plover}


def export(home: Home, form: str = "parquet", out: Path | None = None) -> list[Path]:
    """Write the published file in one of `FORMS` and give the files.

    parquet: `<table>/part-0.parquet` of every mart. csv: `<table>.csv`, lists by semicolons, cells that a spreadsheet
    would run led by an apostrophe. cameo: `events.cameo.tsv`, one row per event that occurred or is announced, with the
    61 columns of GDELT 2.0's event table (those that nothing here tells of stay empty). plover: `events.plover.jsonl`,
    one record per event of any status with the fields of the PLOVER codebook.

    Raises `UsageError` for another form, `EnvironmentProblem` while nothing is published or a file cannot be written.
    """
    if form not in FORMS:
        raise UsageError(f"no form {form!r}: there are {', '.join(FORMS)}")
    folder = out or (home.exports if form == "parquet" else home.exports.parent / form)
    with told("exporting", folder), _source(home) as con:
        return _WRITERS[form](con, folder)
