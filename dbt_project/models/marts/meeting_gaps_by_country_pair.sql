with

-- A bare year belongs to no month and gives no gap that could be told in days.
held as (
    select * from {{ ref('meeting_country_pairs') }}
    where
        status = 'occurred'
        and start_date is not null
        and month is not null
),

horizon as (
    select first_published from {{ ref('warehouse_horizon') }}
),

ordered as (
    select
        country_a,
        country_b,
        meeting_id,
        start_date,
        format,
        level,
        row_number() over pair as nth_meeting,
        lag(meeting_id) over pair as previous_meeting_id,
        lag(start_date) over pair as previous_date,
        lag(start_date) over pair_and_level as previous_date_of_level
    from held
    window
        pair as (
            partition by country_a, country_b
            order by start_date, meeting_id
        ),
        pair_and_level as (
            partition by country_a, country_b, level
            order by start_date, meeting_id
        )
)

select
    ordered.country_a,
    ordered.country_b,
    ordered.meeting_id,
    ordered.start_date,
    ordered.format,
    ordered.level,
    cast(ordered.nth_meeting as integer) as nth_meeting,
    ordered.previous_meeting_id,
    ordered.previous_date,
    cast(ordered.start_date - ordered.previous_date as integer)
        as days_since_previous,
    cast(datesub('year', ordered.previous_date, ordered.start_date) as integer)
        as years_since_previous,
    ordered.previous_date_of_level,
    cast(
        datesub('year', ordered.previous_date_of_level, ordered.start_date) as integer
    ) as years_since_previous_of_level,
    coalesce(ordered.previous_date >= horizon.first_published, false) as is_gap_observed
from ordered
cross join horizon
