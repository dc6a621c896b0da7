with

settings as (
    select
        fact_kind,
        report_id,
        field,
        coalesce(value, '') as value
    from {{ ref('int_correction_targets') }}
    where action = 'set' and scope in ('report', 'rule')
    -- A correction of one report overrides one of its rule, a later one an earlier.
    qualify row_number() over (
        partition by fact_kind, report_id, field
        order by scope = 'report' desc, created_date desc, correction_id desc
    ) = 1
)

select
    fact_kind,
    report_id,
    map_from_entries(list((field, value) order by field)) as changes
from settings
group by fact_kind, report_id
