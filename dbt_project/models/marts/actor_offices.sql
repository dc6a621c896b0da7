with

mentions as (
    select
        actors.actor_id,
        actors.role,
        actors.code,
        actors.basis,
        articles.published_date
    from {{ ref('stg_article_actors') }} as actors
    inner join {{ ref('stg_articles') }} as articles
        on actors.article_id = articles.article_id
    where actors.kind = 'person'
),

seen as (
    select distinct actor_id
    from mentions
),

roster as (
    select distinct
        people.actor_id,
        people.role,
        people.code,
        people.valid_from,
        people.valid_to,
        'roster' as basis
    from {{ ref('stg_people') }} as people
    semi join seen on people.actor_id = seen.actor_id
),

learned as (
    select
        actor_id,
        role,
        code,
        min(published_date) as valid_from,
        max(published_date) as valid_to,
        'learned' as basis
    from mentions
    where role is not null and basis = 'text'
    group by actor_id, role, code
),

offices as (
    select * from roster
    union all
    select * from learned
)

select
    actor_id,
    role,
    code,
    valid_from,
    valid_to,
    basis
from offices
