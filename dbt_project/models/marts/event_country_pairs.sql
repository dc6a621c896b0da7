{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['event_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

events as (
    select * from {{ ref('events') }}
    where
        status = 'occurred'
        {% if is_incremental() %}
            and event_id in (select touched.fact_id from touched)
        {% endif %}
),

countries as (
    select code from {{ ref('dim_country') }}
)

select
    least(events.source_code, events.target_code) as country_a,
    greatest(events.source_code, events.target_code) as country_b,
    events.event_id,
    events.quad_class,
    events.goldstein,
    events.topics,
    {{ counting_month(
        'events.start_date', 'events.date_precision', 'events.first_reported'
    ) }} as month
from events
semi join countries as sources on events.source_code = sources.code
semi join countries as targets on events.target_code = targets.code
