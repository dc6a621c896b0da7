{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

fact_ids as (
    select * from {{ ref('int_fact_ids') }}
    where
        not is_rejected
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
),

articles as (
    select
        article_id,
        source
    from {{ ref('stg_articles') }}
),

stories as (
    select
        article_id,
        duplicate_of,
        story_id
    from {{ ref('int_article_stories') }}
)

select
    fact_ids.fact_kind,
    fact_ids.fact_id,
    fact_ids.report_id,
    fact_ids.article_id,
    fact_ids.published_date,
    fact_ids.status,
    articles.source,
    stories.duplicate_of is not null as is_copy,
    stories.story_id
from fact_ids
inner join articles on fact_ids.article_id = articles.article_id
inner join stories on fact_ids.article_id = stories.article_id
