with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

actors as (
    select
        actor_id,
        article_id
    from {{ ref('int_article_actors') }}
)

select distinct actors.actor_id
from actors
semi join changed on actors.article_id = changed.article_id
