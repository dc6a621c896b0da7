with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

reports as (
    select * from {{ ref('int_reports') }}
)

select distinct {{ block('reports.fact_kind', 'reports.block_key') }} as block
from reports
semi join changed on reports.article_id = changed.article_id
