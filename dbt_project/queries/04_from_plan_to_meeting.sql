-- Which meetings were announced first and held or called off later?
select
    meetings.codes,
    meetings.start_date,
    min(history.reported_date) filter (where history.status = 'planned') as announced,
    min(history.reported_date) filter (where history.status = meetings.status)
        as settled,
    meetings.status
from marts.meetings as meetings
inner join marts.meeting_status_history as history
    on meetings.meeting_id = history.meeting_id
where meetings.status in ('occurred', 'denied')
group by meetings.meeting_id, meetings.codes, meetings.start_date, meetings.status
having count(*) filter (where history.status = 'planned') > 0
order by announced asc, meetings.meeting_id asc
limit 5
