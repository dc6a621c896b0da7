{{ config(
    materialized='incremental',
    incremental_strategy='touched',
    on_schema_change='fail',
    meta={
        'touched': 'int_touched_texts',
        'touched_key': 'text_day',
        'touched_by': ['text_day_a', 'text_day_b'],
    },
) }}

with

texts as (
    select
        article_id,
        text_hash,
        {{ text_day('text_hash', 'published_date') }} as text_day,
        coalesce(published_date, date '1000-01-01') as day
    from {{ ref('stg_articles') }}
    where n_words >= 20
),

sketches as (
    select * from {{ ref('stg_sketches') }}
),

touched as (
    select text_day from {{ ref('int_touched_texts') }}
),

{% if is_incremental() %}
    touched_articles as (
        select texts.article_id
        from texts
        semi join touched on texts.text_day = touched.text_day
    ),

    wanted as (
        select distinct sketches.shingle
        from sketches
        semi join touched_articles on sketches.article_id = touched_articles.article_id
    ),
{% else %}
    wanted as (
        select shingle
        from sketches
        group by shingle
        having count(*) > 1
    ),
{% endif %}

same_shingle as (
    select sketches.*
    from sketches
    semi join wanted on sketches.shingle = wanted.shingle
),

kept as (
    select distinct
        texts.text_hash,
        texts.text_day,
        texts.day,
        same_shingle.shingle
    from same_shingle
    inner join texts on same_shingle.article_id = texts.article_id
),

-- A shingle that ten thousand texts of a day share must not make fifty million pairs:
-- each is compared with so many of them, the same whatever came first.
ranked as (
    select
        *,
        row_number() over (
            partition by shingle, day order by text_hash
        ) <= {{ compared_texts() }} as is_compared
    from kept
),

candidates as (
    select
        one.text_hash as text_a,
        other.text_hash as text_b,
        one.text_day as text_day_a,
        other.text_day as text_day_b
    from ranked as one
    inner join ranked as other
        on
            one.shingle = other.shingle
            and one.text_hash < other.text_hash
            and other.day between one.day - 3 and one.day + 3
            and (one.is_compared or other.is_compared)
    {% if is_incremental() %}
        where
            one.text_day in (select touched.text_day from touched)
            or other.text_day in (select touched.text_day from touched)
    {% endif %}
    group by one.text_hash, other.text_hash, one.text_day, other.text_day
    having count(*) >= 3
),

compared as (
    select text_a as text_hash from candidates
    union
    select text_b as text_hash from candidates
),

-- One folded text has one sketch, whichever article brought it.
compared_articles as (
    select
        texts.text_hash,
        min(texts.article_id) as article_id
    from texts
    semi join compared on texts.text_hash = compared.text_hash
    group by texts.text_hash
),

text_sketches as (
    select
        compared_articles.text_hash,
        sketches.shingle,
        max(sketches.shingle) over (
            partition by compared_articles.text_hash
        ) as last_shingle
    from sketches
    inner join compared_articles on sketches.article_id = compared_articles.article_id
),

bounds as (
    select distinct
        text_hash,
        last_shingle
    from text_sketches
),

-- Below the lower of the two last shingles both sketches are complete.
bounded as (
    select distinct
        candidates.text_a,
        candidates.text_b,
        least(bounds_a.last_shingle, bounds_b.last_shingle) as bound
    from candidates
    inner join bounds as bounds_a on candidates.text_a = bounds_a.text_hash
    inner join bounds as bounds_b on candidates.text_b = bounds_b.text_hash
),

sides as (
    select
        bounded.text_a,
        bounded.text_b,
        text_sketches.shingle,
        text_sketches.text_hash = bounded.text_a as is_of_a
    from bounded
    inner join text_sketches
        on
            bounded.text_a = text_sketches.text_hash
            and bounded.bound >= text_sketches.shingle
    union all
    select
        bounded.text_a,
        bounded.text_b,
        text_sketches.shingle,
        false as is_of_a
    from bounded
    inner join text_sketches
        on
            bounded.text_b = text_sketches.text_hash
            and bounded.bound >= text_sketches.shingle
),

counted as (
    select
        text_a,
        text_b,
        count(*) filter (where is_of_a) as n_a,
        count(*) filter (where not is_of_a) as n_b,
        count(*) - count(distinct shingle) as n_shared
    from sides
    group by text_a, text_b
),

-- Measured on news of 1987: nine tenths of the pairs that share four fifths of the
-- shorter text are found; a round-up that holds a whole brief is four times as long.
alike as (
    select *
    from counted
    where
        n_shared >= 5
        and n_shared >= 0.8 * least(n_a, n_b)
        and n_shared >= 0.25 * (n_a + n_b - n_shared)
)

select
    candidates.text_day_a,
    candidates.text_day_b,
    candidates.text_a,
    candidates.text_b,
    cast(alike.n_shared as integer) as n_shared,
    cast(alike.n_a as integer) as n_a,
    cast(alike.n_b as integer) as n_b
from candidates
inner join alike
    on candidates.text_a = alike.text_a and candidates.text_b = alike.text_b
