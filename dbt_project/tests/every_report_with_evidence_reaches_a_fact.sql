-- Nothing is lost between the extractor's reports and the published facts but what a
-- hand correction took out.
select
    reports.fact_kind,
    reports.report_id
from {{ ref('int_reports') }} as reports
left join {{ ref('int_fact_ids') }} as fact_ids
    on
        reports.fact_kind = fact_ids.fact_kind
        and reports.report_id = fact_ids.report_id
where fact_ids.report_id is null
