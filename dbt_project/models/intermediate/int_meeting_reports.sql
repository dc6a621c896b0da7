{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

reports as (
    select
        meetings.*,
        corrections.changes
    from {{ ref('stg_meetings') }} as meetings
    left join {{ ref('int_report_changes') }} as corrections
        on
            corrections.fact_kind = 'meeting'
            and meetings.report_id = corrections.report_id
    {% if is_incremental() %}
        where meetings.article_id in (select changed.article_id from changed)
    {% endif %}
),

rejected as (
    select report_id
    from {{ ref('int_rejected_reports') }}
    where fact_kind = 'meeting'
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
        {{ corrected('changes', 'status', 'status') }} as status,
        {{ corrected('changes', 'format', 'format') }} as format,
        {{ corrected('changes', 'level', 'level') }} as level,
        {{ corrected_dates('changes') }},
        {{ corrected('changes', 'city', 'city') }} as city,
        {{ corrected('changes', 'country_code', 'country_code') }} as country_code,
        {{ corrected('changes', 'codes', 'codes', 'varchar[]') }} as codes,
        {{ corrected('changes', 'topics', 'topics', 'varchar[]') }} as topics,
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
    status,
    format,
    level,
    case when date_precision <> 'unknown' then start_date end as start_date,
    case
        when date_precision <> 'unknown'
            then {{ span_end('start_date', 'stated_end', 'date_precision') }}
    end as end_date,
    date_precision,
    city,
    country_code,
    list_sort(list_distinct(codes)) as codes,
    topics,
    confidence
from dated
