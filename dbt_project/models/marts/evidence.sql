{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

fact_reports as (
    select * from {{ ref('int_fact_reports') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

evidence as (
    select * from {{ ref('int_evidence') }}
)

select
    evidence.fact_kind,
    fact_reports.fact_id,
    evidence.article_id,
    evidence.sentence_index,
    evidence.char_start,
    evidence.char_end,
    evidence.evidence,
    evidence.trigger,
    evidence.rule_id,
    evidence.extractor_version,
    evidence.confidence
from evidence
inner join fact_reports
    on
        evidence.fact_kind = fact_reports.fact_kind
        and evidence.report_id = fact_reports.report_id
-- Two reports of one article may rest on the same words and now name the same fact.
qualify row_number() over (
    partition by
        evidence.fact_kind,
        fact_reports.fact_id,
        evidence.article_id,
        evidence.char_start,
        evidence.char_end,
        evidence.rule_id
    order by evidence.confidence desc, evidence.trigger asc, evidence.report_id asc
) = 1
