with

mentions as (
    select
        actors.actor_id,
        actors.role,
        actors.role_class,
        actors.code,
        articles.published_date
    from {{ ref('int_article_actors') }} as actors
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

held_by_roster as (
    select distinct
        actor_id,
        {{ office_family('role_class') }} as office
    from {{ ref('stg_people') }}
),

-- Of the roster's people the texts add the offices that it does not know; what it knows
-- has better dates there.
told as (
    select mentions.*
    from mentions
    anti join held_by_roster
        on
            mentions.actor_id = held_by_roster.actor_id
            and (
                {{ office_family('mentions.role_class') }} = held_by_roster.office
                or mentions.role_class in ('minister', 'official')
            )
    where mentions.role is not null
),

learned as (
    select
        actor_id,
        role,
        code,
        min(published_date) as valid_from,
        max(published_date) as valid_to,
        'learned' as basis
    from told
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
