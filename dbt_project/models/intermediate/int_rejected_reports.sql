with

rejections as (
    select
        fact_kind,
        report_id,
        scope
    from {{ ref('int_correction_targets') }}
    where action = 'reject' and scope in ('report', 'rule')
),

evidence as (
    select * from {{ ref('int_evidence') }}
)

-- A report that lost one of its rules stands as long as another rule bears it out.
select distinct
    rejections.fact_kind,
    rejections.report_id
from rejections
left join evidence
    on
        rejections.fact_kind = evidence.fact_kind
        and rejections.report_id = evidence.report_id
where rejections.scope = 'report' or evidence.report_id is null
