{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['event_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('int_facts') }}
    where
        fact_kind = 'event'
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
),

dates as (
    select * from {{ ref('int_fact_dates') }}
    where fact_kind = 'event'
),

places as (
    select * from {{ ref('int_fact_places') }}
    where fact_kind = 'event'
),

topics as (
    select * from {{ ref('int_fact_topics') }}
    where fact_kind = 'event'
),

event_types as (
    select * from {{ ref('stg_event_types') }}
),

reports as (
    select
        fact_reports.fact_id,
        fact_reports.article_id,
        event_reports.event_type,
        event_reports.mode,
        event_reports.source_code,
        event_reports.target_code,
        event_reports.cameo_root,
        event_reports.confidence
    from {{ ref('int_fact_reports') }} as fact_reports
    inner join {{ ref('int_event_reports') }} as event_reports
        on fact_reports.report_id = event_reports.report_id
    where
        fact_reports.fact_kind = 'event'
        {% if is_incremental() %}
            and fact_reports.fact_id in (select touched.fact_id from touched)
        {% endif %}
),

modes as (
    select
        fact_id,
        mode
    from reports
    where mode is not null
    group by fact_id, mode
    qualify row_number() over (
        partition by fact_id
        order by count(distinct article_id) desc, mode asc
    ) = 1
),

cameo_roots as (
    select
        fact_id,
        cameo_root
    from reports
    where cameo_root is not null
    group by fact_id, cameo_root
    qualify row_number() over (
        partition by fact_id
        order by count(distinct article_id) desc, cameo_root asc
    ) = 1
),

merged as (
    select
        fact_id,
        min(event_type) as event_type,
        min(source_code) as source_code,
        min(target_code) as target_code,
        max(confidence) as confidence
    from reports
    group by fact_id
),

joined as (
    select
        facts.*,
        merged.confidence,
        modes.mode,
        cameo_roots.cameo_root,
        {{ corrected('facts.changes', 'event_type', 'merged.event_type') }}
            as event_type,
        {{ corrected('facts.changes', 'source_code', 'merged.source_code') }}
            as source_code,
        {{ corrected('facts.changes', 'target_code', 'merged.target_code') }}
            as target_code,
        dates.start_date,
        dates.date_precision,
        places.city,
        places.country_code,
        coalesce(topics.topics, cast([] as varchar[])) as topics
    from facts
    inner join merged on facts.fact_id = merged.fact_id
    inner join dates on facts.fact_id = dates.fact_id
    left join modes on facts.fact_id = modes.fact_id
    left join cameo_roots on facts.fact_id = cameo_roots.fact_id
    left join places on facts.fact_id = places.fact_id
    left join topics on facts.fact_id = topics.fact_id
)

select
    joined.fact_id as event_id,
    joined.event_type,
    {{ corrected('joined.changes', 'mode', 'joined.mode') }} as mode,
    joined.status,
    joined.source_code,
    joined.target_code,
    {{ corrected('joined.changes', 'start_date', 'joined.start_date', 'date') }}
        as start_date,
    {{ corrected('joined.changes', 'date_precision', 'joined.date_precision') }}
        as date_precision,
    {{ corrected('joined.changes', 'country_code', 'joined.country_code') }}
        as country_code,
    {{ corrected('joined.changes', 'city', 'joined.city') }} as city,
    {{ corrected('joined.changes', 'topics', 'joined.topics', 'varchar[]') }} as topics,
    -- A corrected type makes the extractor's code of the old type void.
    coalesce(
        case
            when
                map_contains(joined.changes, 'event_type')
                and not map_contains(joined.changes, 'cameo_root') then null
            else {{ corrected('joined.changes', 'cameo_root', 'joined.cameo_root') }}
        end,
        event_types.cameo_root
    ) as cameo_root,
    event_types.quad_class,
    event_types.goldstein,
    cast(joined.n_articles as integer) as n_articles,
    cast(joined.n_sources as integer) as n_sources,
    joined.first_reported,
    joined.last_reported,
    joined.confidence
from joined
left join event_types on joined.event_type = event_types.event_type
