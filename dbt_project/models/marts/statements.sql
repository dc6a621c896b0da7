{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

statements as (
    select
        statements.* exclude (actor_id),
        coalesce(learned.actor_id, statements.actor_id) as actor_id
    from {{ ref('stg_statements') }} as statements
    left join {{ ref('int_learned_people') }} as learned
        on
            statements.article_id = learned.article_id
            and statements.actor_id = learned.actor_key
    {% if is_incremental() %}
        where statements.article_id in (select changed.article_id from changed)
    {% endif %}
),

rejected as (
    select report_id
    from {{ ref('int_correction_targets') }}
    where fact_kind = 'statement' and action = 'reject'
),

settings as (
    select
        targets.report_id,
        targets.field,
        coalesce(targets.value, '') as value
    from {{ ref('int_correction_targets') }} as targets
    where targets.fact_kind = 'statement' and targets.action = 'set'
    qualify row_number() over (
        partition by targets.report_id, targets.field
        order by targets.created_date desc, targets.correction_id desc
    ) = 1
),

changes as (
    select
        report_id,
        map_from_entries(list((field, value) order by field)) as changes
    from settings
    group by report_id
)

select
    statements.report_id as statement_id,
    statements.article_id,
    {{ corrected('changes.changes', 'actor_id', 'statements.actor_id') }} as actor_id,
    {{ corrected('changes.changes', 'speaker_name', 'statements.speaker_name') }}
        as speaker_name,
    {{ corrected('changes.changes', 'speaker_code', 'statements.speaker_code') }}
        as speaker_code,
    {{ corrected(
        'changes.changes', 'about_codes', 'statements.about_codes', 'varchar[]'
    ) }} as about_codes,
    statements.verb,
    statements.quote,
    statements.char_start,
    statements.char_end
from statements
anti join rejected on statements.report_id = rejected.report_id
left join changes on statements.report_id = changes.report_id
