with

mentions as (
    select
        actors.*,
        articles.published_date
    from {{ ref('int_article_actors') }} as actors
    inner join {{ ref('stg_articles') }} as articles
        on actors.article_id = articles.article_id
),

people as (
    select
        actor_id,
        any_value(name) as name
    from {{ ref('stg_people') }}
    group by actor_id
),

names as (
    select
        actor_id,
        name
    from mentions
    group by actor_id, name
    qualify row_number() over (
        partition by actor_id
        order by count(*) desc, len(name) desc, name asc
    ) = 1
),

sides as (
    select
        actor_id,
        kind,
        code,
        code_kind
    from mentions
    group by actor_id, kind, code, code_kind
    qualify row_number() over (
        partition by actor_id
        order by
            code is not null desc,
            count(*) desc,
            code asc,
            kind asc,
            code_kind asc
    ) = 1
),

-- The office held last, as the texts give it.
offices as (
    select
        actor_id,
        role,
        role_class
    from mentions
    where role is not null
    qualify row_number() over (
        partition by actor_id
        order by
            published_date desc nulls last,
            article_id asc,
            role asc,
            role_class asc
    ) = 1
),

spans as (
    select
        actor_id,
        min(published_date) as first_seen,
        max(published_date) as last_seen,
        count(*) as n_articles
    from mentions
    group by actor_id
)

select
    spans.actor_id,
    coalesce(people.name, names.name) as name,
    sides.kind,
    sides.code,
    sides.code_kind,
    offices.role,
    offices.role_class,
    spans.first_seen,
    spans.last_seen,
    cast(spans.n_articles as integer) as n_articles
from spans
inner join names on spans.actor_id = names.actor_id
inner join sides on spans.actor_id = sides.actor_id
left join people on spans.actor_id = people.actor_id
left join offices on spans.actor_id = offices.actor_id
