{{ config(materialized='incremental', meta={'touched': 'int_touched_actors'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

touched as (
    select actor_id from {{ ref('int_touched_actors') }}
),

articles as (
    select
        article_id,
        published_date
    from {{ ref('stg_articles') }}
),

mentions as (
    select
        actors.*,
        articles.published_date
    from {{ ref('int_article_actors') }} as actors
    inner join articles on actors.article_id = articles.article_id
    {% if is_incremental() %}
        where actors.article_id in (select changed.article_id from changed)
    {% endif %}
),

forms as (
    select
        actor_id,
        name,
        kind,
        code,
        code_kind,
        role,
        role_class,
        count(*) as n_articles,
        min(published_date) as first_seen,
        max(published_date) as last_seen,
        arg_min(
            article_id,
            (-epoch(coalesce(published_date, date '0001-01-01')), article_id)
        ) as last_article_id
    from mentions
    group by actor_id, name, kind, code, code_kind, role, role_class
),

-- Articles are only ever added between two builds that are not made whole, so counts
-- add up: an actor of a million articles costs a row a form.
all_forms as (
    select * from forms
    {% if is_incremental() %}
        union all
        select * from {{ this }}
        where actor_id in (select touched.actor_id from touched)
    {% endif %}
)

select
    actor_id,
    name,
    kind,
    code,
    code_kind,
    role,
    role_class,
    cast(sum(n_articles) as bigint) as n_articles,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    arg_min(
        last_article_id,
        (-epoch(coalesce(last_seen, date '0001-01-01')), last_article_id)
    ) as last_article_id
from all_forms
group by actor_id, name, kind, code, code_kind, role, role_class
