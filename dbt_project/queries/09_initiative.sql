-- Between which two countries does one side act and the other side mostly receive?
select
    country_a,
    country_b,
    n_acts_by_a,
    n_acts_by_b,
    act_share_of_a,
    usual_initiator
from marts.initiative_by_country_pair
where act_share_of_a is not null
order by abs(act_share_of_a - 0.5) desc, country_a asc, country_b asc
limit 5
