{{ config(materialized='table') }}

select
    correction_id,
    action,
    fact_kind,
    fact_id,
    rule_id,
    field,
    value,
    reason,
    author,
    cast(created_date as date) as created_date
from {{ source('reference', 'corrections') }}
