with

horizon as (
    select as_of_month from {{ ref('warehouse_horizon') }}
),

months as (
    select * from {{ ref('relations_by_country_pair_month') }}
),

active_months as (
    select
        country_a,
        country_b,
        month,
        'meeting' as kind,
        n_meetings as n_facts
    from months
    where n_meetings > 0
    union all
    select
        country_a,
        country_b,
        month,
        'cooperation' as kind,
        n_cooperation as n_facts
    from months
    where n_cooperation > 0
    union all
    select
        country_a,
        country_b,
        month,
        'conflict' as kind,
        n_conflict as n_facts
    from months
    where n_conflict > 0
),

-- Months in a row keep their distance to their number in the row.
numbered as (
    select
        *,
        datediff('month', date '1900-01-01', month) - row_number() over (
            partition by country_a, country_b, kind
            order by month
        ) as streak
    from active_months
),

streaks as (
    select
        country_a,
        country_b,
        kind,
        min(month) as first_month,
        max(month) as last_month,
        count(*) as n_months,
        sum(n_facts) as n_facts
    from numbered
    group by country_a, country_b, kind, streak
    having count(*) >= 2
)

select
    streaks.country_a,
    streaks.country_b,
    streaks.kind,
    streaks.first_month,
    streaks.last_month,
    cast(streaks.n_months as integer) as n_months,
    cast(streaks.n_facts as integer) as n_facts,
    streaks.last_month >= horizon.as_of_month - interval 1 month as is_running
from streaks
cross join horizon
