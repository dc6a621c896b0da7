with

codes as (
    select
        code,
        'country' as kind
    from {{ ref('dim_country') }}
    union all
    select
        code,
        'organization' as kind
    from {{ ref('dim_organization') }}
),

-- Consultations stand once in each direction and say nothing of who began.
deeds as (
    select
        source_code,
        target_code,
        {{ counting_month('start_date', 'date_precision', 'first_reported') }} as month,
        if(event_type = 'CONSULT', 'consultation', 'act') as act,
        quad_class,
        goldstein
    from {{ ref('events') }}
    where status = 'occurred'
),

journeys as (
    select
        visits.visitor_code as source_code,
        visits.host_code as target_code,
        {{ counting_month(
            'visits.start_date', 'visits.date_precision', 'facts.first_reported'
        ) }} as month
    from {{ ref('visits') }} as visits
    inner join {{ ref('int_facts') }} as facts
        on
            facts.fact_kind = 'visit'
            and visits.visit_id = facts.fact_id
    where visits.status = 'occurred'
),

-- Whoever owns the ground hosts the other side of the pair.
receptions as (
    select
        meetings.country_code as source_code,
        if(
            meetings.country_code = pairs.country_a, pairs.country_b, pairs.country_a
        ) as target_code,
        pairs.month
    from {{ ref('meeting_country_pairs') }} as pairs
    inner join {{ ref('meetings') }} as meetings
        on
            pairs.meeting_id = meetings.meeting_id
            and meetings.country_code in (pairs.country_a, pairs.country_b)
    where
        pairs.status = 'occurred'
        and pairs.format in ('in_person', 'unknown')
),

acts as (
    select
        source_code,
        target_code,
        month,
        act,
        quad_class,
        goldstein
    from deeds
    union all
    select
        source_code,
        target_code,
        month,
        'visit' as act,
        null as quad_class,
        null as goldstein
    from journeys
    union all
    select
        source_code,
        target_code,
        month,
        'reception' as act,
        null as quad_class,
        null as goldstein
    from receptions
),

counts as (
    select
        source_code,
        target_code,
        month,
        count(*) filter (where act in ('act', 'consultation')) as n_events,
        count(*) filter (where act = 'consultation') as n_consultations,
        count(*) filter (where act = 'act') as n_acts,
        count(*) filter (
            where act = 'act' and quad_class in ('verbal_coop', 'material_coop')
        ) as n_cooperative_acts,
        count(*) filter (
            where act = 'act' and quad_class in ('verbal_conf', 'material_conf')
        ) as n_conflict_acts,
        round(avg(goldstein) filter (where act = 'act'), 4) as mean_act_goldstein,
        count(*) filter (where act = 'visit') as n_visits,
        count(*) filter (where act = 'reception') as n_hosted
    from acts
    where month is not null and source_code <> target_code
    group by source_code, target_code, month
)

select
    counts.source_code,
    sources.kind as source_kind,
    counts.target_code,
    targets.kind as target_kind,
    counts.month,
    cast(counts.n_events as integer) as n_events,
    cast(counts.n_consultations as integer) as n_consultations,
    cast(counts.n_acts as integer) as n_acts,
    cast(counts.n_cooperative_acts as integer) as n_cooperative_acts,
    cast(counts.n_conflict_acts as integer) as n_conflict_acts,
    counts.mean_act_goldstein,
    cast(counts.n_visits as integer) as n_visits,
    cast(counts.n_hosted as integer) as n_hosted
from counts
inner join codes as sources on counts.source_code = sources.code
inner join codes as targets on counts.target_code = targets.code
