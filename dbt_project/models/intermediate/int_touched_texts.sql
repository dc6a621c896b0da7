{% set pairs = earlier('int_story_pairs') %}

with

texts as (
    select
        article_id,
        {{ text_day('text_hash', 'published_date') }} as text_day,
        coalesce(published_date, date '1000-01-01') as day
    from {{ ref('stg_articles') }}
    where n_words >= 20
),

sketches as (
    select * from {{ ref('stg_sketches') }}
),

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

changed_texts as (
    select
        texts.article_id,
        texts.text_day,
        texts.day
    from texts
    semi join changed on texts.article_id = changed.article_id
)
{% if pairs %}
    ,

    changed_shingles as (
        select distinct
            sketches.shingle,
            changed_texts.day
        from sketches
        inner join changed_texts on sketches.article_id = changed_texts.article_id
    ),

    same_shingle as (
        select sketches.*
        from sketches
        semi join changed_shingles on sketches.shingle = changed_shingles.shingle
    ),

    buckets as (
        select
            texts.text_day,
            same_shingle.shingle,
            texts.day,
            count(distinct texts.text_day) over (
                partition by same_shingle.shingle, texts.day
            ) as n_texts
        from same_shingle
        inner join texts on same_shingle.article_id = texts.article_id
        semi join changed_shingles
            on
                same_shingle.shingle = changed_shingles.shingle
                and texts.day = changed_shingles.day
    )

    -- A newcomer may push another out of those that a full bucket compares.
    select text_day from changed_texts
    union
    select text_day from buckets
    where n_texts > {{ compared_texts() }}
{% else %}
    select distinct text_day from changed_texts
{% endif %}
