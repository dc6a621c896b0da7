with

years as (
    select
        country_a,
        country_b,
        cast(year(month) as integer) as year,
        cast(sum(n_meetings) as integer) as n_meetings,
        cast(sum(n_events) as integer) as n_events,
        cast(sum(n_cooperation) as integer) as n_cooperation,
        cast(sum(n_conflict) as integer) as n_conflict
    from {{ ref('relations_by_country_pair_month') }}
    group by country_a, country_b, year(month)
),

ranked as (
    select
        *,
        {{ rank_of('n_meetings') }} as meeting_rank,
        {{ rank_of('n_cooperation') }} as cooperation_rank,
        {{ rank_of('n_conflict') }} as conflict_rank
    from years
)

select
    ranked.country_a,
    ranked.country_b,
    ranked.year,
    ranked.n_meetings,
    ranked.n_events,
    ranked.n_cooperation,
    ranked.n_conflict,
    ranked.n_cooperation - ranked.n_conflict as net_cooperation,
    ranked.meeting_rank,
    before.meeting_rank as previous_meeting_rank,
    ranked.cooperation_rank,
    before.cooperation_rank as previous_cooperation_rank,
    ranked.conflict_rank,
    before.conflict_rank as previous_conflict_rank
from ranked
left join ranked as before
    on
        ranked.country_a = before.country_a
        and ranked.country_b = before.country_b
        and ranked.year = before.year + 1
