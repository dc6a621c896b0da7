{{ config(materialized='table') }}

select
    'p:' || person_id as actor_id,
    name,
    coalesce(string_split(aliases, ';'), cast([] as varchar[])) as aliases,
    code,
    role,
    role_class,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to
from {{ source('reference', 'people') }}
