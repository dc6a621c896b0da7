with

held as (
    select * from {{ ref('meeting_country_pairs') }}
    where status = 'occurred' and month is not null
),

sides as (
    select
        country_a as country_code,
        country_b as partner_code,
        meeting_id,
        level,
        month
    from held
    union all
    select
        country_b as country_code,
        country_a as partner_code,
        meeting_id,
        level,
        month
    from held
),

encounters as (
    select
        country_code,
        year(month) as year,
        count(distinct meeting_id) as n_meetings,
        count(distinct meeting_id) filter (where level = 'head') as n_head_meetings,
        count(distinct partner_code) as n_partners
    from sides
    group by country_code, year(month)
),

directions as (
    select * from {{ ref('relations_by_direction_month') }}
),

acts as (
    select
        source_code as country_code,
        year(month) as year,
        n_events as n_events_made,
        0 as n_events_received
    from directions
    where source_kind = 'country'
    union all
    select
        target_code as country_code,
        year(month) as year,
        0 as n_events_made,
        n_events as n_events_received
    from directions
    where target_kind = 'country'
),

deeds as (
    select
        country_code,
        year,
        sum(n_events_made) as n_events_made,
        sum(n_events_received) as n_events_received
    from acts
    group by country_code, year
    having sum(n_events_made + n_events_received) > 0
),

joined as (
    select
        coalesce(encounters.country_code, deeds.country_code) as country_code,
        cast(coalesce(encounters.year, deeds.year) as integer) as year,
        cast(coalesce(encounters.n_meetings, 0) as integer) as n_meetings,
        cast(coalesce(encounters.n_head_meetings, 0) as integer) as n_head_meetings,
        cast(coalesce(encounters.n_partners, 0) as integer) as n_partners,
        cast(coalesce(deeds.n_events_made, 0) as integer) as n_events_made,
        cast(coalesce(deeds.n_events_received, 0) as integer) as n_events_received
    from encounters
    full outer join deeds
        on
            encounters.country_code = deeds.country_code
            and encounters.year = deeds.year
),

ranked as (
    select
        *,
        {{ rank_of('n_meetings') }} as meeting_rank,
        {{ rank_of('n_partners') }} as partner_rank
    from joined
)

select
    ranked.country_code,
    ranked.year,
    ranked.n_meetings,
    ranked.n_head_meetings,
    ranked.n_partners,
    ranked.n_events_made,
    ranked.n_events_received,
    ranked.meeting_rank,
    before.meeting_rank as previous_meeting_rank,
    ranked.partner_rank,
    before.partner_rank as previous_partner_rank
from ranked
left join ranked as before
    on
        ranked.country_code = before.country_code
        and ranked.year = before.year + 1
