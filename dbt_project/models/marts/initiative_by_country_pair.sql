with

directions as (
    select * from {{ ref('relations_by_direction_month') }}
    where
        source_kind = 'country'
        and target_kind = 'country'
        and n_acts + n_visits + n_hosted > 0
),

counts as (
    select
        least(source_code, target_code) as country_a,
        greatest(source_code, target_code) as country_b,
        sum(n_acts) filter (where source_code < target_code) as n_acts_by_a,
        sum(n_acts) filter (where source_code > target_code) as n_acts_by_b,
        sum(n_visits) filter (where source_code < target_code) as n_visits_by_a,
        sum(n_visits) filter (where source_code > target_code) as n_visits_by_b,
        sum(n_hosted) filter (where source_code < target_code) as n_hosted_by_a,
        sum(n_hosted) filter (where source_code > target_code) as n_hosted_by_b
    from directions
    group by least(source_code, target_code), greatest(source_code, target_code)
),

whole as (
    select
        country_a,
        country_b,
        cast(coalesce(n_acts_by_a, 0) as integer) as n_acts_by_a,
        cast(coalesce(n_acts_by_b, 0) as integer) as n_acts_by_b,
        cast(coalesce(n_visits_by_a, 0) as integer) as n_visits_by_a,
        cast(coalesce(n_visits_by_b, 0) as integer) as n_visits_by_b,
        cast(coalesce(n_hosted_by_a, 0) as integer) as n_hosted_by_a,
        cast(coalesce(n_hosted_by_b, 0) as integer) as n_hosted_by_b
    from counts
),

shares as (
    select
        *,
        case
            when n_acts_by_a + n_acts_by_b >= 5
                then round(n_acts_by_a / (n_acts_by_a + n_acts_by_b), 4)
        end as act_share_of_a,
        case
            when n_visits_by_a + n_visits_by_b >= 3
                then round(n_visits_by_a / (n_visits_by_a + n_visits_by_b), 4)
        end as visit_share_of_a,
        case
            when n_hosted_by_a + n_hosted_by_b >= 3
                then round(n_hosted_by_a / (n_hosted_by_a + n_hosted_by_b), 4)
        end as host_share_of_a
    from whole
)

select
    country_a,
    country_b,
    n_acts_by_a,
    n_acts_by_b,
    n_visits_by_a,
    n_visits_by_b,
    n_hosted_by_a,
    n_hosted_by_b,
    act_share_of_a,
    visit_share_of_a,
    host_share_of_a,
    {{ leading_side('act_share_of_a') }} as usual_initiator,
    {{ leading_side('visit_share_of_a') }} as usual_visitor,
    {{ leading_side('host_share_of_a') }} as usual_host
from shares
