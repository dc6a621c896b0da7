with

members as (
    select * from {{ ref('organization_members') }}
),

relations as (
    select * from {{ ref('relations_by_country_pair_month') }}
),

held as (
    select * from {{ ref('meeting_country_pairs') }}
    where status = 'occurred' and month is not null
),

member_pairs as (
    select
        one.organization_code,
        one.country_code as country_a,
        other.country_code as country_b
    from members as one
    inner join members as other
        on
            one.organization_code = other.organization_code
            and one.country_code < other.country_code
),

event_counts as (
    select
        member_pairs.organization_code,
        relations.month,
        count(*) as n_pairs,
        sum(relations.n_events) as n_events,
        sum(relations.n_cooperation) as n_cooperation,
        sum(relations.n_conflict) as n_conflict,
        sum({{ weighted('relations.mean_goldstein', 'relations.n_events') }})
        / nullif(sum(relations.n_events), 0) / 10000 as mean_goldstein
    from relations
    inner join member_pairs
        on
            relations.country_a = member_pairs.country_a
            and relations.country_b = member_pairs.country_b
    group by member_pairs.organization_code, relations.month
),

-- A summit of twenty members is one meeting, not a hundred and ninety.
meeting_counts as (
    select
        member_pairs.organization_code,
        held.month,
        count(distinct held.meeting_id) as n_meetings
    from held
    inner join member_pairs
        on
            held.country_a = member_pairs.country_a
            and held.country_b = member_pairs.country_b
    group by member_pairs.organization_code, held.month
)

select
    event_counts.organization_code,
    event_counts.month,
    cast(event_counts.n_pairs as integer) as n_pairs,
    cast(event_counts.n_events as integer) as n_events,
    cast(event_counts.n_cooperation as integer) as n_cooperation,
    cast(event_counts.n_conflict as integer) as n_conflict,
    cast(event_counts.n_cooperation - event_counts.n_conflict as integer)
        as net_cooperation,
    round(event_counts.mean_goldstein, 4) as mean_goldstein,
    cast(coalesce(meeting_counts.n_meetings, 0) as integer) as n_meetings
from event_counts
left join meeting_counts
    on
        event_counts.organization_code = meeting_counts.organization_code
        and event_counts.month = meeting_counts.month
