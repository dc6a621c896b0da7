{{ config(
    materialized='incremental',
    meta={'touched': 'int_touched_facts', 'touched_by': ['meeting_id']}
) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('int_facts') }}
    where
        fact_kind = 'meeting'
        {% if is_incremental() %}
            and fact_id in (select touched.fact_id from touched)
        {% endif %}
),

dates as (
    select * from {{ ref('int_fact_dates') }}
    where fact_kind = 'meeting'
),

places as (
    select * from {{ ref('int_fact_places') }}
    where fact_kind = 'meeting'
),

topics as (
    select * from {{ ref('int_fact_topics') }}
    where fact_kind = 'meeting'
),

reports as (
    select
        fact_reports.fact_id,
        fact_reports.article_id,
        fact_reports.is_copy,
        fact_reports.status,
        meeting_reports.format,
        meeting_reports.level,
        meeting_reports.codes,
        meeting_reports.confidence
    from {{ ref('int_fact_reports') }} as fact_reports
    inner join {{ ref('int_meeting_reports') }} as meeting_reports
        on fact_reports.report_id = meeting_reports.report_id
    where
        fact_reports.fact_kind = 'meeting'
        {% if is_incremental() %}
            and fact_reports.fact_id in (select touched.fact_id from touched)
        {% endif %}
),

-- What is known beats unknown, what was held what was planned, then the most articles.
formats as (
    select
        fact_id,
        format
    from reports
    group by fact_id, format
    qualify row_number() over (
        partition by fact_id
        order by
            format <> 'unknown' desc,
            bool_or(status = 'occurred') desc,
            count(distinct article_id) filter (where not is_copy) desc,
            format asc
    ) = 1
),

merged as (
    select
        fact_id,
        {{ level_name('min(' ~ level_rank('level') ~ ')') }} as level,
        list_sort(list_distinct(flatten(list(codes)))) as codes,
        max(confidence) as confidence
    from reports
    group by fact_id
),

joined as (
    select
        facts.*,
        formats.format,
        merged.level,
        merged.codes,
        merged.confidence,
        dates.start_date,
        dates.end_date,
        dates.date_precision,
        places.city,
        places.country_code,
        coalesce(topics.topics, cast([] as varchar[])) as topics
    from facts
    inner join formats on facts.fact_id = formats.fact_id
    inner join merged on facts.fact_id = merged.fact_id
    inner join dates on facts.fact_id = dates.fact_id
    left join places on facts.fact_id = places.fact_id
    left join topics on facts.fact_id = topics.fact_id
)

select
    fact_id as meeting_id,
    status,
    {{ corrected('changes', 'format', 'format') }} as format,
    {{ corrected('changes', 'level', 'level') }} as level,
    {{ corrected('changes', 'start_date', 'start_date', 'date') }} as start_date,
    {{ corrected('changes', 'end_date', 'end_date', 'date') }} as end_date,
    {{ corrected('changes', 'date_precision', 'date_precision') }} as date_precision,
    {{ corrected('changes', 'city', 'city') }} as city,
    {{ corrected('changes', 'country_code', 'country_code') }} as country_code,
    {{ corrected('changes', 'codes', 'codes', 'varchar[]') }} as codes,
    {{ corrected('changes', 'topics', 'topics', 'varchar[]') }} as topics,
    cast(n_articles as integer) as n_articles,
    cast(n_sources as integer) as n_sources,
    first_reported,
    last_reported,
    confidence
from joined
