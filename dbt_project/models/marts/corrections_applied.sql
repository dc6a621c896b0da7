with

corrections as (
    select * from {{ ref('stg_corrections') }}
),

targets as (
    select * from {{ ref('int_correction_targets') }}
),

fact_ids as (
    select * from {{ ref('int_fact_ids') }}
),

facts as (
    select * from {{ ref('int_facts') }}
),

touched as (
    select
        targets.correction_id,
        targets.fact_kind,
        coalesce(fact_ids.fact_id, targets.report_id) as fact_id,
        targets.action,
        case
            when targets.action = 'set' and targets.scope = 'fact'
                then targets.field || ' set to ' || coalesce(targets.value, 'nothing')
            when targets.action = 'set'
                then
                    targets.field || ' of one report set to '
                    || coalesce(targets.value, 'nothing')
            when targets.action = 'merge' and targets.other_report_id is null
                then 'not applied: no such fact to merge with'
            when targets.action = 'merge' then 'merged'
            when targets.action = 'split' then 'split off'
            when fact_ids.report_id is null or fact_ids.is_rejected then 'removed'
            else 'one rule removed, another bears it out'
        end as effect
    from targets
    left join fact_ids
        on
            targets.fact_kind = fact_ids.fact_kind
            and targets.report_id = fact_ids.report_id
),

-- A correction that finds nothing is shown, so that it can be mended.
all_corrections as (
    select
        corrections.correction_id,
        coalesce(touched.fact_kind, corrections.fact_kind, 'unknown') as fact_kind,
        coalesce(touched.fact_id, corrections.fact_id, corrections.rule_id, 'unknown')
            as fact_id,
        corrections.action,
        coalesce(touched.effect, 'not applied: no such fact') as effect,
        corrections.reason,
        corrections.author,
        corrections.created_date
    from corrections
    left join touched on corrections.correction_id = touched.correction_id
)

select
    all_corrections.correction_id,
    all_corrections.fact_kind,
    all_corrections.fact_id,
    all_corrections.action,
    string_agg(distinct all_corrections.effect, '; ' order by all_corrections.effect)
        as effect,
    any_value(facts.fact_id) is not null as is_published,
    any_value(all_corrections.reason) as reason,
    any_value(all_corrections.author) as author,
    any_value(all_corrections.created_date) as created_date
from all_corrections
left join facts
    on
        all_corrections.fact_kind = facts.fact_kind
        and all_corrections.fact_id = facts.fact_id
group by
    all_corrections.correction_id,
    all_corrections.fact_kind,
    all_corrections.fact_id,
    all_corrections.action
