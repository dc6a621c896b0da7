-- Law 3: no meeting, event or visit without the words that state it.
with

facts as (
    select
        'meeting' as fact_kind,
        meeting_id as fact_id
    from {{ ref('meetings') }}
    union all
    select
        'event' as fact_kind,
        event_id as fact_id
    from {{ ref('events') }}
    union all
    select
        'visit' as fact_kind,
        visit_id as fact_id
    from {{ ref('visits') }}
)

select
    facts.fact_kind,
    facts.fact_id
from facts
left join {{ ref('evidence') }} as evidence
    on
        facts.fact_kind = evidence.fact_kind
        and facts.fact_id = evidence.fact_id
where evidence.fact_id is null
