{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

fact_reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

reports as (
    select * from {{ ref('int_reports') }}
),

told as (
    select
        fact_reports.fact_kind,
        fact_reports.fact_id,
        reports.date_precision,
        reports.start_date,
        max(reports.end_date) as end_date,
        bool_or(fact_reports.status = 'occurred') as is_held,
        count(distinct fact_reports.article_id) filter (
            where not fact_reports.is_copy
        ) as n_articles,
        max(fact_reports.published_date) as last_reported
    from fact_reports
    inner join reports
        on
            fact_reports.fact_kind = reports.fact_kind
            and fact_reports.report_id = reports.report_id
    group by
        fact_reports.fact_kind,
        fact_reports.fact_id,
        reports.date_precision,
        reports.start_date
)

-- A day beats a month, the day it was held the day it was planned for, the day that
-- most articles give the others; between two plans the later counts.
select
    fact_kind,
    fact_id,
    date_precision,
    start_date,
    end_date
from told
qualify row_number() over (
    partition by fact_kind, fact_id
    order by
        {{ precision_rank('date_precision') }} asc,
        is_held desc,
        n_articles desc,
        last_reported desc nulls last,
        start_date asc
) = 1
