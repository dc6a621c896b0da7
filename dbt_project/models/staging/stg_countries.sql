{{ config(materialized='table') }}

select
    code,
    iso2,
    name,
    official_name,
    region,
    subregion,
    capital,
    cast(latitude as double) as latitude,
    cast(longitude as double) as longitude,
    coalesce(string_split(groups, ';'), cast([] as varchar[])) as groups
from {{ source('reference', 'countries') }}
