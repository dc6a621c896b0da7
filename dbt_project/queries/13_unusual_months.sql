-- In which month was more going on between two countries than is usual for them?
select
    country_a,
    country_b,
    month,
    n_events,
    n_events_change,
    n_baseline_months,
    baseline_events,
    events_deviation,
    is_unusual
from marts.changes_by_country_pair_month
where n_baseline_months > 0
order by
    events_deviation desc nulls last,
    n_events_change desc,
    country_a asc,
    country_b asc,
    month asc
limit 5
