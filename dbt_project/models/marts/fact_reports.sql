with

reports as (
    select * from {{ ref('int_fact_reports') }}
)

select
    fact_kind,
    fact_id,
    report_id,
    article_id,
    status,
    published_date as reported_date
from reports
