with

horizon as (
    select
        as_of_date,
        cast(date_trunc('month', first_published) as date) as first_month
    from {{ ref('warehouse_horizon') }}
),

-- A rhythm can be told only for the time in which news was read; what an article says
-- of decades ago would make every pair look silent.
meeting_days as (
    select distinct
        gaps.country_a,
        gaps.country_b,
        gaps.start_date
    from {{ ref('meeting_gaps_by_country_pair') }} as gaps
    inner join horizon
        on
            gaps.start_date >= horizon.first_month
            and gaps.start_date <= horizon.as_of_date
),

intervals as (
    select
        country_a,
        country_b,
        start_date,
        start_date - lag(start_date) over (
            partition by country_a, country_b
            order by start_date
        ) as days
    from meeting_days
),

rhythms as (
    select
        country_a,
        country_b,
        count(*) as n_meeting_days,
        min(start_date) as first_meeting,
        max(start_date) as last_meeting,
        median(days) as median_gap_days,
        max(days) as longest_gap_days
    from intervals
    group by country_a, country_b
),

measured as (
    select
        rhythms.*,
        horizon.as_of_date,
        horizon.as_of_date - rhythms.last_meeting as days_silent,
        rhythms.n_meeting_days >= 4 as has_enough_data
    from rhythms
    cross join horizon
)

select
    country_a,
    country_b,
    cast(n_meeting_days as integer) as n_meeting_days,
    first_meeting,
    last_meeting,
    cast(median_gap_days as double) as median_gap_days,
    cast(longest_gap_days as integer) as longest_gap_days,
    as_of_date,
    cast(days_silent as integer) as days_silent,
    round(days_silent / median_gap_days, 4) as silence_ratio,
    has_enough_data,
    case
        when has_enough_data
            then
                days_silent >= 90
                and days_silent >= 3 * median_gap_days
                and days_silent > longest_gap_days
    end as is_silent
from measured
