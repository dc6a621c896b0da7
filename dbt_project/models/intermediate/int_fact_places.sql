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
        reports.city,
        reports.country_code,
        bool_or(fact_reports.status = 'occurred') as is_held,
        count(distinct fact_reports.article_id) filter (
            where not fact_reports.is_copy
        ) as n_articles
    from fact_reports
    inner join reports
        on
            fact_reports.fact_kind = reports.fact_kind
            and fact_reports.report_id = reports.report_id
    where reports.city is not null or reports.country_code is not null
    group by
        fact_reports.fact_kind,
        fact_reports.fact_id,
        reports.city,
        reports.country_code
)

-- City and country come from one report, so that they agree.
select
    fact_kind,
    fact_id,
    city,
    country_code
from told
qualify row_number() over (
    partition by fact_kind, fact_id
    order by
        city is not null desc,
        is_held desc,
        n_articles desc,
        city asc,
        country_code asc
) = 1
