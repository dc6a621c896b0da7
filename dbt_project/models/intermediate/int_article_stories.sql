with recursive

articles as (
    select * from {{ ref('stg_articles') }}
),

copies as (
    select
        article_id,
        published_date,
        first_value(article_id) over (
            partition by text_hash
            order by published_date nulls last, published_at nulls last, article_id
        ) as original_id
    from articles
),

originals as (
    select
        article_id,
        published_date,
        article_id as node
    from copies
    where article_id = original_id
),

signatures as (
    select
        signatures.article_id,
        signatures.band,
        signatures.band_hash,
        row_number() over (
            partition by signatures.band, signatures.band_hash
            order by originals.published_date nulls last, signatures.article_id
        ) as place
    from {{ ref('stg_signatures') }} as signatures
    inner join originals on signatures.article_id = originals.article_id
),

band_counts as (
    select
        article_id,
        count(*) as n_bands
    from signatures
    group by article_id
),

-- Each article is compared with the 32 before it in its bucket: wire stories come close
-- together, and a bucket of ten thousand must not make fifty million pairs.
shared_bands as (
    select
        one.article_id as article_a,
        other.article_id as article_b,
        count(*) as n_shared
    from signatures as one
    inner join signatures as other
        on
            one.band = other.band
            and one.band_hash = other.band_hash
            and other.place between one.place - 32 and one.place - 1
    group by one.article_id, other.article_id
),

near_copies as (
    select
        shared_bands.article_a,
        shared_bands.article_b
    from shared_bands
    inner join band_counts as counts_a on shared_bands.article_a = counts_a.article_id
    inner join band_counts as counts_b on shared_bands.article_b = counts_b.article_id
    where 2 * shared_bands.n_shared >= least(counts_a.n_bands, counts_b.n_bands)
),

edges as materialized (
    select
        article_a as node_a,
        article_b as node_b
    from near_copies
    union all
    select
        article_b as node_a,
        article_a as node_b
    from near_copies
),

reach as (
    {{ reach('originals', 'edges') }}
),

roots as (
    select
        node as article_id,
        min(root) as root
    from reach
    group by node
),

stories as (
    select
        roots.article_id,
        first_value(roots.article_id) over (
            partition by roots.root
            order by originals.published_date nulls last, roots.article_id
        ) as first_article_id
    from roots
    inner join originals on roots.article_id = originals.article_id
)

select
    copies.article_id,
    nullif(copies.original_id, copies.article_id) as duplicate_of,
    't' || left(md5(stories.first_article_id), 20) as story_id
from copies
inner join stories on copies.original_id = stories.article_id
