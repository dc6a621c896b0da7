{{ config(materialized='table') }}

select
    event_type,
    quad_class,
    cast(goldstein as double) as goldstein,
    cameo_root,
    description,
    example
from {{ source('reference', 'event_types') }}
