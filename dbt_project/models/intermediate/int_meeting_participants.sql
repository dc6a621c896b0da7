{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

meetings as (
    select
        report_id,
        article_id
    from {{ ref('stg_meetings') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

participants as (
    select * from {{ ref('stg_meeting_participants') }}
),

learned as (
    select * from {{ ref('int_learned_people') }}
)

select
    participants.report_id,
    meetings.article_id,
    coalesce(learned.actor_id, participants.actor_id) as actor_id,
    participants.name,
    participants.role,
    participants.role_class,
    participants.code
from meetings
inner join participants on meetings.report_id = participants.report_id
left join learned
    on
        meetings.article_id = learned.article_id
        and participants.actor_id = learned.actor_key
