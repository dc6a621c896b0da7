-- Is what one country does to another done back, and in the same tone?
select
    source_code,
    target_code,
    n_acts_given,
    n_acts_received,
    balance,
    goldstein_given,
    goldstein_received,
    has_enough_data
from marts.reciprocity_by_direction
where source_kind = 'country' and target_kind = 'country'
order by
    n_acts_given + n_acts_received desc,
    source_code asc,
    target_code asc
limit 6
