{{ config(materialized='incremental', meta={'touched': 'int_touched_actors'}) }}

with

touched as (
    select actor_id from {{ ref('int_touched_actors') }}
),

forms as (
    select * from {{ ref('int_actor_forms') }}
    {% if is_incremental() %}
        where actor_id in (select touched.actor_id from touched)
    {% endif %}
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
    from forms
    group by actor_id, name
    qualify row_number() over (
        partition by actor_id
        order by sum(n_articles) desc, len(name) desc, name asc
    ) = 1
),

sides as (
    select
        actor_id,
        kind,
        code,
        code_kind
    from forms
    group by actor_id, kind, code, code_kind
    qualify row_number() over (
        partition by actor_id
        order by
            code is not null desc,
            sum(n_articles) desc,
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
    from forms
    where role is not null
    qualify row_number() over (
        partition by actor_id
        order by
            last_seen desc nulls last,
            last_article_id asc,
            role asc,
            role_class asc
    ) = 1
),

spans as (
    select
        actor_id,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(n_articles) as n_articles
    from forms
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
