{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['meeting_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

reports as (
    select * from {{ ref('int_fact_reports') }}
    where
        fact_kind = 'meeting'
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
)

select
    fact_id as meeting_id,
    article_id,
    status,
    published_date as reported_date
from reports
group by fact_id, article_id, status, published_date
