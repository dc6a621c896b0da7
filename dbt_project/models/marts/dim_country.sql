select
    code,
    iso2,
    name,
    official_name,
    region,
    subregion,
    capital,
    latitude,
    longitude,
    groups
from {{ ref('stg_countries') }}
