-- Who sat at the most tables, and with which countries?
with

seats as (
    select
        participants.actor_id,
        participants.meeting_id,
        participants.code,
        unnest(meetings.codes) as partner
    from marts.meeting_participants as participants
    inner join marts.meetings as meetings
        on participants.meeting_id = meetings.meeting_id
    where meetings.status = 'occurred'
)

select
    actors.name,
    actors.role,
    actors.code,
    count(distinct seats.meeting_id) as n_meetings,
    string_agg(distinct seats.partner, ', ' order by seats.partner) as partners
from seats
inner join marts.actors as actors on seats.actor_id = actors.actor_id
where seats.partner is distinct from seats.code
group by actors.actor_id, actors.name, actors.role, actors.code
order by n_meetings desc, actors.name asc
limit 5
