-- Which pairs that used to meet have stopped, and how long ago did they last meet?
select
    country_a,
    country_b,
    n_meeting_days,
    last_meeting,
    days_silent,
    median_gap_days,
    is_silent
from marts.silences_by_country_pair
order by
    is_silent desc nulls last,
    days_silent desc,
    country_a asc,
    country_b asc
limit 5
