{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('timeline') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

topics as (
    select * from {{ ref('dim_topic') }}
),

countries as (
    select * from {{ ref('dim_country') }}
),

names as (
    select
        code,
        name
    from countries
    union all
    select
        code,
        name
    from {{ ref('dim_organization') }}
),

sides as (
    select
        fact_codes.fact_id,
        fact_codes.code,
        coalesce(names.name, fact_codes.code) as name
    from (
        select
            fact_id,
            unnest(list_distinct(codes)) as code
        from facts
    ) as fact_codes
    left join names on fact_codes.code = names.code
)

select
    one.code as side_code,
    one.name as side_name,
    other.code as other_code,
    other.name as other_name,
    least(one.name, other.name) || ' – ' || greatest(one.name, other.name) as pair,
    facts.fact_kind,
    facts.fact_id,
    facts.category,
    facts.status,
    facts.what,
    facts.who,
    facts.start_date,
    facts.date_precision,
    facts.sort_date,
    facts.city,
    facts.country_code,
    countries.name as country_name,
    coalesce(topics.name, facts.topics[1]) as topic_name,
    facts.n_articles,
    facts.n_sources
from sides as one
inner join sides as other
    on one.fact_id = other.fact_id and one.code <> other.code
inner join facts on one.fact_id = facts.fact_id
left join countries on facts.country_code = countries.code
left join topics on facts.topics[1] = topics.topic
