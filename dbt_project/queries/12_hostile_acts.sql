-- Which hostile acts were told in the last ninety days, and by how many sources?
select
    events.event_type,
    events.source_code,
    events.target_code,
    events.start_date,
    events.n_sources,
    events.n_articles
from marts.events as events
cross join marts.warehouse_horizon as horizon
where
    events.status = 'occurred'
    and events.goldstein < 0
    and events.last_reported > horizon.as_of_date - 90
order by events.n_sources desc, events.start_date desc nulls last, events.event_id asc
limit 5
