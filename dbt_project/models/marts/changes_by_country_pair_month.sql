with

horizon as (
    select
        as_of_month,
        is_month_complete
    from {{ ref('warehouse_horizon') }}
),

months as (
    select * from {{ ref('relations_by_country_pair_month') }}
),

-- Months without a row are months without a fact: they enter the baseline as zeros, by
-- the number of months in it, so that no row has to be made for them.
windows as (
    select
        country_a,
        country_b,
        month,
        n_events,
        net_cooperation,
        mean_goldstein,
        n_meetings,
        least(
            12,
            datediff(
                'month', min(month) over (partition by country_a, country_b), month
            )
        ) as n_baseline_months,
        coalesce(sum(n_events) over year_before, 0) as sum_events,
        coalesce(sum(n_events * n_events) over year_before, 0) as sum_squared_events,
        coalesce(sum(net_cooperation) over year_before, 0) as sum_net,
        coalesce(sum(net_cooperation * net_cooperation) over year_before, 0)
            as sum_squared_net,
        coalesce(sum(n_meetings) over year_before, 0) as sum_meetings,
        sum({{ weighted('mean_goldstein', 'n_events') }}) over year_before
            as sum_goldstein,
        coalesce(sum(n_events) over last_month, 0) as n_events_previous,
        coalesce(sum(net_cooperation) over last_month, 0) as net_cooperation_previous,
        coalesce(sum(n_meetings) over last_month, 0) as n_meetings_previous
    from months
    window
        year_before as (
            partition by country_a, country_b
            order by month
            range between interval 12 month preceding and interval 1 month preceding
        ),
        last_month as (
            partition by country_a, country_b
            order by month
            range between interval 1 month preceding and interval 1 month preceding
        )
),

baselines as (
    select
        *,
        n_baseline_months >= 6 and sum_events >= 6 as has_enough_data,
        sum_events / nullif(n_baseline_months, 0) as mean_events,
        sum_net / nullif(n_baseline_months, 0) as mean_net,
        sum_meetings / nullif(n_baseline_months, 0) as mean_meetings,
        sum_goldstein / nullif(sum_events, 0) / 10000 as baseline_goldstein
    from windows
),

-- Rare counts scatter at least as the square root of their mean, and consultations come
-- in twos, once for each side: their variance is at least twice the mean. So a pair
-- that was always the same does not cry out at one event more.
spreads as (
    select
        *,
        sqrt(greatest(
            (sum_squared_events - n_baseline_months * mean_events * mean_events)
            / nullif(n_baseline_months - 1, 0),
            2 * mean_events
        )) as spread_events,
        sqrt(greatest(
            (sum_squared_net - n_baseline_months * mean_net * mean_net)
            / nullif(n_baseline_months - 1, 0),
            2 * mean_events
        )) as spread_net
    from baselines
),

scored as (
    select
        *,
        case
            when has_enough_data
                then round((n_events - mean_events) / nullif(spread_events, 0), 4)
        end as events_deviation,
        case
            when has_enough_data
                then round((net_cooperation - mean_net) / nullif(spread_net, 0), 4)
        end as net_cooperation_deviation
    from spreads
)

select
    scored.country_a,
    scored.country_b,
    scored.month,
    scored.month < horizon.as_of_month
    or (scored.month = horizon.as_of_month and horizon.is_month_complete)
        as is_month_complete,
    scored.n_events,
    cast(scored.n_events - scored.n_events_previous as integer) as n_events_change,
    scored.net_cooperation,
    cast(scored.net_cooperation - scored.net_cooperation_previous as integer)
        as net_cooperation_change,
    scored.n_meetings,
    cast(scored.n_meetings - scored.n_meetings_previous as integer)
        as n_meetings_change,
    cast(scored.n_baseline_months as integer) as n_baseline_months,
    round(scored.mean_events, 4) as baseline_events,
    round(scored.mean_net, 4) as baseline_net_cooperation,
    round(scored.mean_meetings, 4) as baseline_meetings,
    round(scored.mean_goldstein - scored.baseline_goldstein, 4) as goldstein_change,
    scored.events_deviation,
    scored.net_cooperation_deviation,
    scored.has_enough_data,
    case
        when scored.has_enough_data
            then
                abs(scored.events_deviation) >= 3
                or abs(scored.net_cooperation_deviation) >= 3
    end as is_unusual
from scored
cross join horizon
