{% set pairs = earlier('int_story_pairs') %}

with

texts as (
    select
        article_id,
        text_hash,
        published_date,
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
    select texts.*
    from texts
    semi join changed on texts.article_id = changed.article_id
),

touched as (
    select
        text_hash,
        published_date
    from changed_texts
    {% if pairs %}
        -- A newcomer may push another out of those that a full bucket compares.
        union
        select
            text_hash,
            published_date
        from (
            with

            changed_shingles as (
                select distinct
                    sketches.shingle,
                    changed_texts.day
                from sketches
                inner join changed_texts
                    on sketches.article_id = changed_texts.article_id
            ),

            texts_of_days as (
                select texts.*
                from texts
                where texts.day in (select changed_texts.day from changed_texts)
            ),

            same_shingle as (
                select sketches.*
                from sketches
                semi join changed_shingles
                    on sketches.shingle = changed_shingles.shingle
            ),

            buckets as (
                select
                    same_shingle.shingle,
                    texts_of_days.day,
                    texts_of_days.text_hash,
                    texts_of_days.published_date
                from same_shingle
                inner join texts_of_days
                    on same_shingle.article_id = texts_of_days.article_id
                where
                    (same_shingle.shingle, texts_of_days.day) in (
                        select (changed_shingles.shingle, changed_shingles.day)
                        from changed_shingles
                    )
            ),

            full_buckets as (
                select
                    shingle,
                    day
                from buckets
                group by shingle, day
                having count(distinct text_hash) > {{ compared_texts() }}
            )

            select
                buckets.text_hash,
                buckets.published_date
            from buckets
            semi join full_buckets
                on
                    buckets.shingle = full_buckets.shingle
                    and buckets.day = full_buckets.day
        )
    {% endif %}
)

select distinct
    text_hash,
    published_date,
    {{ text_day('text_hash', 'published_date') }} as text_day
from touched
