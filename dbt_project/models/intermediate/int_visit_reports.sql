{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

reports as (
    select
        visits.* exclude (actor_id),
        coalesce(learned.actor_id, visits.actor_id) as actor_id,
        corrections.changes
    from {{ ref('stg_visits') }} as visits
    left join {{ ref('int_learned_people') }} as learned
        on
            visits.article_id = learned.article_id
            and visits.actor_id = learned.actor_key
    left join {{ ref('int_report_changes') }} as corrections
        on
            corrections.fact_kind = 'visit'
            and visits.report_id = corrections.report_id
    {% if is_incremental() %}
        where visits.article_id in (select changed.article_id from changed)
    {% endif %}
),

rejected as (
    select report_id
    from {{ ref('int_rejected_reports') }}
    where fact_kind = 'visit'
),

standing as (
    select reports.*
    from reports
    anti join rejected on reports.report_id = rejected.report_id
),

corrected as (
    select
        report_id,
        article_id,
        {{ corrected('changes', 'actor_id', 'actor_id') }} as actor_id,
        {{ corrected('changes', 'visitor_code', 'visitor_code') }} as visitor_code,
        {{ corrected('changes', 'host_code', 'host_code') }} as host_code,
        {{ corrected('changes', 'city', 'city') }} as city,
        {{ corrected_dates('changes') }},
        {{ corrected('changes', 'status', 'status') }} as status,
        {{ corrected('changes', 'days', 'days', 'integer') }} as days,
        confidence
    from standing
),

dated as (
    select
        *,
        case when start_date is null then 'unknown' else stated_precision end
            as date_precision
    from corrected
)

select
    report_id,
    article_id,
    actor_id,
    visitor_code,
    host_code,
    city,
    case when date_precision <> 'unknown' then start_date end as start_date,
    case
        when date_precision <> 'unknown'
            then {{ span_end('start_date', 'stated_end', 'date_precision') }}
    end as end_date,
    date_precision,
    status,
    days,
    confidence
from dated
