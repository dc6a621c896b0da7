{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

articles as (
    select
        article_id,
        published_date
    from {{ ref('stg_articles') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

meeting_reports as (
    select * from {{ ref('int_meeting_reports') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

event_reports as (
    select * from {{ ref('int_event_reports') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

visit_reports as (
    select * from {{ ref('int_visit_reports') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

participants as (
    select
        participants.report_id,
        list(distinct participants.actor_id order by participants.actor_id) as actor_ids
    from {{ ref('int_meeting_participants') }} as participants
    semi join meeting_reports on participants.report_id = meeting_reports.report_id
    group by participants.report_id
),

meetings as (
    select
        'meeting' as fact_kind,
        meetings.report_id,
        meetings.article_id,
        meetings.status,
        array_to_string(meetings.codes, '|') as block_key,
        meetings.codes as side_codes,
        coalesce(participants.actor_ids, cast([] as varchar[])) as actor_ids,
        case meetings.format
            when 'call' then 'remote'
            when 'video' then 'remote'
            else meetings.format
        end as format_class,
        meetings.date_precision,
        meetings.start_date,
        meetings.end_date,
        meetings.city,
        meetings.country_code,
        meetings.topics
    from meeting_reports as meetings
    left join participants on meetings.report_id = participants.report_id
),

-- An event's status is part of what it is: a threat made and a threat foreseen are two.
events as (
    select
        'event' as fact_kind,
        report_id,
        article_id,
        status,
        event_type || '|' || source_code || '|' || target_code || '|' || status
            as block_key,
        [source_code, target_code] as side_codes,
        cast([] as varchar[]) as actor_ids,
        'unknown' as format_class,
        date_precision,
        start_date,
        end_date,
        city,
        country_code,
        topics
    from event_reports
),

visits as (
    select
        'visit' as fact_kind,
        report_id,
        article_id,
        status,
        visitor_code || '|' || host_code as block_key,
        [visitor_code, host_code] as side_codes,
        case
            when actor_id is null then cast([] as varchar[])
            else [actor_id]
        end as actor_ids,
        'unknown' as format_class,
        date_precision,
        start_date,
        end_date,
        city,
        host_code as country_code,
        cast([] as varchar[]) as topics
    from visit_reports
),

reports as (
    select * from meetings
    union all
    select * from events
    union all
    select * from visits
)

select
    reports.fact_kind,
    reports.report_id,
    reports.article_id,
    articles.published_date,
    reports.status,
    reports.block_key,
    reports.side_codes,
    reports.actor_ids,
    reports.format_class,
    reports.date_precision,
    reports.start_date,
    reports.end_date,
    reports.city,
    reports.country_code,
    reports.topics
from reports
inner join articles on reports.article_id = articles.article_id
