{{ config(materialized='table') }}

select
    name,
    country_code,
    cast(latitude as double) as latitude,
    cast(longitude as double) as longitude
from {{ source('reference', 'cities') }}
