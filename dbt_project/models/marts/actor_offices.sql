{{ config(materialized='incremental', meta={'touched': 'int_touched_actors'}) }}

with

touched as (
    select actor_id from {{ ref('int_touched_actors') }}
),

forms as (
    select * from {{ ref('int_actor_forms') }}
    where
        kind = 'person'
        {% if is_incremental() %}
            and actor_id in (select touched.actor_id from touched)
        {% endif %}
),

seen as (
    select distinct actor_id
    from forms
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
    select forms.*
    from forms
    anti join held_by_roster
        on
            forms.actor_id = held_by_roster.actor_id
            and (
                {{ office_family('forms.role_class') }} = held_by_roster.office
                or forms.role_class in ('minister', 'official')
            )
    where forms.role is not null
),

learned as (
    select
        actor_id,
        role,
        code,
        min(first_seen) as valid_from,
        max(last_seen) as valid_to,
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
    offices.actor_id,
    offices.role,
    offices.code,
    offices.valid_from,
    offices.valid_to,
    offices.basis,
    actors.name
from offices
inner join {{ ref('actors') }} as actors on offices.actor_id = actors.actor_id
