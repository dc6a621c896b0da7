-- Which country receives the most guests, and who travels most?
select
    source_code as country_code,
    sum(n_hosted)::integer as n_hosted,
    count(distinct target_code) filter (where n_hosted > 0) as n_guest_countries,
    sum(n_visits)::integer as n_visits_abroad
from marts.relations_by_direction_month
where source_kind = 'country'
group by source_code
order by n_hosted desc, n_visits_abroad desc, source_code asc
limit 5
