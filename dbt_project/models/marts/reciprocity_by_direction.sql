with

months as (
    select * from {{ ref('relations_by_direction_month') }}
    where n_acts > 0
),

-- An answer comes in the same month or the next one: every month of acts answers itself
-- and the month before.
answers as (
    select
        source_code,
        target_code,
        n_cooperative_acts > 0 as has_cooperation,
        n_conflict_acts > 0 as has_conflict,
        unnest([month, cast(month - interval 1 month as date)]) as month
    from months
),

answered as (
    select
        target_code as source_code,
        source_code as target_code,
        month,
        bool_or(has_cooperation) as has_cooperation,
        bool_or(has_conflict) as has_conflict
    from answers
    group by source_code, target_code, month
),

directions as (
    select
        months.source_code,
        months.source_kind,
        months.target_code,
        months.target_kind,
        sum(months.n_acts) as n_acts,
        sum({{ weighted('months.mean_act_goldstein', 'months.n_acts') }})
        / sum(months.n_acts) / 10000 as goldstein,
        count(*) filter (where months.n_cooperative_acts > 0) as n_cooperation_months,
        count(*) filter (
            where months.n_cooperative_acts > 0 and answered.has_cooperation
        ) as n_cooperation_answered,
        count(*) filter (where months.n_conflict_acts > 0) as n_conflict_months,
        count(*) filter (where months.n_conflict_acts > 0 and answered.has_conflict)
            as n_conflict_answered
    from months
    left join answered
        on
            months.source_code = answered.source_code
            and months.target_code = answered.target_code
            and months.month = answered.month
    group by
        months.source_code,
        months.source_kind,
        months.target_code,
        months.target_kind
)

select
    given.source_code,
    given.source_kind,
    given.target_code,
    given.target_kind,
    cast(given.n_acts as integer) as n_acts_given,
    cast(coalesce(received.n_acts, 0) as integer) as n_acts_received,
    round(
        least(given.n_acts, coalesce(received.n_acts, 0))
        / greatest(given.n_acts, coalesce(received.n_acts, 0)), 4
    ) as balance,
    round(given.goldstein, 4) as goldstein_given,
    round(received.goldstein, 4) as goldstein_received,
    round(given.goldstein - received.goldstein, 4) as goldstein_gap,
    cast(given.n_cooperation_months as integer) as n_cooperation_months,
    cast(given.n_cooperation_answered as integer) as n_cooperation_answered,
    case
        when given.n_cooperation_months >= 3
            then round(given.n_cooperation_answered / given.n_cooperation_months, 4)
    end as cooperation_answer_share,
    cast(given.n_conflict_months as integer) as n_conflict_months,
    cast(given.n_conflict_answered as integer) as n_conflict_answered,
    case
        when given.n_conflict_months >= 3
            then round(given.n_conflict_answered / given.n_conflict_months, 4)
    end as conflict_answer_share,
    given.n_acts >= 5 and coalesce(received.n_acts, 0) >= 5 as has_enough_data
from directions as given
left join directions as received
    on
        given.source_code = received.target_code
        and given.target_code = received.source_code
