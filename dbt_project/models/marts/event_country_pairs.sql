with

events as (
    select * from {{ ref('events') }}
    where status = 'occurred'
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
