with

meetings as (
    select * from {{ ref('timeline') }}
    where fact_kind = 'meeting'
),

actors as (
    select * from {{ ref('actors') }}
),

countries as (
    select * from {{ ref('dim_country') }}
),

participants as (
    select
        participants.meeting_id,
        participants.actor_id,
        actors.name,
        participants.role,
        participants.code
    from {{ ref('meeting_participants') }} as participants
    inner join actors on participants.actor_id = actors.actor_id
)

select
    one.actor_id,
    one.name,
    one.role,
    one.code,
    other.actor_id as other_id,
    other.name as other_name,
    other.role as other_role,
    other.code as other_code,
    meetings.fact_id as meeting_id,
    meetings.status,
    meetings.what,
    meetings.who,
    meetings.start_date,
    meetings.date_precision,
    meetings.sort_date,
    meetings.city,
    meetings.country_code,
    countries.name as country_name,
    meetings.n_sources
from participants as one
inner join meetings on one.meeting_id = meetings.fact_id
left join participants as other
    on
        one.meeting_id = other.meeting_id
        and one.actor_id <> other.actor_id
        -- Two of one delegation sit on the same side of the table.
        and (one.code is distinct from other.code or one.code is null)
left join countries on meetings.country_code = countries.code
