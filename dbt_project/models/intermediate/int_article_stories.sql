with recursive

articles as (
    select
        article_id,
        published_date,
        published_at,
        text_hash,
        lower(title) as headline,
        n_words
    from {{ ref('stg_articles') }}
),

pairs as (
    select * from {{ ref('int_story_pairs') }}
),

told_again as (
    select text_hash
    from articles
    group by text_hash
    having count(*) > 1
),

paired as (
    select
        text_day_a as text_day,
        text_a as text_hash
    from pairs
    union
    select
        text_day_b as text_day,
        text_b as text_hash
    from pairs
),

-- All others are stories of their own.
retold as (
    select text_hash from told_again
    union
    select text_hash from paired
),

gaps as (
    select
        articles.*,
        articles.published_date - lag(articles.published_date) over days > 3 as is_later
    from articles
    semi join told_again on articles.text_hash = told_again.text_hash
    window days as (
        partition by articles.text_hash, articles.published_date is null
        order by articles.published_date, articles.article_id
    )
),

runs as (
    select
        article_id,
        count(*) filter (where is_later) over (
            partition by text_hash, published_date is null
            order by published_date, article_id
        ) as run
    from gaps
),

-- A short text is a copy only under the same headline on the same day, as the dividends
-- of two companies read alike; a notice that comes again every week is another one.
copies as (
    select
        articles.article_id,
        articles.published_date,
        articles.published_at,
        articles.text_hash,
        case
            when runs.article_id is null or articles.n_words >= 100
                then articles.text_hash
            when articles.n_words >= 20
                then
                    concat_ws(
                        ' ',
                        articles.text_hash,
                        articles.published_date is null,
                        runs.run
                    )
            else
                concat_ws(
                    ' ',
                    articles.text_hash,
                    coalesce(cast(articles.published_date as varchar), 'undated'),
                    articles.headline
                )
        end as copy_key
    from articles
    semi join retold on articles.text_hash = retold.text_hash
    left join runs on articles.article_id = runs.article_id
),

paired_copies as (
    select distinct
        paired.text_day,
        copies.copy_key
    from copies
    inner join paired
        on
            copies.text_hash = paired.text_hash
            and {{ text_day('copies.text_hash', 'copies.published_date') }}
            = paired.text_day
),

one_way_edges as (
    select distinct
        copies_a.copy_key as node_a,
        copies_b.copy_key as node_b
    from pairs
    inner join paired_copies as copies_a on pairs.text_day_a = copies_a.text_day
    inner join paired_copies as copies_b on pairs.text_day_b = copies_b.text_day
),

edges as materialized (
    select
        node_a,
        node_b
    from one_way_edges
    union all
    select
        node_b as node_a,
        node_a as node_b
    from one_way_edges
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
        copies.article_id,
        copies.published_date,
        copies.published_at,
        copies.copy_key,
        coalesce(linked.root, copies.copy_key) as root
    from copies
    left join linked on copies.copy_key = linked.node
),

ranked as (
    select
        article_id,
        first_value(article_id) over (
            partition by copy_key
            order by
                published_date asc nulls last,
                published_at asc nulls last,
                article_id asc
        ) as original_id,
        first_value(article_id) over (
            partition by root
            order by
                published_date asc nulls last,
                published_at asc nulls last,
                article_id asc
        ) as first_article_id
    from roots
)

select
    articles.article_id,
    nullif(ranked.original_id, articles.article_id) as duplicate_of,
    't'
    || left(md5(coalesce(ranked.first_article_id, articles.article_id)), 20) as story_id
from articles
left join ranked on articles.article_id = ranked.article_id
