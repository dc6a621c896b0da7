{{ config(materialized='incremental', meta={'touched': 'int_touched_blocks'}) }}

with

touched as (
    select block from {{ ref('int_touched_blocks') }}
),

reports as (
    select * from {{ ref('int_reports') }}
    {% if is_incremental() %}
        where
            {{ block('fact_kind', 'block_key') }}
            in (select touched.block from touched)
    {% endif %}
),

seeds_of_reports as (
    select * from {{ ref('int_report_seeds') }}
    {% if is_incremental() %}
        where block in (select touched.block from touched)
    {% endif %}
),

grouped as (
    select
        seeds_of_reports.seed_id,
        any_value(reports.fact_kind) as fact_kind,
        any_value(reports.block_key) as block_key,
        any_value(reports.side_codes) as side_codes,
        any_value(reports.date_precision) as date_precision,
        coalesce(
            max(reports.format_class) filter (where reports.format_class <> 'unknown'),
            'unknown'
        ) as format_class,
        list_sort(list_distinct(flatten(list(reports.actor_ids)))) as actor_ids,
        list(distinct reports.article_id order by reports.article_id) as article_ids,
        count(distinct reports.article_id) as n_articles,
        bool_or(reports.status = 'occurred') as is_held,
        min(seeds_of_reports.token_date) as start_date,
        max(reports.end_date) as end_date,
        min(reports.published_date) as first_reported,
        max(reports.published_date) as last_reported,
        min(reports.published_date) filter (
            where reports.status = 'occurred'
        ) as first_held,
        max(reports.published_date) filter (
            where reports.status in ('planned', 'hypothetical')
        ) as last_ahead
    from seeds_of_reports
    inner join reports
        on
            seeds_of_reports.fact_kind = reports.fact_kind
            and seeds_of_reports.report_id = reports.report_id
    group by seeds_of_reports.seed_id
),

-- What is reported held lies before the report, what is announced after it; an undated
-- report tells of the last month or the next three.
bounded as (
    select
        *,
        case
            when date_precision = 'day' then start_date - 1
            when date_precision = 'unknown' and is_held then first_held - 31
            when date_precision = 'unknown'
                then coalesce(last_ahead, first_reported - 31)
            when is_held then start_date
            else least(end_date, greatest(start_date, last_ahead))
        end as earliest_date,
        case
            when date_precision = 'day' then end_date + 1
            when date_precision = 'unknown' and is_held then first_held
            when date_precision = 'unknown' then last_reported + 92
            when is_held then greatest(start_date, least(end_date, first_held))
            else end_date
        end as latest_date
    from grouped
)

select
    seed_id,
    fact_kind,
    block_key,
    side_codes,
    date_precision,
    format_class,
    actor_ids,
    article_ids,
    n_articles,
    is_held,
    start_date,
    end_date,
    first_reported,
    last_reported,
    earliest_date,
    latest_date,
    -- A key that sorts as its parts would: a rank among all would move with every
    -- newcomer.
    concat(
        {{ precision_rank('date_precision') }},
        lpad(cast(9999 - len(side_codes) as varchar), 4, '0'),
        case when len(actor_ids) > 0 then '0' else '1' end,
        case when format_class <> 'unknown' then '0' else '1' end,
        case when is_held then '0' else '1' end,
        lpad(cast(99999999 - n_articles as varchar), 8, '0'),
        seed_id
    ) as strength,
    {{ block('fact_kind', 'block_key') }} as block
from bounded
