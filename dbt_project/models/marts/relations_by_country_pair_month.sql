with

event_pairs as (
    select * from {{ ref('event_country_pairs') }}
    where month is not null
),

meeting_pairs as (
    select * from {{ ref('meeting_country_pairs') }}
    where month is not null and status = 'occurred'
),

event_counts as (
    select
        country_a,
        country_b,
        month,
        count(*) as n_events,
        count(*) filter (where quad_class in ('verbal_coop', 'material_coop'))
            as n_cooperation,
        count(*) filter (where quad_class in ('verbal_conf', 'material_conf'))
            as n_conflict,
        round(avg(goldstein), 4) as mean_goldstein
    from event_pairs
    group by country_a, country_b, month
),

meeting_counts as (
    select
        country_a,
        country_b,
        month,
        count(*) as n_meetings
    from meeting_pairs
    group by country_a, country_b, month
),

joined as (
    select
        coalesce(event_counts.country_a, meeting_counts.country_a) as country_a,
        coalesce(event_counts.country_b, meeting_counts.country_b) as country_b,
        coalesce(event_counts.month, meeting_counts.month) as month,
        coalesce(event_counts.n_events, 0) as n_events,
        coalesce(event_counts.n_cooperation, 0) as n_cooperation,
        coalesce(event_counts.n_conflict, 0) as n_conflict,
        event_counts.mean_goldstein,
        coalesce(meeting_counts.n_meetings, 0) as n_meetings
    from event_counts
    full outer join meeting_counts
        on
            event_counts.country_a = meeting_counts.country_a
            and event_counts.country_b = meeting_counts.country_b
            and event_counts.month = meeting_counts.month
)

select
    country_a,
    country_b,
    month,
    cast(n_events as integer) as n_events,
    cast(n_cooperation as integer) as n_cooperation,
    cast(n_conflict as integer) as n_conflict,
    mean_goldstein,
    cast(n_cooperation - n_conflict as integer) as net_cooperation,
    cast(n_meetings as integer) as n_meetings
from joined
