with

corrections as (
    select * from {{ ref('stg_corrections') }}
),

evidence as (
    select * from {{ ref('stg_evidence') }}
),

reports as (
    select
        'meeting' as fact_kind,
        report_id
    from {{ ref('stg_meetings') }}
    union all
    select
        'event' as fact_kind,
        report_id
    from {{ ref('stg_events') }}
    union all
    select
        'visit' as fact_kind,
        report_id
    from {{ ref('stg_visits') }}
    union all
    select
        'statement' as fact_kind,
        report_id
    from {{ ref('stg_statements') }}
),

-- A published id is the hash of one report's id, so it still finds its encounter when
-- later articles give that encounter another id.
names as (
    select
        fact_kind,
        report_id,
        report_id as named_id,
        'report' as scope
    from reports
    union all
    select
        fact_kind,
        report_id,
        {{ fact_id('fact_kind', 'report_id') }} as named_id,
        'fact' as scope
    from reports
),

by_id as (
    select
        corrections.correction_id,
        corrections.action,
        names.scope,
        names.fact_kind,
        names.report_id,
        others.report_id as other_report_id
    from corrections
    inner join names
        on
            corrections.fact_id = names.named_id
            and coalesce(corrections.fact_kind, names.fact_kind) = names.fact_kind
    left join names as others
        on
            corrections.action = 'merge'
            and corrections.value = others.named_id
            and names.fact_kind = others.fact_kind
),

by_rule as (
    select distinct
        corrections.correction_id,
        corrections.action,
        'rule' as scope,
        evidence.fact_kind,
        evidence.report_id,
        cast(null as varchar) as other_report_id
    from corrections
    inner join evidence
        on
            corrections.rule_id = evidence.rule_id
            and coalesce(corrections.fact_kind, evidence.fact_kind)
            = evidence.fact_kind
    where corrections.fact_id is null
),

targets as (
    select * from by_id
    union all
    select * from by_rule
)

select
    targets.correction_id,
    targets.action,
    targets.scope,
    targets.fact_kind,
    targets.report_id,
    targets.other_report_id,
    corrections.rule_id,
    corrections.field,
    corrections.value,
    corrections.created_date
from targets
inner join corrections on targets.correction_id = corrections.correction_id
