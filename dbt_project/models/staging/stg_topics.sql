{{ config(materialized='table') }}

select
    topic,
    name,
    description
from {{ source('reference', 'topic_names') }}
