{% set articles = earlier('articles', 'marts') %}

with

changed as ( -- noqa: ST03
    select article_id from {{ ref('int_changed_articles') }}
),

stories as (
    select * from {{ ref('int_article_stories') }}
)
{% if articles %}
    ,

    retold as (
        select stories.article_id
        from stories
        inner join {{ articles }} as articles
            on stories.article_id = articles.article_id
        where
            stories.story_id <> articles.story_id
            or stories.duplicate_of is distinct from articles.duplicate_of
    )

    select article_id from changed
    union
    select article_id from retold
{% else %}
    select stories.article_id from stories
{% endif %}
