-- Who met whom at the top, where, and how many independent sources say so?
select
    meetings.start_date,
    meetings.city,
    meetings.codes,
    string_agg(participants.name, ', ' order by participants.name) as people,
    meetings.n_sources
from marts.meetings as meetings
inner join marts.meeting_participants as participants
    on meetings.meeting_id = participants.meeting_id
where
    meetings.status = 'occurred'
    and meetings.level = 'head'
    and meetings.format = 'in_person'
group by
    meetings.meeting_id,
    meetings.start_date,
    meetings.city,
    meetings.codes,
    meetings.n_sources
order by meetings.n_sources desc, meetings.start_date asc, meetings.meeting_id asc
limit 5
