{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
)

select
    fact_kind,
    fact_id,
    report_id,
    article_id,
    status,
    published_date as reported_date
from reports
