with

event_counts as (
    select
        month,
        count(*) as n_events,
        count(*) filter (where quad_class in ('verbal_coop', 'material_coop'))
            as n_cooperation,
        count(*) filter (where quad_class in ('verbal_conf', 'material_conf'))
            as n_conflict
    from {{ ref('event_country_pairs') }}
    where month is not null
    group by month
),

meeting_counts as (
    select
        month,
        count(distinct meeting_id) as n_meetings
    from {{ ref('meeting_country_pairs') }}
    where month is not null and status = 'occurred'
    group by month
)

select
    coalesce(event_counts.month, meeting_counts.month) as month,
    cast(coalesce(event_counts.n_events, 0) as integer) as n_events,
    cast(coalesce(event_counts.n_cooperation, 0) as integer) as n_cooperation,
    cast(coalesce(event_counts.n_conflict, 0) as integer) as n_conflict,
    cast(
        coalesce(event_counts.n_cooperation, 0) - coalesce(event_counts.n_conflict, 0)
        as integer
    ) as net_cooperation,
    cast(coalesce(meeting_counts.n_meetings, 0) as integer) as n_meetings
from event_counts
full outer join meeting_counts on event_counts.month = meeting_counts.month
