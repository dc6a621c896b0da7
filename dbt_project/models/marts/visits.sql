{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['visit_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('int_facts') }}
    where
        fact_kind = 'visit'
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
),

dates as (
    select * from {{ ref('int_fact_dates') }}
    where fact_kind = 'visit'
),

places as (
    select * from {{ ref('int_fact_places') }}
    where fact_kind = 'visit'
),

reports as (
    select
        fact_reports.fact_id,
        fact_reports.article_id,
        visit_reports.actor_id,
        visit_reports.visitor_code,
        visit_reports.host_code,
        visit_reports.days
    from {{ ref('int_fact_reports') }} as fact_reports
    inner join {{ ref('int_visit_reports') }} as visit_reports
        on fact_reports.report_id = visit_reports.report_id
    where
        fact_reports.fact_kind = 'visit'
        {% if is_incremental() %}
            and fact_reports.fact_id in (select touched.fact_id from touched)
        {% endif %}
),

visitors as (
    select
        fact_id,
        actor_id
    from reports
    where actor_id is not null
    group by fact_id, actor_id
    qualify row_number() over (
        partition by fact_id
        order by count(distinct article_id) desc, actor_id asc
    ) = 1
),

lengths as (
    select
        fact_id,
        days
    from reports
    where days is not null
    group by fact_id, days
    qualify row_number() over (
        partition by fact_id
        order by count(distinct article_id) desc, days desc
    ) = 1
),

merged as (
    select
        fact_id,
        min(visitor_code) as visitor_code,
        min(host_code) as host_code
    from reports
    group by fact_id
)

select
    facts.fact_id as visit_id,
    {{ corrected('facts.changes', 'actor_id', 'visitors.actor_id') }} as actor_id,
    {{ corrected('facts.changes', 'visitor_code', 'merged.visitor_code') }}
        as visitor_code,
    {{ corrected('facts.changes', 'host_code', 'merged.host_code') }} as host_code,
    {{ corrected('facts.changes', 'city', 'places.city') }} as city,
    {{ corrected('facts.changes', 'start_date', 'dates.start_date', 'date') }}
        as start_date,
    {{ corrected('facts.changes', 'end_date', 'dates.end_date', 'date') }} as end_date,
    {{ corrected('facts.changes', 'date_precision', 'dates.date_precision') }}
        as date_precision,
    facts.status,
    {{ corrected('facts.changes', 'days', 'lengths.days', 'integer') }} as days
from facts
inner join merged on facts.fact_id = merged.fact_id
inner join dates on facts.fact_id = dates.fact_id
left join visitors on facts.fact_id = visitors.fact_id
left join lengths on facts.fact_id = lengths.fact_id
left join places on facts.fact_id = places.fact_id
