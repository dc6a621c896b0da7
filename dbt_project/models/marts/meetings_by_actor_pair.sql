with

meetings as (
    select * from {{ ref('meetings') }}
    where status in ('occurred', 'planned')
),

participants as (
    select * from {{ ref('meeting_participants') }}
)

select
    one.actor_id as actor_a,
    other.actor_id as actor_b,
    cast(count(*) filter (where meetings.status = 'occurred') as integer) as n_meetings,
    cast(count(*) filter (
        where meetings.status = 'occurred' and meetings.format = 'in_person'
    ) as integer) as n_in_person,
    cast(count(*) filter (
        where meetings.status = 'occurred' and meetings.format in ('call', 'video')
    ) as integer) as n_calls,
    cast(count(*) filter (where meetings.status = 'planned') as integer) as n_planned,
    min(meetings.start_date) filter (where meetings.status = 'occurred')
        as first_meeting,
    max(meetings.start_date) filter (where meetings.status = 'occurred') as last_meeting
from participants as one
inner join participants as other
    on one.meeting_id = other.meeting_id and one.actor_id < other.actor_id
inner join meetings on one.meeting_id = meetings.meeting_id
-- Two of one delegation sit on the same side of the table.
where one.code is distinct from other.code or one.code is null
group by one.actor_id, other.actor_id
