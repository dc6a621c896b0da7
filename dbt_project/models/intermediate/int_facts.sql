with

reports as (
    select * from {{ ref('int_fact_reports') }}
),

changed as (
    select * from {{ ref('int_fact_changes') }}
),

grouped as (
    select
        fact_kind,
        fact_id,
        {{ merged_status('status', 'published_date') }} as status,
        count(distinct article_id) as n_articles,
        count(distinct source) filter (where not is_copy) as n_sources,
        min(published_date) as first_reported,
        max(published_date) as last_reported
    from reports
    group by fact_kind, fact_id
)

select
    grouped.fact_kind,
    grouped.fact_id,
    grouped.status as reported_status,
    {{ corrected('changed.changes', 'status', 'grouped.status') }} as status,
    grouped.n_articles,
    grouped.n_sources,
    grouped.first_reported,
    grouped.last_reported,
    changed.changes
from grouped
left join changed
    on
        grouped.fact_kind = changed.fact_kind
        and grouped.fact_id = changed.fact_id
