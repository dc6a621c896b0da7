with recursive

-- A short text is a copy only under the same headline on the same day: the dividends
-- of two companies read alike.
articles as (
    select
        article_id,
        published_date,
        published_at,
        text_hash,
        case
            when n_words >= 20 then text_hash
            else
                concat_ws(
                    ' ',
                    text_hash,
                    coalesce(cast(published_date as varchar), 'undated'),
                    lower(title)
                )
        end as copy_key
    from {{ ref('stg_articles') }}
),

pairs as (
    select distinct
        text_a,
        text_b
    from {{ ref('int_story_pairs') }}
),

edges as materialized (
    select
        text_a as node_a,
        text_b as node_b
    from pairs
    union all
    select
        text_b as node_a,
        text_a as node_b
    from pairs
),

nodes as (
    select distinct node_a as node
    from edges
),

reach as (
    {{ reach('nodes', 'edges') }}
),

linked as (
    select
        node,
        min(root) as root
    from reach
    group by node
),

roots as (
    select
        articles.article_id,
        articles.published_date,
        articles.published_at,
        articles.copy_key,
        coalesce(linked.root, articles.copy_key) as root
    from articles
    left join linked on articles.copy_key = linked.node
),

told_often as (
    select root
    from roots
    group by root
    having count(*) > 1
),

-- Windows cost more than the rest together, and most articles stand alone.
ranked as (
    select
        roots.article_id,
        first_value(roots.article_id) over (
            partition by roots.copy_key
            order by
                roots.published_date asc nulls last,
                roots.published_at asc nulls last,
                roots.article_id asc
        ) as original_id,
        first_value(roots.article_id) over (
            partition by roots.root
            order by
                roots.published_date asc nulls last,
                roots.published_at asc nulls last,
                roots.article_id asc
        ) as first_article_id
    from roots
    semi join told_often on roots.root = told_often.root
)

select
    roots.article_id,
    nullif(ranked.original_id, roots.article_id) as duplicate_of,
    't' || left(md5(coalesce(ranked.first_article_id, roots.article_id)), 20) as story_id
from roots
left join ranked on roots.article_id = ranked.article_id
