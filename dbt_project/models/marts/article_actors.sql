{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
)

select
    article_id,
    actor_id,
    name,
    code,
    role,
    n_mentions,
    first_char
from {{ ref('int_article_actors') }}
{% if is_incremental() %}
    where article_id in (select changed.article_id from changed)
{% endif %}
