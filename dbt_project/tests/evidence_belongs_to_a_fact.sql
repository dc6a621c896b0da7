-- The reverse of every_fact_has_evidence: no evidence row points at nothing.
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
    evidence.fact_kind,
    evidence.fact_id
from {{ ref('evidence') }} as evidence
left join facts
    on
        evidence.fact_kind = facts.fact_kind
        and evidence.fact_id = facts.fact_id
where facts.fact_id is null
