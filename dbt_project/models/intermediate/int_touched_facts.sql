{% set reports = earlier('int_fact_reports') %}

with

fact_ids as (
    select * from {{ ref('int_fact_ids') }}
    where not is_rejected
),

stories as ( -- noqa: ST03
    select * from {{ ref('int_article_stories') }}
),

changed as ( -- noqa: ST03
    select article_id from {{ ref('int_changed_articles') }}
)
{% if reports %}
    ,

    now_told as (
        select
            fact_ids.fact_id,
            fact_ids.report_id,
            stories.story_id,
            stories.duplicate_of is not null as is_copy
        from fact_ids
        inner join stories on fact_ids.article_id = stories.article_id
    ),

    told_before as (
        select
            fact_id,
            report_id,
            story_id,
            is_copy
        from {{ reports }}
    ),

    differences as (
        (
            select * from now_told
            except
            select * from told_before
        )
        union all
        (
            select * from told_before
            except
            select * from now_told
        )
    )

    select fact_id from differences
    union
    select fact_ids.fact_id
    from fact_ids
    semi join changed on fact_ids.article_id = changed.article_id
{% else %}
    select distinct fact_id from fact_ids
{% endif %}
