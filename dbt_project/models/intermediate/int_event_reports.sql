{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

reports as (
    select
        events.*,
        corrections.changes
    from {{ ref('stg_events') }} as events
    left join {{ ref('int_report_changes') }} as corrections
        on
            corrections.fact_kind = 'event'
            and events.report_id = corrections.report_id
    {% if is_incremental() %}
        where events.article_id in (select changed.article_id from changed)
    {% endif %}
),

rejected as (
    select report_id
    from {{ ref('int_rejected_reports') }}
    where fact_kind = 'event'
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
        {{ corrected('changes', 'event_type', 'event_type') }} as event_type,
        {{ corrected('changes', 'mode', 'mode') }} as mode,
        {{ corrected('changes', 'status', 'status') }} as status,
        {{ corrected('changes', 'source_code', 'source_code') }} as source_code,
        {{ corrected('changes', 'target_code', 'target_code') }} as target_code,
        {{ corrected_dates('changes') }},
        {{ corrected('changes', 'city', 'city') }} as city,
        {{ corrected('changes', 'country_code', 'country_code') }} as country_code,
        {{ corrected('changes', 'topics', 'topics', 'varchar[]') }} as topics,
        -- A corrected type makes the extractor's code of the old type void.
        case
            when
                map_contains(changes, 'event_type')
                and not map_contains(changes, 'cameo_root') then null
            else {{ corrected('changes', 'cameo_root', 'cameo_root') }}
        end as cameo_root,
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
    event_type,
    mode,
    status,
    source_code,
    target_code,
    case when date_precision <> 'unknown' then start_date end as start_date,
    case
        when date_precision <> 'unknown'
            then {{ span_end('start_date', 'stated_end', 'date_precision') }}
    end as end_date,
    date_precision,
    city,
    country_code,
    topics,
    nullif(cameo_root, '') as cameo_root,
    confidence
from dated
