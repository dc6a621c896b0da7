{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

fact_reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

reports as (
    select * from {{ ref('int_reports') }}
),

topics_of_reports as (
    select
        fact_kind,
        report_id,
        unnest(topics) as topic
    from reports
),

told as (
    select
        fact_reports.fact_kind,
        fact_reports.fact_id,
        topics_of_reports.topic,
        count(distinct fact_reports.article_id) as n_articles
    from fact_reports
    inner join topics_of_reports
        on
            fact_reports.fact_kind = topics_of_reports.fact_kind
            and fact_reports.report_id = topics_of_reports.report_id
    group by
        fact_reports.fact_kind,
        fact_reports.fact_id,
        topics_of_reports.topic
)

select
    fact_kind,
    fact_id,
    list(topic order by n_articles desc, topic asc) as topics
from told
group by fact_kind, fact_id
