-- Which meetings are announced, when, and when was it last said?
select
    meetings.start_date,
    meetings.date_precision,
    meetings.codes,
    meetings.city,
    meetings.last_reported,
    meetings.start_date >= horizon.as_of_date as is_ahead
from marts.meetings as meetings
cross join marts.warehouse_horizon as horizon
where meetings.status = 'planned'
order by
    meetings.last_reported desc,
    meetings.start_date desc nulls last,
    meetings.meeting_id asc
limit 5
