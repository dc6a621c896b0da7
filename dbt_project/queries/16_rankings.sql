-- Which countries met the most others in the last full year, and how had they ranked?
select
    rankings.partner_rank,
    rankings.previous_partner_rank,
    rankings.country_code,
    rankings.n_partners,
    rankings.n_meetings,
    rankings.n_head_meetings
from marts.country_rankings_year as rankings
cross join marts.warehouse_horizon as horizon
where
    rankings.partner_rank is not null
    and rankings.year = year(horizon.as_of_date) - 1
order by rankings.partner_rank asc, rankings.country_code asc
limit 6
