{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['meeting_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

reports as (
    select * from {{ ref('int_fact_reports') }}
    where
        fact_kind = 'meeting'
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
),

participants as (
    select
        reports.fact_id as meeting_id,
        reports.article_id,
        reports.status = 'occurred' as is_held,
        participants.actor_id,
        participants.name,
        participants.role,
        participants.code
    from reports
    inner join {{ ref('int_meeting_participants') }} as participants
        on reports.report_id = participants.report_id
),

-- Who was there is told by those who report it held; the guests that a plan named may
-- have stayed away.
present as (
    select *
    from participants
    qualify
        is_held
        or not bool_or(is_held) over (partition by meeting_id)
),

names as (
    select
        meeting_id,
        actor_id,
        name
    from present
    group by meeting_id, actor_id, name
    qualify row_number() over (
        partition by meeting_id, actor_id
        order by count(distinct article_id) desc, len(name) desc, name asc
    ) = 1
),

offices as (
    select
        meeting_id,
        actor_id,
        role,
        code
    from present
    group by meeting_id, actor_id, role, code
    qualify row_number() over (
        partition by meeting_id, actor_id
        order by
            role is not null desc,
            code is not null desc,
            count(distinct article_id) desc,
            role asc,
            code asc
    ) = 1
)

select
    names.meeting_id,
    names.actor_id,
    names.name,
    offices.role,
    offices.code
from names
inner join offices
    on
        names.meeting_id = offices.meeting_id
        and names.actor_id = offices.actor_id
