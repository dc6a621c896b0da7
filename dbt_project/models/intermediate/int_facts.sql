{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

changed as (
    select * from {{ ref('int_fact_changes') }}
),

-- Who printed a story first stands for it: the outlets that took it over, edited or
-- not, have seen nothing themselves.
tellers as (
    select
        fact_kind,
        fact_id,
        story_id,
        min_by(
            coalesce(source, ''),
            (coalesce(published_date, date '9999-12-31'), article_id)
        ) as source
    from reports
    group by fact_kind, fact_id, story_id
),

independent as (
    select
        fact_kind,
        fact_id,
        count(distinct source) as n_sources
    from tellers
    group by fact_kind, fact_id
),

grouped as (
    select
        fact_kind,
        fact_id,
        {{ merged_status('status', 'published_date') }} as status,
        count(distinct article_id) as n_articles,
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
    independent.n_sources,
    grouped.first_reported,
    grouped.last_reported,
    changed.changes
from grouped
inner join independent
    on
        grouped.fact_kind = independent.fact_kind
        and grouped.fact_id = independent.fact_id
left join changed
    on
        grouped.fact_kind = changed.fact_kind
        and grouped.fact_id = changed.fact_id
