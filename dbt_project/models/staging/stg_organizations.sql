{{ config(materialized='table') }}

select
    code,
    name,
    kind
from {{ source('reference', 'organizations') }}
