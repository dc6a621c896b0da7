with

fact_reports as (
    select * from {{ ref('int_fact_reports') }}
),

places as (
    select 'meeting' as fact_kind, report_id, city, country_code
    from {{ ref('int_meeting_reports') }}
    union all
    select 'event' as fact_kind, report_id, city, country_code
    from {{ ref('int_event_reports') }}
    union all
    select 'visit' as fact_kind, report_id, city, host_code as country_code
    from {{ ref('int_visit_reports') }}
),

told as (
    select
        fact_reports.fact_kind,
        fact_reports.fact_id,
        places.city,
        places.country_code,
        bool_or(fact_reports.status = 'occurred') as is_held,
        count(distinct fact_reports.article_id)
            filter (where not fact_reports.is_copy) as n_articles
    from fact_reports
    inner join places
        on
            fact_reports.fact_kind = places.fact_kind
            and fact_reports.report_id = places.report_id
    where places.city is not null or places.country_code is not null
    group by
        fact_reports.fact_kind,
        fact_reports.fact_id,
        places.city,
        places.country_code
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
        city,
        country_code
) = 1
