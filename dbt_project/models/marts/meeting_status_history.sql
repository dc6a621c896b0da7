with

reports as (
    select * from {{ ref('int_fact_reports') }}
    where fact_kind = 'meeting'
)

select
    fact_id as meeting_id,
    article_id,
    status,
    published_date as reported_date
from reports
group by fact_id, article_id, status, published_date
