{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('int_facts') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

dates as (
    select * from {{ ref('int_fact_dates') }}
),

places as (
    select * from {{ ref('int_fact_places') }}
),

-- Most facts are told once.
fact_reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
    qualify count(*) over (partition by fact_kind, fact_id) > 1
),

meeting_formats as (
    select
        report_id,
        format
    from {{ ref('int_meeting_reports') }}
),

-- A plan that slipped contradicts nothing: of what was held those reports count that
-- say so.
reports as (
    select
        fact_reports.fact_kind,
        fact_reports.fact_id,
        fact_reports.article_id,
        fact_reports.story_id,
        reports.start_date,
        reports.date_precision,
        reports.city,
        reports.country_code,
        meeting_formats.format,
        dates.start_date as chosen_date,
        dates.date_precision as chosen_precision,
        places.city as chosen_city,
        places.country_code as chosen_country
    from fact_reports
    inner join facts
        on
            fact_reports.fact_kind = facts.fact_kind
            and fact_reports.fact_id = facts.fact_id
    inner join {{ ref('int_reports') }} as reports
        on
            fact_reports.fact_kind = reports.fact_kind
            and fact_reports.report_id = reports.report_id
    left join meeting_formats
        on
            fact_reports.fact_kind = 'meeting'
            and fact_reports.report_id = meeting_formats.report_id
    left join dates
        on
            fact_reports.fact_kind = dates.fact_kind
            and fact_reports.fact_id = dates.fact_id
    left join places
        on
            fact_reports.fact_kind = places.fact_kind
            and fact_reports.fact_id = places.fact_id
    where fact_reports.status = 'occurred' or facts.reported_status <> 'occurred'
),

told as (
    select
        fact_kind,
        fact_id,
        article_id,
        story_id,
        'start_date' as field,
        cast(start_date as varchar) as value,
        start_date = chosen_date as is_chosen
    from reports
    where date_precision = chosen_precision
    union all
    select
        fact_kind,
        fact_id,
        article_id,
        story_id,
        'city' as field,
        city as value,
        city = chosen_city as is_chosen
    from reports
    union all
    select
        fact_kind,
        fact_id,
        article_id,
        story_id,
        'country_code' as field,
        country_code as value,
        country_code = chosen_country as is_chosen
    from reports
    union all
    select
        fact_kind,
        fact_id,
        article_id,
        story_id,
        'format' as field,
        format as value,
        null as is_chosen
    from reports
    where format <> 'unknown'
    union all
    -- That it was planned, then held or called off, is a history and no contradiction.
    select
        fact_reports.fact_kind,
        fact_reports.fact_id,
        fact_reports.article_id,
        fact_reports.story_id,
        'status' as field,
        fact_reports.status as value,
        fact_reports.status = facts.reported_status as is_chosen
    from fact_reports
    inner join facts
        on
            fact_reports.fact_kind = facts.fact_kind
            and fact_reports.fact_id = facts.fact_id
    where
        facts.reported_status = 'occurred'
        and fact_reports.status in ('occurred', 'denied')
)

select
    fact_kind,
    fact_id,
    field,
    value,
    bool_or(is_chosen) as is_chosen,
    cast(count(distinct article_id) as integer) as n_articles,
    cast(count(distinct story_id) as integer) as n_stories
from told
where value is not null
group by fact_kind, fact_id, field, value
qualify count(*) over (partition by fact_kind, fact_id, field) > 1
