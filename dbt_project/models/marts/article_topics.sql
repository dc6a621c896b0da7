{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
)

select
    article_id,
    topic,
    rank,
    score
from {{ ref('stg_article_topics') }}
{% if is_incremental() %}
    where article_id in (select changed.article_id from changed)
{% endif %}
