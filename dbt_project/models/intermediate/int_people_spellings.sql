with

people as (
    select * from {{ ref('stg_people') }}
),

names as (
    select
        *,
        unnest(list_append(aliases, name)) as full_name
    from people
),

spelled as (
    select
        actor_id,
        code,
        role_class,
        valid_from,
        valid_to,
        {{ spelling('full_name') }} as spelling
    from names
),

-- "Luis Inacio da Silva" is found as "Luis Silva" too.
shortened as (
    select
        *,
        unnest(list_distinct([
            spelling,
            split_part(spelling, ' ', 1) || ' ' || split_part(spelling, ' ', -1)
        ])) as found_as
    from spelled
)

select distinct
    actor_id,
    code,
    role_class,
    valid_from,
    valid_to,
    found_as as spelling
from shortened
where contains(found_as, ' ')
