{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['meeting_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

meetings as (
    select * from {{ ref('meetings') }}
    where
        status in ('occurred', 'planned')
        {% if is_incremental() %}
            and meeting_id in (select touched.fact_id from touched)
        {% endif %}
),

countries as (
    select code from {{ ref('dim_country') }}
),

sides as (
    select
        meeting_codes.meeting_id,
        meeting_codes.code
    from (
        select
            meeting_id,
            unnest(codes) as code
        from meetings
    ) as meeting_codes
    semi join countries on meeting_codes.code = countries.code
)

select
    one.code as country_a,
    other.code as country_b,
    meetings.meeting_id,
    meetings.status,
    meetings.format,
    meetings.level,
    meetings.start_date,
    meetings.topics,
    {{ counting_month(
        'meetings.start_date', 'meetings.date_precision', 'meetings.first_reported'
    ) }} as month
from sides as one
inner join sides as other
    on one.meeting_id = other.meeting_id and one.code < other.code
inner join meetings on one.meeting_id = meetings.meeting_id
