-- Who met again after the longest time without a meeting?
select
    gaps.country_a,
    gaps.country_b,
    gaps.start_date,
    gaps.level,
    gaps.previous_date,
    gaps.days_since_previous,
    gaps.is_gap_observed
from marts.meeting_gaps_by_country_pair as gaps
where gaps.days_since_previous is not null
order by gaps.days_since_previous desc, gaps.country_a asc, gaps.country_b asc
limit 5
