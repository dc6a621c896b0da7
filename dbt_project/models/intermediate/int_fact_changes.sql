with

targets as (
    select * from {{ ref('int_correction_targets') }}
),

fact_ids as (
    select * from {{ ref('int_fact_ids') }}
),

settings as (
    select
        targets.fact_kind,
        fact_ids.fact_id,
        targets.field,
        coalesce(targets.value, '') as value
    from targets
    inner join fact_ids
        on
            targets.fact_kind = fact_ids.fact_kind
            and targets.report_id = fact_ids.report_id
    where targets.action = 'set' and targets.scope = 'fact'
    qualify row_number() over (
        partition by targets.fact_kind, fact_ids.fact_id, targets.field
        order by targets.created_date desc, targets.correction_id desc
    ) = 1
)

select
    fact_kind,
    fact_id,
    map_from_entries(list((field, value) order by field)) as changes
from settings
group by fact_kind, fact_id
