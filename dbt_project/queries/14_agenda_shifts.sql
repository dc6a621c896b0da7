-- Which topics came onto the agenda of two countries, and which went?
select
    country_a,
    country_b,
    quarter,
    topic,
    baseline_share,
    share,
    share_change,
    is_new_topic
from marts.agenda_by_country_pair_quarter
where has_enough_data
order by
    abs(share_change) desc,
    country_a asc,
    country_b asc,
    quarter asc,
    topic asc
limit 6
