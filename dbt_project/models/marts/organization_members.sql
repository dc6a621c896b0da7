with

memberships as (
    select
        code as country_code,
        unnest(groups) as organization_code
    from {{ ref('dim_country') }}
)

select
    organization_code,
    country_code
from memberships
