-- Which two countries meet most often, by which means, and when did they last?
select
    country_a,
    country_b,
    n_meetings,
    n_in_person,
    n_calls,
    last_meeting,
    top_topics[:3] as top_topics
from marts.meetings_by_country_pair
order by n_meetings desc, n_in_person desc, country_a asc, country_b asc
limit 5
