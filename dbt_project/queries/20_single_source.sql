-- How much of what is told rests on one source, and how sure are the rules of it?
select
    event_type,
    count(*) as n_events,
    count(*) filter (where n_sources = 1) as n_of_one_source,
    round(avg(confidence), 2) as mean_confidence
from marts.events
where status = 'occurred'
group by event_type
order by n_events desc, event_type asc
limit 6
