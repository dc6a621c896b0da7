-- How many months in a row did two countries meet, work together or quarrel?
select
    country_a,
    country_b,
    kind,
    first_month,
    last_month,
    n_months,
    n_facts,
    is_running
from marts.streaks_by_country_pair
order by n_months desc, n_facts desc, country_a asc, country_b asc, kind asc
limit 5
