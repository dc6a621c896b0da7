-- Law 4, recounted from the meetings and events themselves: what is planned, denied or
-- hypothetical adds to no pair's count of meetings or events.
with

dim_country as (
    select code from {{ ref('dim_country') }}
),

meeting_countries as (
    select
        meetings.meeting_id,
        meetings.status,
        unnest(meetings.codes) as code
    from {{ ref('meetings') }} as meetings
),

held_pairs as (
    select
        one.code as country_a,
        other.code as country_b,
        count(*) filter (where one.status = 'occurred') as n_meetings,
        count(*) filter (where one.status = 'planned') as n_planned
    from meeting_countries as one
    inner join meeting_countries as other
        on one.meeting_id = other.meeting_id and one.code < other.code
    where
        one.code in (select dim_country.code from dim_country)
        and other.code in (select dim_country.code from dim_country)
    group by one.code, other.code
    having count(*) filter (where one.status in ('occurred', 'planned')) > 0
),

events_by_month as (
    select sum(n_events) as n_events
    from {{ ref('relations_by_country_pair_month') }}
),

occurred_events as (
    select count(*) as n_events
    from {{ ref('events') }}
    where
        status = 'occurred'
        and source_code in (select dim_country.code from dim_country)
        and target_code in (select dim_country.code from dim_country)
)

select
    held_pairs.country_a || '-' || held_pairs.country_b as counted,
    held_pairs.n_meetings as recounted,
    pairs.n_meetings as published
from held_pairs
full outer join {{ ref('meetings_by_country_pair') }} as pairs
    on
        held_pairs.country_a = pairs.country_a
        and held_pairs.country_b = pairs.country_b
where
    held_pairs.n_meetings is distinct from pairs.n_meetings
    or held_pairs.n_planned is distinct from pairs.n_planned
union all
select
    'events' as counted,
    occurred_events.n_events as recounted,
    events_by_month.n_events as published
from events_by_month, occurred_events
where events_by_month.n_events > occurred_events.n_events
