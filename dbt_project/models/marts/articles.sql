{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_articles'},
    post_hook="update {{ this }} set snapshot_id = '{{ env_var('CHANCERY_SNAPSHOT_ID', 'unpublished') }}'
        where snapshot_id <> '{{ env_var('CHANCERY_SNAPSHOT_ID', 'unpublished') }}'",
) }}

with

touched as (
    select article_id from {{ ref('int_touched_articles') }}
),

articles as (
    select * from {{ ref('stg_articles') }}
    {% if is_incremental() %}
        where article_id in (select touched.article_id from touched)
    {% endif %}
),

stories as (
    select * from {{ ref('int_article_stories') }}
)

select
    articles.article_id,
    articles.external_id,
    articles.source,
    articles.url,
    articles.title,
    articles.text,
    articles.published_at,
    articles.published_date,
    articles.date_source,
    articles.language,
    articles.n_words,
    stories.duplicate_of,
    stories.story_id,
    articles.first_seen_at,
    '{{ env_var("CHANCERY_SNAPSHOT_ID", "unpublished") }}' as snapshot_id
from articles
inner join stories on articles.article_id = stories.article_id
