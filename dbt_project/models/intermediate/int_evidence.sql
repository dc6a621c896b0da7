{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

evidence as (
    select * from {{ ref('stg_evidence') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

rejections as (
    select
        fact_kind,
        report_id,
        scope,
        rule_id
    from {{ ref('int_correction_targets') }}
    where action = 'reject' and scope in ('report', 'rule')
)

select
    evidence.fact_kind,
    evidence.report_id,
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
anti join rejections
    on
        evidence.fact_kind = rejections.fact_kind
        and evidence.report_id = rejections.report_id
        and (
            rejections.scope = 'report'
            or evidence.rule_id = rejections.rule_id
        )
